import type { Form } from '../form.js';
import type { Sketch } from '../sketch.js';
import type { Column, Dtype, MatrixTable, ResultColumn, ResultTable, TypedArrays } from '../table.js';

/** One column of a matrix. Its name in a schema may have a place for a number or name, as in `hidden<l>`. */
export interface MatrixColumnSchema {
  /** What its values are stored as; one of several. */
  readonly dtype: Dtype | readonly Dtype[];
  /** Values in each row: dimension letters of the kind, such as `D` or `W x H`; one value without it. */
  readonly width?: string;
  readonly unit?: string;
  readonly meaning: string;
  /** Dimension letter that all values are below. */
  readonly below?: string;
  /** When it is there; without it, always. */
  readonly optional?: string;
}

/** One column of a table of results. */
export interface ResultColumnSchema {
  readonly dtype: ResultColumn['type'] | readonly ResultColumn['type'][];
  readonly unit?: string;
  readonly meaning: string;
  /** When it is there; without it, always. */
  readonly optional?: string;
}

interface FileCommon {
  readonly meaning: string;
  /** When it is there; without it, always. */
  readonly optional?: string;
  /** Of a file whose name has a place, as `<view>.arrow` has: the document that names those that must be there, and how. */
  readonly namedBy?: { readonly file: string; readonly names: (document: unknown) => readonly string[] };
}

/** `.arrow`: numbers by row. */
export interface MatrixSchema extends FileCommon {
  readonly format: 'matrix';
  /** What a row is of. */
  readonly rows: string;
  readonly columns: Readonly<Record<string, MatrixColumnSchema>>;
}

/** `.parquet`: a small table of results. */
export interface ResultTableSchema extends FileCommon {
  readonly format: 'table';
  /** What a row is of. */
  readonly rows: string;
  readonly columns: Readonly<Record<string, ResultColumnSchema>>;
}

/** `.json`, described by a TypeScript type of the contracts, and the form that a reader relies on. */
export interface DocumentSchema<T = unknown> extends FileCommon {
  readonly format: 'document';
  /** Name of the type. */
  readonly type: string;
  readonly form: Form;
  /** Only for the type checker. */
  readonly holds?: T;
}

/** Any other file. */
export interface BytesSchema extends FileCommon {
  readonly format: 'bytes';
}

/** One file of an artifact. */
export type FileSchema = MatrixSchema | ResultTableSchema | DocumentSchema | BytesSchema;

/** Size of a dimension in one artifact, and why it must be that, for messages. */
export interface Dimension {
  readonly size: unknown;
  readonly because: string;
}

/** What every artifact of a kind holds. */
export interface ArtifactSchema {
  readonly meaning: string;
  /** By name with extension; `<…>` stands for any name. */
  readonly files: Readonly<Record<string, FileSchema>>;
  /** What the letters in widths and rows stand for. */
  readonly letters: Readonly<Record<string, string>>;
  /** Faults of the JSON documents by themselves; looked for where all files and columns are there. */
  documents?(sketch: Sketch): readonly string[];
  /** Dimensions that a document or the first matrix fixes, by letter; of a sketch without faults so far. */
  dimensions?(sketch: Sketch): Readonly<Record<string, Dimension>>;
  /** Where files contradict one another otherwise; of a sketch without faults so far. */
  relations?(sketch: Sketch): readonly string[];
}

/** Identity at run time; keeps names and dtypes as literal types. */
export const artifact = <const S extends ArtifactSchema>(schema: S): S => schema;
/** An `.arrow` file. */
export const matrix = <const G extends Omit<MatrixSchema, 'format'>>(given: G): { readonly format: 'matrix' } & G => ({
  format: 'matrix',
  ...given,
});
/** A `.parquet` file. */
export const table = <const G extends Omit<ResultTableSchema, 'format'>>(
  given: G,
): { readonly format: 'table' } & G => ({ format: 'table', ...given });
/** A `.json` file that holds a T. @param type name of T, for the documentation */
export const document = <T>(type: string, form: Form, meaning: string, optional?: string): DocumentSchema<T> => ({
  format: 'document',
  type,
  form,
  meaning,
  ...(optional === undefined ? {} : { optional }),
});

/** A name of a schema as a type: any text where it has a place for a number or name, as in `hidden<l>`. */
export type Expanded<K> = K extends `${infer A}<${string}>${infer B}` ? `${A}${string}${Expanded<B>}` : K & string;
/** An entry of a list, or the value that is no list. */
export type OneOf<D> = D extends readonly (infer E)[] ? E : D;
/** Names of the columns that may be absent. */
export type OptionalIn<C> = {
  [K in keyof C]: K extends `${string}<${string}` ? never : C[K] extends { optional: string } ? K : never;
}[keyof C];

/** A column of a matrix, from its schema. */
export type MatrixColumn<C> = C extends { dtype: infer D } ? Column<TypedArrays[OneOf<D> & Dtype]> : never;
/** A column of a table, from its schema. */
export type TableColumn<C> = C extends { dtype: infer D } ? TypeOf<OneOf<D>> : never;
/** A column of a table, from its type. */
export type TypeOf<D> = D extends 'int32' | 'float64'
  ? { readonly type: D; readonly values: ArrayLike<number> }
  : D extends 'string'
    ? { readonly type: D; readonly values: readonly string[] }
    : { readonly type: 'boolean'; readonly values: readonly boolean[] };

/** The columns that a matrix schema describes. */
export type MatrixColumns<C> = {
  readonly [K in Exclude<keyof C, OptionalIn<C>> as Expanded<K>]: MatrixColumn<C[K]>;
} & {
  readonly [K in OptionalIn<C> as Expanded<K>]?: MatrixColumn<C[K]>;
};
/** The columns that a schema of a table describes. */
export type TableColumns<C> = { readonly [K in Exclude<keyof C, OptionalIn<C>> as Expanded<K>]: TableColumn<C[K]> } & {
  readonly [K in OptionalIn<C> as Expanded<K>]?: TableColumn<C[K]>;
};

/** Files of a kind by name, from its schema. */
export type Files<S> = S extends { files: infer F } ? { readonly [K in keyof F as Expanded<K>]: F[K] } : never;
/** Names of the files of a kind that end in an extension, without it. */
export type NamesOf<S, Extension extends string> = keyof Files<S> extends infer K
  ? K extends `${infer N}.${Extension}`
    ? N
    : never
  : never;
/** The schema of one file of a kind. */
export type FileOf<S, File extends string> = File extends keyof Files<S> ? Files<S>[File] : never;

/** Names of a kind's matrices, without `.arrow`. */
export type MatrixName<S> = NamesOf<S, 'arrow'>;
/** Names of a kind's tables, without `.parquet`. */
export type TableName<S> = NamesOf<S, 'parquet'>;
/** Names of a kind's documents, without `.json`. */
export type DocumentName<S> = NamesOf<S, 'json'>;

/** The matrix of a name. */
export type MatrixOf<S, N extends string> =
  FileOf<S, `${N}.arrow`> extends { columns: infer C }
    ? { readonly rows: number; readonly columns: MatrixColumns<C> }
    : MatrixTable;
/** The table of a name. */
export type TableOf<S, N extends string> =
  FileOf<S, `${N}.parquet`> extends { columns: infer C } ? TableColumns<C> : ResultTable;
/** What the document of a name holds. */
export type DocumentOf<S, N extends string> = FileOf<S, `${N}.json`> extends DocumentSchema<infer T> ? T : unknown;
