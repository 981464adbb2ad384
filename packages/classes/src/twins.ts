import { sample, type LayerValues, type Looked } from './subject.js';

/** From this correlation on two nodes are twins. */
export const TWIN = 0.7;
/** Multiply-adds that it may take, and the fewest rows that say anything. */
const WORK = 1e9;
const FEWEST_ROWS = 500;

/**
 * How many nodes of the last hidden layer have a twin among those of another net: a node whose activations on the same images correlate with
 * theirs. NaN without hidden layers, and where there are too many nodes.
 * @param other the same experiment with the other net, on a sample of the rows
 */
export function twinsOf(subject: Looked, other: Looked): number {
  const [own, others] = [subject.train.hidden.at(-1), other.train.hidden.at(-1)];
  if (!own || !others) return NaN;
  const place = new Map(Array.from(subject.train.id, (id, row) => [id, row]));
  const most = Math.min(other.train.count, Math.floor(WORK / (own.width * others.width)));
  if (most < Math.min(FEWEST_ROWS, other.train.count)) return NaN;
  const rows = sample(
    Uint32Array.from({ length: other.train.count }, (_, r) => r),
    most,
  );
  const a = standardised(
    own,
    rows.map((row) => place.get(other.train.id[row]) as number),
  );
  const b = standardised(others, rows);
  return a.filter((node) => b.some((one) => correlation(node, one) >= TWIN)).length;
}

/** Per node its values on some rows, less their mean and of length 1; zeros of one that does not vary. */
function standardised({ data, width }: LayerValues, rows: Uint32Array): Float64Array[] {
  return Array.from({ length: width }, (_, h) => {
    const values = Float64Array.from(rows, (row) => data[row * width + h]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const length = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0));
    return values.map((value) => (length === 0 ? 0 : (value - mean) / length));
  });
}

/** Of two rows of numbers. */
export function correlation(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Correlation of two maps, Pearson's; NaN where one does not vary. */
export function likeness(a: Float64Array, b: Float64Array): number {
  const [one, other] = [a, b].map((map) => {
    const mean = map.reduce((sum, value) => sum + value, 0) / map.length;
    return map.map((value) => value - mean);
  });
  return correlation(one, other) / Math.sqrt(correlation(one, one) * correlation(other, other));
}
