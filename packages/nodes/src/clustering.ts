/**
 * Orders rows so that like ones lie together: average linkage of Euclidean distances (Sokal and Michener 1958) by the
 * nearest-neighbour chain; of two joined groups the one with the lower first row goes first.
 * @param values float64[n][width], finite
 * @returns the rows, each once
 */
export function clusterOrder(values: Float64Array, n: number, width: number): number[] {
  if (n === 0) return [];
  const distances = pairDistances(values, n, width);
  const sizes = new Float64Array(n).fill(1);
  const leaves: (number[] | undefined)[] = Array.from({ length: n }, (_, i) => [i]);
  const chain: number[] = [];
  for (let groups = n; groups > 1;) {
    if (chain.length === 0) chain.push(leaves.findIndex((group) => group !== undefined));
    const top = chain[chain.length - 1];
    const before = chain[chain.length - 2] ?? -1;
    const nearest = nearestTo(top, before, distances, leaves, n);
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    join(Math.min(top, before), Math.max(top, before), distances, sizes, leaves, n);
    groups--;
  }
  return leaves.find((group) => group !== undefined) as number[];
}

function pairDistances(values: Float64Array, n: number, width: number): Float64Array {
  const distances = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      let squares = 0;
      for (let k = 0; k < width; k++) {
        const gap = values[i * width + k] - values[j * width + k];
        squares += gap * gap;
      }
      distances[i * n + j] = distances[j * n + i] = Math.sqrt(squares);
    }
  }
  return distances;
}

/** The group nearest to `top`; of equals the one before it in the chain, else the first. */
function nearestTo(
  top: number,
  before: number,
  distances: Float64Array,
  leaves: readonly (number[] | undefined)[],
  n: number,
): number {
  let nearest = before;
  let least = before < 0 ? Infinity : distances[top * n + before];
  for (let j = 0; j < n; j++) {
    if (j !== top && leaves[j] && distances[top * n + j] < least) [nearest, least] = [j, distances[top * n + j]];
  }
  return nearest;
}

/** Makes `a` the union of both; `a` < `b`. */
function join(
  a: number,
  b: number,
  distances: Float64Array,
  sizes: Float64Array,
  leaves: (number[] | undefined)[],
  n: number,
): void {
  const both = sizes[a] + sizes[b];
  for (let j = 0; j < n; j++) {
    if (j === a || j === b || !leaves[j]) continue;
    const [da, db] = [distances[a * n + j], distances[b * n + j]];
    // Never below the lesser, also when rounded: the chain relies on it to end.
    distances[a * n + j] = distances[j * n + a] = Math.max(Math.min(da, db), (sizes[a] * da + sizes[b] * db) / both);
  }
  sizes[a] = both;
  leaves[a] = [...(leaves[a] as number[]), ...(leaves[b] as number[])];
  leaves[b] = undefined;
}
