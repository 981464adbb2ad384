import type { Random } from '@layerwise/kernels/random';

/** Passes of Lloyd's algorithm at most. */
const PASSES = 15;
/** Starts of each number of clusters. */
const RUNS = 3;
const MOST_CLUSTERS = 4;
/** Below this mean silhouette the rows are one cluster. */
const LEAST_SILHOUETTE = 0.1;

/** Rows in clusters, the largest first. */
export interface Clusters {
  /** Per cluster float64[width]. */
  readonly centres: readonly Float64Array[];
  /** Mean silhouette (Rousseeuw 1987); 0 of one cluster. */
  readonly silhouette: number;
}

/**
 * Clusters rows by k-means (Lloyd 1982) from k-means++ starts (Arthur and Vassilvitskii 2007), for 2 to 4 clusters; those with the
 * largest mean silhouette, or one cluster where none has a silhouette worth having.
 * @param values float64[rows][width]
 */
export function clustersOf(values: Float64Array, width: number, random: Random): Clusters {
  const n = values.length / width;
  const whole: Clusters = { centres: [meanOf(values, width, new Uint8Array(n), 0)], silhouette: 0 };
  const distances = allDistances(values, width);
  let best = whole;
  for (let k = 2; k <= Math.min(MOST_CLUSTERS, n - 1); k++) {
    const { centres, of } = tightest(values, width, k, random);
    const sizes = centres.map((_, c) => of.reduce((sum, own) => sum + (own === c ? 1 : 0), 0));
    if (sizes.some((size) => size === 0)) continue;
    const silhouette = meanSilhouette(distances, of, sizes);
    if (silhouette < LEAST_SILHOUETTE || silhouette <= best.silhouette) continue;
    const order = [...sizes.keys()].sort((a, b) => sizes[b] - sizes[a] || a - b);
    best = { centres: order.map((c) => centres[c]), silhouette };
  }
  return best;
}

/** Of several runs the one whose rows are nearest to their centres. */
function tightest(values: Float64Array, width: number, k: number, random: Random): ReturnType<typeof lloyd> {
  const runs = Array.from({ length: RUNS }, () => lloyd(values, width, starts(values, width, k, random)));
  const spread = ({ centres, of }: ReturnType<typeof lloyd>): number =>
    of.reduce((sum, c, r) => sum + squares(centres[c], rowOf(values, width, r)), 0);
  return runs.reduce((best, one) => (spread(one) < spread(best) ? one : best));
}

/** The centre nearest to a row; the first of equals. */
export function nearestCentre(centres: readonly Float64Array[], row: ArrayLike<number>): number {
  let [best, least] = [0, Infinity];
  for (const [c, centre] of centres.entries()) {
    const away = squares(centre, row);
    if (away < least) [best, least] = [c, away];
  }
  return best;
}

function squares(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

const rowOf = (values: Float64Array, width: number, row: number): Float64Array =>
  values.subarray(row * width, (row + 1) * width);

function starts(values: Float64Array, width: number, k: number, random: Random): Float64Array[] {
  const n = values.length / width;
  const chosen = [rowOf(values, width, random.below(n)).slice()];
  const away = new Float64Array(n).fill(Infinity);
  while (chosen.length < k) {
    let total = 0;
    for (let r = 0; r < n; r++) {
      away[r] = Math.min(away[r], squares(chosen[chosen.length - 1], rowOf(values, width, r)));
      total += away[r];
    }
    let left = random.float() * total;
    let row = 0;
    while (row < n - 1 && left >= away[row]) left -= away[row++];
    chosen.push(rowOf(values, width, row).slice());
  }
  return chosen;
}

function lloyd(
  values: Float64Array,
  width: number,
  centres: Float64Array[],
): { centres: Float64Array[]; of: Uint8Array } {
  const n = values.length / width;
  let of = new Uint8Array(n).fill(255);
  for (let pass = 0; pass < PASSES; pass++) {
    const next = Uint8Array.from({ length: n }, (_, r) => nearestCentre(centres, rowOf(values, width, r)));
    const isSame = next.every((c, r) => c === of[r]);
    of = next;
    if (isSame) break;
    centres = centres.map((_, c) => meanOf(values, width, of, c));
  }
  return { centres, of };
}

function meanOf(values: Float64Array, width: number, of: Uint8Array, cluster: number): Float64Array {
  const sum = new Float64Array(width);
  let n = 0;
  for (let r = 0; r < of.length; r++) {
    if (of[r] !== cluster) continue;
    n++;
    for (let i = 0; i < width; i++) sum[i] += values[r * width + i];
  }
  return sum.map((value) => value / Math.max(1, n));
}

function allDistances(values: Float64Array, width: number): Float64Array {
  const n = values.length / width;
  const all = new Float64Array(n * n);
  for (let a = 0; a < n; a++)
    for (let b = 0; b < a; b++)
      all[a * n + b] = all[b * n + a] = Math.sqrt(squares(rowOf(values, width, a), rowOf(values, width, b)));
  return all;
}

/** Of each row how much nearer its own cluster is than the next, of the larger of the two distances; 0 for one alone in its cluster. */
function meanSilhouette(distances: Float64Array, of: Uint8Array, sizes: readonly number[]): number {
  const n = of.length;
  let total = 0;
  for (let r = 0; r < n; r++) {
    if (sizes[of[r]] === 1) continue;
    const sums = new Float64Array(sizes.length);
    for (let other = 0; other < n; other++) sums[of[other]] += distances[r * n + other];
    const own = sums[of[r]] / (sizes[of[r]] - 1);
    let next = Infinity;
    for (let c = 0; c < sizes.length; c++) if (c !== of[r]) next = Math.min(next, sums[c] / sizes[c]);
    const larger = Math.max(own, next);
    total += larger === 0 ? 0 : (next - own) / larger;
  }
  return total / n;
}
