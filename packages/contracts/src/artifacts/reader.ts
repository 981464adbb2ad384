import type { ArtifactKind, ArtifactReader, ArtifactWriter } from '../artifact.js';
import { LayerwiseError } from '../errors.js';
import { sketchMatrix, sketchRows, sketchTable, type MatrixSketch } from '../sketch.js';
import type { MatrixRows, MatrixShape, MatrixTable, ResultTable, WriteRows } from '../table.js';
import { schemas, type Schemas } from './index.js';
import type { DocumentName, DocumentOf, MatrixName, MatrixOf, TableName, TableOf } from './schema.js';
import { matrixFaults, tableFaults } from './shape.js';

/** A finished artifact, of which only what its kind has can be read. */
export interface Reader<K extends ArtifactKind> extends Pick<ArtifactReader, 'files' | 'made' | 'has' | 'bytes'> {
  readonly kind: ArtifactKind;
  /** `name` without `.arrow`. @throws LayerwiseError DATA_INVALID naming the column that is not as the schema says */
  matrix<N extends MatrixName<Schemas[K]>>(name: N): Promise<MatrixOf<Schemas[K], N>>;
  /** The same, but not held in memory; to be closed. @throws as `matrix` */
  rows<N extends MatrixName<Schemas[K]>>(name: N): Promise<RowsOf<MatrixOf<Schemas[K], N>>>;
  /** `name` without `.parquet`. @throws as `matrix` */
  table<N extends TableName<Schemas[K]>>(name: N): Promise<TableOf<Schemas[K], N>>;
  /** `name` without `.json`. */
  json<N extends DocumentName<Schemas[K]>>(name: N): Promise<DocumentOf<Schemas[K], N>>;
}

/** Rows of a matrix whose columns are those of a table. */
export interface RowsOf<T extends MatrixTable> extends MatrixRows {
  read<C extends keyof T['columns'] & string>(
    column: C,
    from: number,
    to: number,
  ): Promise<NonNullable<T['columns'][C]>['data']>;
}

/** Collects the files of an artifact, those that its kind has. */
export interface Writer<K extends ArtifactKind> extends Pick<ArtifactWriter, 'bytes'> {
  matrix<N extends MatrixName<Schemas[K]>>(name: N, table: MatrixOf<Schemas[K], N>): Promise<void>;
  /** As {@link ArtifactWriter.fill}; the columns are compared with the schema when the artifact is published. */
  fill(name: MatrixName<Schemas[K]>, shape: MatrixShape, work: (write: WriteRows) => Promise<void>): Promise<void>;
  table<N extends TableName<Schemas[K]>>(name: N, table: TableOf<Schemas[K], N>): Promise<void>;
  json<N extends DocumentName<Schemas[K]>>(name: N, value: DocumentOf<Schemas[K], N>): Promise<void>;
}

/**
 * An artifact read by the schema of its kind.
 * @param role what the reader calls it, for messages
 */
export function readAs<K extends ArtifactKind>(kind: K, artifact: ArtifactReader, role: string = kind): Reader<K> {
  const schema = schemas[kind];
  return new CheckedReader(
    artifact,
    (file, sketch) => refuse(role, matrixFaults(schema, file, sketch)),
    (file, table) => refuse(role, tableFaults(schema, file, sketchTable(table))),
  ) as unknown as Reader<K>;
}

class CheckedReader implements ArtifactReader {
  constructor(
    private readonly artifact: ArtifactReader,
    private readonly checkMatrix: (file: string, sketch: MatrixSketch) => void,
    private readonly checkTable: (file: string, table: ResultTable) => void,
  ) {}

  get kind(): ArtifactKind {
    return this.artifact.kind;
  }

  get files(): readonly string[] {
    return this.artifact.files;
  }

  get made(): ArtifactReader['made'] {
    return this.artifact.made;
  }

  has(file: string): boolean {
    return this.artifact.has(file);
  }

  async matrix(name: string): Promise<MatrixTable> {
    const matrix = await this.artifact.matrix(name);
    this.checkMatrix(`${name}.arrow`, sketchMatrix(matrix));
    return matrix;
  }

  async rows(name: string): Promise<MatrixRows> {
    const rows = await this.artifact.rows(name);
    try {
      this.checkMatrix(`${name}.arrow`, sketchRows(rows));
      return rows;
    } catch (error) {
      await rows.close();
      throw error;
    }
  }

  async table(name: string): Promise<ResultTable> {
    const table = await this.artifact.table(name);
    this.checkTable(`${name}.parquet`, table);
    return table;
  }

  json(name: string): Promise<unknown> {
    return this.artifact.json(name);
  }

  bytes(file: string): Promise<Uint8Array> {
    return this.artifact.bytes(file);
  }
}

function refuse(role: string, [first]: readonly string[]): void {
  if (first === undefined) return;
  throw new LayerwiseError('DATA_INVALID', `${role}: ${first}`, {
    remedy: 'correct the stage that wrote it; docs/artifacts.md lists the columns',
  });
}
