import { inColumns, schemas, type MatrixOf, type Schemas, type TableOf } from '@layerwise/contracts';
import type { Headline } from './controls.js';
import type { findErrors } from './errors.js';
import type { LeastChange } from './least.js';
import type { Subject } from './subject.js';
import { joinedRows } from './tables.js';
import { namedNodes, type Way } from './ways.js';

const { files } = schemas.classes;
type Table<N extends string> = TableOf<Schemas['classes'], N>;
type Matrix<N extends string> = MatrixOf<Schemas['classes'], N>;
type Errors = ReturnType<typeof findErrors>;

/** `ways.parquet`. */
export function wayTable(ways: readonly Way[]): Table<'ways'> {
  const rows = ways.map(({ class: c, way, silhouette, rows: count, heldRows, recall }) => ({
    class: c,
    way,
    silhouette,
    rows: count,
    heldRows,
    recall,
  }));
  return inColumns(files['ways.parquet'].columns, rows) as Table<'ways'>;
}

/** `ways.arrow`. */
export function wayMatrix(subject: Subject, ways: readonly Way[]): Matrix<'ways'> {
  const { pixels: P } = subject.net;
  const width = Math.max(1, namedNodes(subject));
  return {
    rows: ways.length,
    columns: {
      class: { data: Uint16Array.from(ways, (way) => way.class), width: 1 },
      way: { data: Uint16Array.from(ways, ({ way }) => way), width: 1 },
      image: {
        data: joinedRows(
          ways.map(({ image }) => image),
          P,
        ),
        width: P,
      },
      nodes: { data: Uint32Array.from(ways.flatMap(({ nodes }) => nodes.map(({ node }) => node))), width },
      differences: {
        data: Float32Array.from(ways.flatMap(({ nodes }) => nodes.map(({ difference }) => difference))),
        width,
      },
    },
  };
}

/** `least.parquet`. */
export function leastTable(least: readonly LeastChange[]): Table<'least'> {
  const rows = least.map(({ class: c, rival, which, id, margin, length, most }) => ({
    class: c,
    rival,
    which,
    id,
    margin,
    length,
    most,
  }));
  return inColumns(files['least.parquet'].columns, rows) as Table<'least'>;
}

/** `least.arrow`. */
export function leastMatrix({ net: { pixels: P } }: Subject, least: readonly LeastChange[]): Matrix<'least'> {
  return {
    rows: least.length,
    columns: {
      class: { data: Uint16Array.from(least, (one) => one.class), width: 1 },
      id: { data: Uint32Array.from(least, ({ id }) => id), width: 1 },
      before: {
        data: joinedRows(
          least.map(({ before }) => before),
          P,
        ),
        width: P,
      },
      after: {
        data: joinedRows(
          least.map(({ after }) => after),
          P,
        ),
        width: P,
      },
    },
  };
}

/** `errors.parquet`. */
export function errorTable({ classes }: Errors): Table<'errors'> {
  const rows = classes.flatMap(({ class: c, images, tips }) =>
    tips.map(({ node, evidence }, i) => ({ class: c, images, rank: i + 1, node, evidence })),
  );
  return inColumns(files['errors.parquet'].columns, rows) as Table<'errors'>;
}

/** `wrong.parquet`. */
export function wrongTable({ images }: Errors): Table<'wrong'> {
  const rows = images.flatMap(({ id, label, told, margin, usual, tips }) =>
    tips.map(({ node, evidence }, i) => ({ id, class: label, told, margin, usual, rank: i + 1, node, evidence })),
  );
  return inColumns(files['wrong.parquet'].columns, rows) as Table<'wrong'>;
}

/** `controls.parquet`. */
export function controlTable(found: readonly Headline[]): Table<'controls'> {
  return inColumns(
    files['controls.parquet'].columns,
    found.map((one) => ({ ...one })),
  ) as Table<'controls'>;
}
