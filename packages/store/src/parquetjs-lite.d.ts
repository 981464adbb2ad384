declare module 'parquetjs-lite' {
  import type { Writable } from 'node:stream';

  interface Schema {
    readonly fields: Record<
      string,
      { primitiveType: string; originalType?: string; rLevelMax: number; dLevelMax: number }
    >;
  }
  export interface RowBuffer {
    rowCount: number;
    pageRowCount: number;
    columnData: Record<
      string,
      { values: unknown[]; dlevels: number[]; rlevels: number[]; distinct_values: Set<unknown>; count: number }
    >;
    pages: Record<string, unknown[]>;
  }
  /** The numbers are 64 bits wide: `Number` takes them. */
  interface ColumnMetaData {
    readonly path_in_schema: readonly string[];
    readonly data_page_offset: unknown;
    readonly dictionary_page_offset: unknown;
    readonly total_compressed_size: unknown;
  }
  interface Writer {
    rowBuffer: RowBuffer | Record<string, never>;
    close(): Promise<void>;
  }
  export interface Reader {
    readonly schema: Schema;
    readonly metadata: {
      readonly row_groups: readonly {
        readonly num_rows: unknown;
        readonly columns: readonly { readonly meta_data: ColumnMetaData }[];
      }[];
    };
    getCursor(): { next(): Promise<Record<string, unknown> | null> };
    close(): Promise<void>;
  }
  const parquet: {
    readonly ParquetSchema: new (
      fields: Record<string, { type: string; optional?: boolean; statistics?: boolean }>,
    ) => Schema;
    readonly ParquetWriter: { openStream(schema: Schema, out: Writable): Promise<Writer> };
    readonly ParquetReader: { openBuffer(bytes: Buffer): Promise<Reader> };
  };
  export default parquet;
}

declare module 'parquetjs-lite/lib/util.js' {
  /** Fills `into`; how many bytes it took. */
  export function decodeThrift(into: object, bytes: Buffer): number;
}

declare module 'parquetjs-lite/gen-nodejs/parquet_types.js' {
  interface PageHeader {
    type: number;
    compressed_page_size: number;
    data_page_header_v2: { num_values: number; num_nulls: number; encoding: number } | null;
  }
  const types: { readonly PageHeader: new () => PageHeader };
  export default types;
}
