import { outgoing, outgoingCost, outgoingOfAll } from '@layerwise/kernels/gradients';
import { classAreas, rankRows, spread } from '@layerwise/kernels/ranking';
import { meanValues, rowsByClass, type Rows, type Looked } from './subject.js';

/** Multiply-adds that the mean gradients of a layer may take, and those of all layers of a deep net. */
const [WORK, ALL_WORK] = [5e8, 1e9];
/** Hidden layers from which on their gradients are found together, and values of nodes on which areas are found at most. */
const [DEEP, AREA_VALUES] = [3, 1e7];
/** Rows on which areas under ROC curves are found: their error is then below 0.01; on the fewest below 0.03. */
const [AREA_ROWS, FEWEST_AREA_ROWS] = [10_000, 2000];

/** What the nodes of a hidden layer are to each class, over the training rows. H nodes, K classes. */
export interface NodeRanking {
  /** float64[H]: mean activation over all rows, and its variance (ddof 0). */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  /** float64[H][K]: mean activation over the rows of the class, and over all others; 0 of no rows. */
  readonly own: Float64Array;
  readonly others: Float64Array;
  /** float64[H][K]: mean gradient of the class's logit less the mean over all classes; in the last hidden layer the weight. */
  readonly weight: Float64Array;
  /** float64[H][K]: (own - others) times weight. */
  readonly evidence: Float64Array;
  /** float64[H][K]: area under the ROC curve of the class; NaN without rows. */
  readonly area: Float64Array;
  /** Per class the nodes, those with most first. */
  readonly orders: Readonly<Record<Order, readonly Uint32Array[]>>;
}

/** What nodes are ordered by: their evidence; the size of their weight alone; how far their area is from a half. */
export type Order = 'evidence' | 'weight' | 'area';
/** All of them. */
export const ORDERS: readonly Order[] = ['evidence', 'weight', 'area'];

/** Ranks the nodes of every hidden layer. */
export function rankAllNodes(subject: Looked): NodeRanking[] {
  const { layers, classes: K } = subject.net;
  const hidden = layers.slice(0, -1);
  if (hidden.length < DEEP) return hidden.map((_, l) => rankNodes(subject, l));
  const cost = K * hidden.slice(1).reduce((sum, { kernel }) => sum + kernel.length, 0);
  const rows = spread(subject.train.count, ALL_WORK / cost);
  const gradients = outgoingOfAll(layers, subject.train.hidden, rows);
  return hidden.map((_, l) => rankNodes(subject, l, gradients[l]));
}

/**
 * Ranks the nodes of hidden layer `l`, counted from 0.
 * @param gradients float64[H][K]: mean gradients of the logits
 */
export function rankNodes(
  subject: Looked,
  l: number,
  gradients: Float64Array = meanGradients(subject, l),
): NodeRanking {
  const { net, train } = subject;
  const K = net.classes;
  const H = net.layers[l].units;
  const values = train.hidden[l];
  const byClass = rowsByClass(train, K, false).map((rows) => ({ rows: rows.length, mean: meanValues(values, rows) }));
  const mean = meanValues(
    values,
    Uint32Array.from({ length: train.count }, (_, r) => r),
  );
  const weight = centred(gradients, K);
  const [own, others] = [new Float64Array(H * K), new Float64Array(H * K)];
  for (let h = 0; h < H; h++) {
    for (let k = 0; k < K; k++) {
      const { rows } = byClass[k];
      own[h * K + k] = byClass[k].mean[h];
      const rest = train.count - rows;
      others[h * K + k] = rest === 0 ? 0 : (mean[h] * train.count - byClass[k].mean[h] * rows) / rest;
    }
  }
  const evidence = weight.map((by, at) => (byClass[at % K].rows === 0 ? 0 : (own[at] - others[at]) * by));
  const area = areasOf(train, l, H, K);
  const size = {
    evidence,
    weight: weight.map(Math.abs),
    area: area.map((one) => (Number.isNaN(one) ? 0 : Math.abs(one - 0.5))),
  };
  const orders = Object.fromEntries(
    ORDERS.map((by) => [by, ordersOf(size[by], H, K)]),
  ) as unknown as NodeRanking['orders'];
  return { mean, variance: varianceOf(train, l, mean), own, others, weight, evidence, area, orders };
}

function meanGradients({ net, train }: Looked, l: number): Float64Array {
  const later = net.layers.slice(l + 1);
  const cost = outgoingCost(later);
  return outgoing(later, train.hidden.slice(l), spread(train.count, cost === 0 ? 1 : WORK / cost));
}

/** Less the mean over the classes. */
function centred(gradients: Float64Array, K: number): Float64Array {
  const means = Float64Array.from(
    { length: gradients.length / K },
    (_, h) => gradients.subarray(h * K, (h + 1) * K).reduce((sum, one) => sum + one, 0) / K,
  );
  return gradients.map((one, at) => one - means[Math.floor(at / K)]);
}

function areasOf({ hidden, label, count }: Rows, l: number, H: number, K: number): Float64Array {
  const nodes = hidden.reduce((sum, { width }) => sum + width, 0);
  const most = hidden.length < DEEP ? AREA_ROWS : Math.min(AREA_ROWS, Math.max(FEWEST_AREA_ROWS, AREA_VALUES / nodes));
  const rows = spread(count, most);
  const labels = Uint16Array.from(rows, (r) => label[r]);
  const areas = new Float64Array(H * K);
  const { data } = hidden[l];
  const values = new Float32Array(rows.length);
  for (let h = 0; h < H; h++) {
    for (let i = 0; i < values.length; i++) values[i] = data[rows[i] * H + h];
    areas.set(classAreas(rankRows(values), labels, K), h * K);
  }
  return areas;
}

function varianceOf({ hidden, count }: Rows, l: number, mean: Float64Array): Float64Array {
  const H = mean.length;
  const { data } = hidden[l];
  const sum = new Float64Array(H);
  for (let r = 0, at = 0; r < count; r++)
    for (let h = 0; h < H; h++, at++) sum[h] += (data[at] - mean[h]) * (data[at] - mean[h]);
  return sum.map((squares) => squares / Math.max(1, count));
}

function ordersOf(size: Float64Array, H: number, K: number): Uint32Array[] {
  return Array.from({ length: K }, (_, k) =>
    Uint32Array.from({ length: H }, (_, h) => h).sort((a, b) => size[b * K + k] - size[a * K + k] || a - b),
  );
}
