import { inColumns, schemas, type MatrixOf, type Schemas, type TableOf } from '@layerwise/contracts';
import type { Between, Confusion } from './confusions.js';
import type { Headline } from './controls.js';
import type { findErrors } from './errors.js';
import { mapOf, type ControlFindings } from './jobs.js';
import type { LeastChange } from './least.js';
import type { Subject } from './subject.js';
import { joinedRows } from './tables.js';
import type { Pair } from './told.js';
import { likeness } from './twins.js';
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

/** `confusions.parquet`. */
export function confusionTable(confusions: readonly Confusion[]): Table<'confusions'> {
  const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
  const rows = confusions.map(({ class: c, told, images, margin, usual, ink, absence, tips, sentence }) => ({
    class: c,
    told,
    images,
    margin,
    usual,
    ink: total(ink),
    absence: total(absence),
    node: tips[0]?.node ?? -1,
    nodeEvidence: tips[0]?.evidence ?? NaN,
    sentence,
  }));
  return inColumns(files['confusions.parquet'].columns, rows) as Table<'confusions'>;
}

/** `confusions.arrow`. */
export function confusionMatrix(
  { net: { pixels: P } }: Subject,
  confusions: readonly Confusion[],
): Matrix<'confusions'> {
  const map = (of: (one: Confusion) => Float64Array) => ({ data: joinedRows(confusions.map(of), P), width: P });
  return {
    rows: confusions.length,
    columns: {
      class: { data: Uint16Array.from(confusions, (one) => one.class), width: 1 },
      told: { data: Uint16Array.from(confusions, ({ told }) => told), width: 1 },
      ink: map(({ ink }) => ink),
      absence: map(({ absence }) => absence),
    },
  };
}

/** `between.parquet`. */
export function betweenTable(images: readonly Between[]): Table<'between'> {
  return inColumns(
    files['between.parquet'].columns,
    images.map((image) => ({ ...image })),
  ) as Table<'between'>;
}

/** `controls.parquet`. @param pairs of the net itself */
export function controlTable(
  own: readonly Headline[],
  controls: readonly ControlFindings[],
  pairs: readonly (readonly Pair[])[],
): Table<'controls'> {
  const others = controls.flatMap(({ headlines, twins, maps }) =>
    headlines.map((one, c) => {
      const [map, pair] = [maps[c], pairs[c][0]];
      return { ...one, twins, likeness: map && pair ? likeness(mapOf(pair), map) : NaN };
    }),
  );
  const rows = [...own.map((one) => ({ ...one, twins: NaN, likeness: NaN })), ...others];
  return inColumns(files['controls.parquet'].columns, rows) as Table<'controls'>;
}
