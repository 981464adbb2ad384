/** Bits that a pass of the sort looks at: three passes for 32. */
const DIGIT = 11;

/** Whole numbers that order as the float32 values do; both zeros are one. */
function ordinals(values: Float32Array): Uint32Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const keys = new Uint32Array(values.length);
  for (let r = 0; r < keys.length; r++) keys[r] = bits[r] > 0x80000000 ? ~bits[r] : bits[r] | 0x80000000;
  return keys;
}

/** Values of one node over N rows, ordered. */
export interface Ranking {
  /** uint32[N]: rows by rising value, equal ones by row. */
  readonly order: Uint32Array;
  /** float32[N]: the values in that order. */
  readonly sorted: Float32Array;
}

/**
 * Orders rows by their value: a radix sort of the float32 bits, the lowest first (Knuth 1998, 5.2.5).
 * @param values float32[N], finite
 */
export function rankRows(values: Float32Array): Ranking {
  const N = values.length;
  const keys = ordinals(values);
  let order = new Uint32Array(N);
  let next = new Uint32Array(N);
  for (let r = 0; r < N; r++) order[r] = r;
  for (let shift = 0; shift < 32; shift += DIGIT) {
    pass(keys, shift, order, next);
    [order, next] = [next, order];
  }
  const sorted = new Float32Array(N);
  for (let i = 0; i < N; i++) sorted[i] = values[order[i]];
  return { order, sorted };
}

/** Puts the rows of `from` into `to` by one digit of their keys, rows of equal digits as they stand. */
function pass(keys: Uint32Array, shift: number, from: Uint32Array, to: Uint32Array): void {
  const mask = (1 << DIGIT) - 1;
  const places = new Uint32Array(mask + 2);
  for (let r = 0; r < keys.length; r++) places[((keys[r] >>> shift) & mask) + 1]++;
  for (let digit = 0; digit < mask; digit++) places[digit + 1] += places[digit];
  for (let i = 0; i < from.length; i++) to[places[(keys[from[i]] >>> shift) & mask]++] = from[i];
}

/**
 * The sorted values of each class, parts of one array.
 * @param groups class of each row, below `count`
 */
export function splitSorted({ order, sorted }: Ranking, groups: Uint16Array, count: number): Float32Array[] {
  const ends = new Uint32Array(count + 1);
  for (let r = 0; r < groups.length; r++) ends[groups[r] + 1]++;
  for (let c = 0; c < count; c++) ends[c + 1] += ends[c];
  const starts = ends.slice(0, count);
  const parts = new Float32Array(order.length);
  const next = starts.slice();
  for (let i = 0; i < order.length; i++) parts[next[groups[order[i]]]++] = sorted[i];
  return Array.from(starts, (start, c) => parts.subarray(start, ends[c + 1]));
}

/** Quantile of sorted values by linear interpolation between ranks (Hyndman and Fan 1996, type 7); NaN of no values. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return NaN;
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

/**
 * Area under the ROC curve of each class against all others: the share of pairs in which the row of the class has the
 * higher value, equal ones counting half (Mann and Whitney 1947). NaN where a class has no row or all of them.
 */
export function classAreas({ order, sorted }: Ranking, labels: Uint16Array, classes: number): Float64Array {
  const N = order.length;
  const counts = new Float64Array(classes);
  const ranks = new Float64Array(classes);
  for (let from = 0; from < N;) {
    let to = from + 1;
    while (to < N && sorted[to] === sorted[from]) to++;
    const rank = (from + 1 + to) / 2;
    for (let i = from; i < to; i++) {
      const c = labels[order[i]];
      counts[c]++;
      ranks[c] += rank;
    }
    from = to;
  }
  return ranks.map((sum, c) => {
    const n = counts[c];
    return n === 0 || n === N ? NaN : (sum - (n * (n + 1)) / 2) / (n * (N - n));
  });
}

/**
 * Share of each class among the `most` rows of highest value; of rows equal at the cut each counts in part, so that their order does not tell.
 * @param most at least 1, at most N
 * @returns float64[K], sum 1
 */
export function topShares(
  { order, sorted }: Ranking,
  labels: Uint16Array,
  classes: number,
  most: number,
): Float64Array {
  const N = order.length;
  const cut = sorted[N - most];
  const above = new Float64Array(classes);
  const tied = new Float64Array(classes);
  let ties = 0;
  let i = N - 1;
  for (; i >= 0 && sorted[i] > cut; i--) above[labels[order[i]]]++;
  const open = most - (N - 1 - i);
  for (; i >= 0 && sorted[i] === cut; i--, ties++) tied[labels[order[i]]]++;
  return above.map((n, c) => (n + (tied[c] * open) / ties) / most);
}

/** At most `most` rows of 0 … N-1, evenly spaced, ascending. */
export function spread(rows: number, most: number): Uint32Array {
  const count = Math.max(Math.min(rows, 1), Math.min(rows, Math.floor(most)));
  return Uint32Array.from({ length: count }, (_, i) => Math.floor((i * rows) / count));
}
