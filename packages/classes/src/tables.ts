import {
  schemas,
  type MatrixOf,
  type ResultColumn,
  type ResultTable,
  type ResultTableSchema,
  type Schemas,
  type TableOf,
} from '@layerwise/contracts';
import type { ClassChange, ClassEvidence } from './run.js';
import { against } from './change.js';
import { logitsOf } from './net.js';
import type { NodeRanking } from './ranking.js';
import type { Removals } from './removal.js';
import type { Rivals } from './rivals.js';
import { meanImage, meanValues, rowsByClass, type Subject } from './subject.js';

const { files } = schemas.classes;
type Table<N extends string> = TableOf<Schemas['classes'], N>;
type Matrix<N extends string> = MatrixOf<Schemas['classes'], N>;
/** One row: a value for each column. */
type Row<C> = { readonly [K in keyof C]: number | boolean | string };

/** `classes.parquet`. */
export function classTable({ names, train, held }: Subject, { rival }: Rivals): Table<'classes'> {
  const K = names.length;
  const [rows, right, heldRows, heldRight] = [
    rowsByClass(train, K, false),
    rowsByClass(train, K, true),
    rowsByClass(held, K, false),
    rowsByClass(held, K, true),
  ];
  const found = names.map((_, c) => ({
    class: c,
    rows: rows[c].length,
    right: right[c].length,
    rival: rival[c],
    heldRows: heldRows[c].length,
    recall: heldRows[c].length === 0 ? NaN : heldRight[c].length / heldRows[c].length,
  }));
  return inColumns(files['classes.parquet'].columns, found) as Table<'classes'>;
}

const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** `rivals.parquet`. */
export function rivalTable(subject: Subject, rivals: Rivals, held: Rivals, evidence: ClassEvidence): Table<'rivals'> {
  const K = subject.names.length;
  const { pixels: P } = subject.net;
  const before = logitsOf(subject.baseline);
  const rows: Row<(typeof files)['rivals.parquet']['columns']>[] = [];
  for (let c = 0; c < K; c++) {
    const own = evidence[c];
    for (let r = 0; r < K; r++) {
      if (r === c) continue;
      const isSeen = own !== undefined && rivals.compared[c].includes(r);
      const pair = isSeen ? against(own, c, r, P) : undefined;
      rows.push({
        class: c,
        rival: r,
        second: rivals.seconds[c * K + r],
        told: rivals.told[c * K + r],
        heldTold: held.told[c * K + r],
        rows: isSeen ? own.rows : 0,
        baseline: isSeen ? before[c] - before[r] : NaN,
        margin: isSeen ? own.logits[c] - own.logits[r] : NaN,
        ink: pair ? total(pair.ink) : NaN,
        absence: pair ? total(pair.absence) : NaN,
      });
    }
  }
  return inColumns(files['rivals.parquet'].columns, rows) as Table<'rivals'>;
}

/** `rivals.arrow`. */
export function rivalMatrix({ net }: Subject, { compared }: Rivals, evidence: ClassEvidence): Matrix<'rivals'> {
  const { pixels: P, classes: K } = net;
  const pairs = compared.flatMap((rivals, c) => {
    const own = evidence[c];
    return own ? rivals.map((r) => ({ c, r, own, pair: against(own, c, r, P) })) : [];
  });
  const joined = (width: number, pick: (pair: (typeof pairs)[number]) => ArrayLike<number>) => {
    const data = new Float32Array(pairs.length * width);
    pairs.forEach((pair, i) => data.set(pick(pair), i * width));
    return { data, width };
  };
  const hidden = net.layers
    .slice(0, -1)
    .map(({ units }, l) => [
      `hidden${l + 1}`,
      joined(units, ({ c, r, own }) =>
        Float64Array.from({ length: units }, (_, h) => own.nodes[l][h * K + c] - own.nodes[l][h * K + r]),
      ),
    ]);
  return {
    rows: pairs.length,
    columns: {
      class: { data: Uint16Array.from(pairs, ({ c }) => c), width: 1 },
      rival: { data: Uint16Array.from(pairs, ({ r }) => r), width: 1 },
      ink: joined(P, ({ pair }) => pair.ink),
      absence: joined(P, ({ pair }) => pair.absence),
      ...Object.fromEntries(hidden),
    },
  };
}

/** float64[P] for each class: its mean training image; zeros without rows. */
export function classImages({ train, names, net }: Subject): readonly Float64Array[] {
  return rowsByClass(train, names.length, false).map((rows) => meanImage(train, net.pixels, rows));
}

/** `means.arrow`. */
export function meanMatrix({ train, names, net }: Subject, images: readonly Float64Array[]): Matrix<'means'> {
  const byClass = rowsByClass(train, names.length, false);
  const hidden = train.hidden.map((values, l) => [
    `hidden${l + 1}`,
    {
      data: joinedRows(
        byClass.map((rows) => meanValues(values, rows)),
        values.width,
      ),
      width: values.width,
    },
  ]);
  return {
    rows: names.length,
    columns: {
      class: { data: Uint16Array.from(names.keys()), width: 1 },
      image: { data: joinedRows(images, net.pixels), width: net.pixels },
      ...Object.fromEntries(hidden),
    },
  };
}

function joinedRows(rows: readonly Float64Array[], width: number): Float32Array {
  const data = new Float32Array(rows.length * width);
  rows.forEach((row, i) => data.set(row, i * width));
  return data;
}

/** `baseline.arrow`. */
export function baselineMatrix({ mean, baseline, net }: Subject): Matrix<'baseline'> {
  const hidden = baseline.hidden.map((values, l) => [
    `hidden${l + 1}`,
    { data: Float32Array.from(values), width: values.length },
  ]);
  return {
    rows: 1,
    columns: { image: { data: Float32Array.from(mean), width: net.pixels }, ...Object.fromEntries(hidden) },
  };
}

/** `nodes.parquet`. */
export function nodeTable(rankings: readonly NodeRanking[], K: number): Table<'nodes'> {
  const rows: Row<(typeof files)['nodes.parquet']['columns']>[] = [];
  for (const [l, { own, others, weight, evidence, area, orders }] of rankings.entries()) {
    const H = own.length / K;
    for (let c = 0; c < K; c++) {
      const [rank, weightRank, areaRank] = [orders.evidence[c], orders.weight[c], orders.area[c]].map(ranksOf);
      for (let h = 0; h < H; h++) {
        const at = h * K + c;
        rows.push({
          layer: l + 1,
          class: c,
          node: h,
          own: own[at],
          others: others[at],
          weight: weight[at],
          evidence: evidence[at],
          area: area[at],
          rank: rank[h],
          weightRank: weightRank[h],
          areaRank: areaRank[h],
        });
      }
    }
  }
  return inColumns(files['nodes.parquet'].columns, rows) as Table<'nodes'>;
}

/** Ranks from 1 of the nodes of an order. */
function ranksOf(order: Uint32Array): Uint32Array {
  const ranks = new Uint32Array(order.length);
  order.forEach((node, i) => (ranks[node] = i + 1));
  return ranks;
}

/** `removals.parquet`. */
export function removalTable(layers: readonly Removals[]): Table<'removals'> {
  const rows = layers.flatMap(({ found }, l) =>
    found.map(({ class: c, by, nodes, recall, others }) => ({
      layer: l + 1,
      class: c,
      by,
      nodes,
      recall: recall.mean,
      recallLeast: recall.least,
      recallMost: recall.most,
      others: others.mean,
      othersLeast: others.least,
      othersMost: others.most,
    })),
  );
  return inColumns(files['removals.parquet'].columns, rows) as Table<'removals'>;
}

/** `changes.parquet`. */
export function changeTable(changes: readonly ClassChange[]): Table<'changes'> {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const rows = changes.map(({ class: c, rival, kind, change, effect, draws }) => ({
    class: c,
    rival,
    kind,
    erased: change.erased.length,
    inked: change.inked.length,
    rows: effect.rows,
    toldRival: effect.rival,
    toldOther: effect.other,
    amount: effect.amount,
    drawsRival: mean(draws.map((one) => one.rival)),
    drawsRivalMost: Math.max(...draws.map((one) => one.rival)),
    drawsOther: mean(draws.map((one) => one.other)),
    drawsOtherMost: Math.max(...draws.map((one) => one.other)),
    drawsAmount: mean(draws.map((one) => one.amount)),
  }));
  return inColumns(files['changes.parquet'].columns, rows) as Table<'changes'>;
}

/** `changes.arrow`. */
export function changeMatrix({ names, net }: Subject, changes: readonly ClassChange[]): Matrix<'changes'> {
  const { pixels: P } = net;
  const data = new Uint8Array(names.length * P);
  for (const { class: c, change } of changes) {
    for (const p of change.erased) data[c * P + p] = 1;
    for (const p of change.inked) data[c * P + p] = 2;
  }
  return {
    rows: names.length,
    columns: {
      class: { data: Uint16Array.from(names.keys()), width: 1 },
      pixels: { data, width: P },
    },
  };
}

/** Rows as the columns of a table, in the schema's order and types. */
function inColumns<C extends ResultTableSchema['columns']>(columns: C, rows: readonly Row<C>[]): ResultTable {
  return Object.fromEntries(
    Object.entries(columns).map(([name, { dtype }]) => {
      const values = rows.map((row) => row[name]);
      const column = {
        type: dtype,
        values:
          dtype === 'int32'
            ? Int32Array.from(values as number[])
            : dtype === 'float64'
              ? Float64Array.from(values as number[])
              : values,
      };
      return [name, column as ResultColumn];
    }),
  );
}
