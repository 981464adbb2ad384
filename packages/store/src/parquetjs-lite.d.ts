declare module 'parquetjs-lite' {
  import type { Writable } from 'node:stream';

  interface Schema {
    readonly fields: Record<string, { primitiveType: string; originalType?: string }>;
  }
  export interface RowBuffer {
    rowCount: number;
    pageRowCount: number;
    columnData: Record<string, { values: unknown[]; dlevels: number[]; rlevels: number[]; distinct_values: Set<unknown>; count: number }>;
    pages: Record<string, unknown[]>;
  }
  interface Writer {
    rowBuffer: RowBuffer | Record<string, never>;
    close(): Promise<void>;
  }
  interface Reader {
    readonly schema: Schema;
    getCursor(): { next(): Promise<Record<string, unknown> | null> };
    close(): Promise<void>;
  }
  const parquet: {
    readonly ParquetSchema: new (fields: Record<string, { type: string; optional?: boolean; statistics?: boolean }>) => Schema;
    readonly ParquetWriter: { openStream(schema: Schema, out: Writable): Promise<Writer> };
    readonly ParquetReader: { openBuffer(bytes: Buffer): Promise<Reader> };
  };
  export default parquet;
}
