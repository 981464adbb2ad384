declare module 'parquetjs-lite' {
  import type { Writable } from 'node:stream';

  interface Schema {
    readonly fields: Record<string, { primitiveType: string; originalType?: string }>;
  }
  interface Writer {
    setRowGroupSize(rows: number): void;
    appendRow(row: Record<string, unknown>): Promise<void>;
    close(): Promise<void>;
  }
  interface Reader {
    readonly schema: Schema;
    getCursor(): { next(): Promise<Record<string, unknown> | null> };
    close(): Promise<void>;
  }
  const parquet: {
    readonly ParquetSchema: new (fields: Record<string, { type: string; optional?: boolean }>) => Schema;
    readonly ParquetWriter: { openStream(schema: Schema, out: Writable): Promise<Writer> };
    readonly ParquetReader: { openBuffer(bytes: Buffer): Promise<Reader> };
  };
  export default parquet;
}
