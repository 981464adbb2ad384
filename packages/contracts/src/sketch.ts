import type { ArtifactWriter } from './artifact.js';
import {
  dtypeOf,
  type ColumnData,
  type Dtype,
  type MatrixShape,
  type MatrixTable,
  type ResultColumn,
  type ResultTable,
} from './table.js';

/** A column of a matrix: what is compared with its schema. */
export interface ColumnSketch {
  readonly dtype: Dtype;
  readonly width: number;
  /** Values there are; rows x width if it is sound. */
  readonly length: number;
  /** The largest value of a uint16 column, which holds classes; -1 where there is none. */
  readonly largest: number;
}

/** A matrix without its numbers. */
export interface MatrixSketch {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, ColumnSketch>;
}

/** A table of results without its values: the type of each column. */
export interface TableSketch {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, ResultColumn['type']>;
}

/** What is compared of a matrix. @param values whether its values are looked at too */
export function sketchMatrix({ rows, columns }: MatrixTable, values = false): MatrixSketch {
  const sketched = Object.entries(columns).map(([column, { data, width }]) => {
    const largest = values ? largestOf(data) : -1;
    return [column, { dtype: dtypeOf(data), width, length: data.length, largest }] as const;
  });
  return { rows, columns: new Map(sketched) };
}

/** The largest value of a uint16 column. */
function largestOf(data: ColumnData): number {
  let largest = -1;
  if (data instanceof Uint16Array) for (const value of data) largest = Math.max(largest, value);
  return largest;
}

/** What is compared of a matrix that is not in memory. @param largest value of each uint16 column, where they were looked at */
export function sketchRows({ rows, columns }: MatrixShape, largest?: ReadonlyMap<string, number>): MatrixSketch {
  const sketched = Object.entries(columns).map(
    ([name, { dtype, width }]) =>
      [name, { dtype, width, length: rows * width, largest: largest?.get(name) ?? -1 }] as const,
  );
  return { rows, columns: new Map(sketched) };
}

/** What is compared of a table. */
export function sketchTable(table: ResultTable): TableSketch {
  return {
    rows: Object.values(table)[0]?.values.length ?? 0,
    columns: new Map(Object.entries(table).map(([name, { type }]) => [name, type])),
  };
}

/** An artifact as its writer was given it, without the bulk of it. */
export class Sketch {
  readonly matrices = new Map<string, MatrixSketch>();
  readonly tables = new Map<string, TableSketch>();
  readonly values = new Map<string, unknown>();
  /** Bytes of the other files. */
  readonly sizes = new Map<string, number>();

  matrix(name: string, table: MatrixTable): void {
    this.matrices.set(name, sketchMatrix(table, true));
  }

  table(name: string, table: ResultTable): void {
    this.tables.set(name, sketchTable(table));
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
    fill: async (name, shape, work) => {
      const largest = new Map<string, number>();
      await output.fill(name, shape, (write) =>
        work(async (column, from, data) => {
          await write(column, from, data);
          largest.set(column, Math.max(largest.get(column) ?? -1, largestOf(data)));
        }),
      );
      sketch.matrices.set(name, sketchRows(shape, largest));
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
