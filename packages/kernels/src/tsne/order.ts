/**
 * An order of rows in which every run of `tile` rows is a compact group: median splits along the widest coordinate,
 * as in a k-d tree (Bentley 1975). Deterministic; equal coordinates by row.
 * @param points float32 [rows x m]
 * @returns uint32 [rows]: which row stands at each place
 */
export function tileOrder(points: Float32Array, rows: number, m: number, tile: number): Uint32Array {
  const order = Uint32Array.from({ length: rows }, (_, i) => i);
  const pending: [number, number][] = [[0, rows]];
  for (let node = pending.pop(); node; node = pending.pop()) {
    const [low, high] = node;
    if (high - low <= tile) continue;
    const tiles = Math.ceil((high - low) / tile);
    const middle = low + Math.floor(tiles / 2) * tile;
    splitAt(order, points, m, widest(order, points, m, low, high), low, high - 1, middle);
    pending.push([low, middle], [middle, high]);
  }
  return order;
}

/** The coordinate of largest variance among up to 1,000 rows of a node. */
function widest(order: Uint32Array, points: Float32Array, m: number, low: number, high: number): number {
  const sum = new Float64Array(m);
  const squares = new Float64Array(m);
  const step = Math.ceil((high - low) / 1000);
  let n = 0;
  for (let i = low; i < high; i += step, n++) {
    for (let k = 0, at = order[i] * m; k < m; k++, at++) {
      sum[k] += points[at];
      squares[k] += points[at] * points[at];
    }
  }
  let best = 0;
  for (let k = 0; k < m; k++) {
    squares[k] -= (sum[k] * sum[k]) / n;
    if (squares[k] > squares[best]) best = k;
  }
  return best;
}

/** Puts at `middle` the row that sorting by coordinate k would put there, smaller ones before it (Hoare's selection). */
function splitAt(
  order: Uint32Array,
  points: Float32Array,
  m: number,
  k: number,
  low: number,
  high: number,
  middle: number,
): void {
  const below = (a: number, b: number): boolean =>
    points[a * m + k] < points[b * m + k] || (points[a * m + k] === points[b * m + k] && a < b);
  while (low < high) {
    const pivot = order[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (below(order[i], pivot)) i++;
      while (below(pivot, order[j])) j--;
      if (i <= j) {
        const held = order[i];
        order[i++] = order[j];
        order[j--] = held;
      }
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else return;
  }
}
