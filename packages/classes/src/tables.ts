import { inColumns, schemas, type MatrixOf, type Row, type Schemas, type TableOf } from '@layerwise/contracts';
import type { ClassChange } from './changes.js';
import type { NodeRanking } from './ranking.js';
import type { Removals } from './removal.js';
import { ALL_RIVALS, type Rivals } from './rivals.js';
import { nodeSentence } from './sentence.js';
import type { Pair } from './told.js';
import type { Way } from './ways.js';
import { meanValues, rowsByClass, type Subject } from './subject.js';

const { files } = schemas.classes;
type Table<N extends string> = TableOf<Schemas['classes'], N>;
type Matrix<N extends string> = MatrixOf<Schemas['classes'], N>;

/** `classes.parquet`. */
export function classTable(
  { names, net, train, held }: Subject,
  { rival }: Rivals,
  pairs: readonly (readonly Pair[])[],
  removals: readonly Removals[],
  changes: readonly ClassChange[],
  ways: readonly Way[],
): Table<'classes'> {
  const K = names.length;
  const [rows, right, heldRows, heldRight] = [
    rowsByClass(train, K, false),
    rowsByClass(train, K, true),
    rowsByClass(held, K, false),
    rowsByClass(held, K, true),
  ];
  const found = names.map((_, c) => {
    const { hangsOn, sentence } = carried(removals.at(-1), c, net.layers.at(-2)?.units ?? 0);
    const [pair] = pairs[c];
    const told = pair ? [pair.sentence, changes.find((one) => one.class === c)?.sentence ?? '', sentence] : [];
    return {
      class: c,
      rows: rows[c].length,
      right: right[c].length,
      rival: rival[c],
      heldRows: heldRows[c].length,
      recall: heldRows[c].length === 0 ? NaN : heldRight[c].length / heldRows[c].length,
      hangsOn,
      ways: ways.filter((way) => way.class === c).length,
      sentence: told.filter((part) => part !== '').join(' '),
    };
  });
  return inColumns(files['classes.parquet'].columns, found) as Table<'classes'>;
}

/** How many nodes of the last hidden layer a class hangs on, and how it fares without ten; of fewer, all but one. @param units of the layer */
function carried(
  last: Removals | undefined,
  c: number,
  units: number,
): { readonly hangsOn: number; readonly sentence: string } {
  const found = (last?.found ?? []).filter((one) => one.class === c);
  const whole = found.find(({ by }) => by === 'none')?.recall.mean ?? NaN;
  const ranked = found.filter(({ by }) => by === 'evidence');
  const hangsOn = ranked.find(({ recall }) => recall.mean < whole / 2)?.nodes ?? -1;
  const told = ranked.filter(({ nodes }) => nodes <= TEN && nodes < units).at(-1);
  const random = found.find(({ by, nodes }) => by === 'random' && nodes === told?.nodes);
  if (!told || !random) return { hangsOn, sentence: '' };
  const { nodes } = told;
  return {
    hangsOn,
    sentence: nodeSentence({ nodes, whole, without: told.recall.mean, random: random.recall.mean }),
  };
}

const TEN = 10;
const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** `rivals.parquet`. */
export function rivalTable(
  { names }: Subject,
  rivals: Rivals,
  held: Rivals,
  pairs: readonly (readonly Pair[])[],
): Table<'rivals'> {
  const K = names.length;
  const rows: Row<(typeof files)['rivals.parquet']['columns']>[] = [];
  for (let c = 0; c < K; c++) {
    for (let r = 0; r < K; r++) {
      const at = c * K + r;
      const pair = pairs[c].find(({ rival }) => rival === r);
      const counts = { second: rivals.seconds[at], told: rivals.told[at], heldTold: held.told[at] };
      const isSeen = pair !== undefined || K <= ALL_RIVALS || counts.second + counts.told + counts.heldTold > 0;
      if (r !== c && isSeen) rows.push({ class: c, rival: r, ...counts, ...pairFigures(pair) });
    }
  }
  return inColumns(files['rivals.parquet'].columns, rows) as Table<'rivals'>;
}

function pairFigures(pair: Pair | undefined) {
  return {
    rows: pair?.rows ?? 0,
    baseline: pair?.baseline ?? NaN,
    margin: pair?.margin ?? NaN,
    ink: pair ? total(pair.ink) : NaN,
    absence: pair ? total(pair.absence) : NaN,
    absenceShare: pair?.absenceShare ?? NaN,
    sentence: pair?.sentence ?? '',
  };
}

/** `blobs.parquet`. */
export function blobTable(pairs: readonly (readonly Pair[])[]): Table<'blobs'> {
  const rows = pairs.flat().flatMap(({ class: c, rival, places }) =>
    places.map(({ kind, place, share, blob }) => ({
      class: c,
      rival,
      kind,
      rank: places.filter((one) => one.kind === kind && one.blob.sum >= blob.sum).length,
      place,
      share,
      pixels: blob.pixels.length,
      x: blob.x,
      y: blob.y,
    })),
  );
  return inColumns(files['blobs.parquet'].columns, rows) as Table<'blobs'>;
}

/** `rivals.arrow`. */
export function rivalMatrix({ net }: Subject, pairs: readonly (readonly Pair[])[]): Matrix<'rivals'> {
  const all = pairs.flat();
  const hidden = net.layers.slice(0, -1).map(({ units }, l) => [
    `hidden${l + 1}`,
    {
      data: joinedRows(
        all.map(({ nodes }) => nodes[l]),
        units,
      ),
      width: units,
    },
  ]);
  return {
    rows: all.length,
    columns: {
      class: { data: Uint16Array.from(all, (pair) => pair.class), width: 1 },
      rival: { data: Uint16Array.from(all, ({ rival }) => rival), width: 1 },
      ink: {
        data: joinedRows(
          all.map(({ ink }) => ink),
          net.pixels,
        ),
        width: net.pixels,
      },
      absence: {
        data: joinedRows(
          all.map(({ absence }) => absence),
          net.pixels,
        ),
        width: net.pixels,
      },
      ...Object.fromEntries(hidden),
    },
  };
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

/** Rows of one width, one after another. */
export function joinedRows(rows: readonly ArrayLike<number>[], width: number): Float32Array {
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

/** Rows of a layer's part of `nodes.parquet`, about; past it only the first nodes of each class are listed, no fewer than these. */
const NODE_ROWS = 200_000;
const FEWEST_NODES = 50;

/** `nodes.parquet`. */
export function nodeTable(rankings: readonly NodeRanking[], K: number): Table<'nodes'> {
  const rows: Row<(typeof files)['nodes.parquet']['columns']>[] = [];
  for (const [l, { own, others, weight, evidence, area, orders }] of rankings.entries()) {
    const H = own.length / K;
    const listed = Math.max(FEWEST_NODES, NODE_ROWS / K);
    for (let c = 0; c < K; c++) {
      const [rank, weightRank, areaRank] = [orders.evidence[c], orders.weight[c], orders.area[c]].map(ranksOf);
      for (let h = 0; h < H; h++) {
        const at = h * K + c;
        if (rank[h] > listed) continue;
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
  const most = (values: readonly number[]): number => (values.length === 0 ? NaN : Math.max(...values));
  const rows = changes.map(({ class: c, rival, kind, change, effect, draws, sentence }) => ({
    class: c,
    rival,
    kind,
    erased: change.erased.length,
    inked: change.inked.length,
    rows: effect.rows,
    toldRival: effect.rival,
    toldOther: effect.other,
    amount: effect.amount,
    draws: draws.length,
    drawsRival: mean(draws.map((one) => one.rival)),
    drawsRivalMost: most(draws.map((one) => one.rival)),
    drawsOther: mean(draws.map((one) => one.other)),
    drawsOtherMost: most(draws.map((one) => one.other)),
    drawsAmount: mean(draws.map((one) => one.amount)),
    sentence,
  }));
  return inColumns(files['changes.parquet'].columns, rows) as Table<'changes'>;
}

/** `changes.arrow`. */
export function changeMatrix({ names, net }: Subject, changes: readonly ClassChange[]): Matrix<'changes'> {
  const { pixels: P } = net;
  const marks = (kind: ClassChange['kind']) => {
    const data = new Uint8Array(names.length * P);
    for (const { class: c, change } of changes.filter((one) => one.kind === kind)) {
      for (const p of change.erased) data[c * P + p] = 1;
      for (const p of change.inked) data[c * P + p] = 2;
    }
    return { data, width: P };
  };
  return {
    rows: names.length,
    columns: {
      class: { data: Uint16Array.from(names.keys()), width: 1 },
      pixels: marks('pixels'),
      stroke: marks('stroke'),
    },
  };
}
