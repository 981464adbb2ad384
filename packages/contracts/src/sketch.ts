import type { ArtifactWriter } from './artifact.js';
import type { MatrixTable, ResultTable } from './table.js';

/** A column of a matrix: what `kinds.ts` compares of it. */
export interface ColumnSketch {
  /** Name of the array's type, such as `Float32Array`. */
  readonly type: string;
  readonly width: number;
  /** Values there are; rows x width if it is sound. */
  readonly length: number;
  /** The largest value of `label` and `predicted`, -1 where there is none. */
  readonly largest: number;
}

/** An artifact as its writer was given it, without the bulk of it. */
export class Sketch {
  readonly matrices = new Map<string, { readonly rows: number; readonly columns: ReadonlyMap<string, ColumnSketch> }>();
  readonly tables = new Map<string, { readonly rows: number; readonly columns: readonly string[] }>();
  readonly values = new Map<string, unknown>();
  /** Bytes of the other files. */
  readonly sizes = new Map<string, number>();

  matrix(name: string, { rows, columns }: MatrixTable): void {
    const sketched = Object.entries(columns).map(([column, { data, width }]) => {
      let largest = -1;
      if (column === 'label' || column === 'predicted') for (const value of data) largest = Math.max(largest, value);
      return [column, { type: data.constructor.name, width, length: data.length, largest }] as const;
    });
    this.matrices.set(name, { rows, columns: new Map(sketched) });
  }

  table(name: string, table: ResultTable): void {
    this.tables.set(name, { rows: Object.values(table)[0]?.values.length ?? 0, columns: Object.keys(table) });
  }

  /** As it will be read: what JSON cannot hold is null or gone. */
  json(name: string, value: unknown): void {
    this.values.set(name, JSON.parse(JSON.stringify(value) ?? 'null'));
  }

  bytes(file: string, data: Uint8Array | string): void {
    this.sizes.set(file, typeof data === 'string' ? Buffer.byteLength(data) : data.length);
  }

  /** Names of the files, with extension. */
  get files(): ReadonlySet<string> {
    return new Set([
      ...[...this.matrices.keys()].map((name) => `${name}.arrow`),
      ...[...this.tables.keys()].map((name) => `${name}.parquet`),
      ...[...this.values.keys()].map((name) => `${name}.json`),
      ...this.sizes.keys(),
    ]);
  }
}

/** A writer that sketches what it hands on. */
export function sketching(output: ArtifactWriter, sketch: Sketch): ArtifactWriter {
  return {
    matrix: async (name, table) => {
      await output.matrix(name, table);
      sketch.matrix(name, table);
    },
    table: async (name, table) => {
      await output.table(name, table);
      sketch.table(name, table);
    },
    json: async (name, value) => {
      await output.json(name, value);
      sketch.json(name, value);
    },
    bytes: async (file, data) => {
      await output.bytes(file, data);
      sketch.bytes(file, data);
    },
  };
}
