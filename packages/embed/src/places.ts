/** The different places of a map, numbered in the order of their first rows, with the classes of the rows at each. */
export interface Places {
  /** P: how many. */
  readonly count: number;
  /** The first row at each place, [P]. */
  readonly first: Int32Array;
  /** Where in `classes` and `rows` those of each place begin, [P + 1]. */
  readonly start: Int32Array;
  /** The different classes at a place. */
  readonly classes: Int32Array;
  /** How many rows of that class are there. */
  readonly rows: Int32Array;
}

/**
 * Finds the rows that lie at one place.
 * @param position float32 [N x dimensions], finite
 * @param label class of each row, [N]
 */
export function placesOf(position: Float32Array, dimensions: number, label: ArrayLike<number>): Places {
  const { place, first } = numbered(position, dimensions, label.length);
  const at = Array.from(first, () => 0);
  for (const p of place) at[p]++;
  const begin = new Int32Array(first.length + 1);
  at.forEach((n, p) => (begin[p + 1] = begin[p] + n));
  // A place has at most as many classes as rows: they are listed there, and moved together afterwards.
  const [classes, rows] = [new Int32Array(label.length), new Int32Array(label.length)];
  for (let row = 0; row < label.length; row++) {
    let i = begin[place[row]];
    while (rows[i] > 0 && classes[i] !== label[row]) i++;
    classes[i] = label[row];
    rows[i]++;
  }
  const start = new Int32Array(first.length + 1);
  let to = 0;
  for (let p = 0; p < first.length; p++) {
    for (let i = begin[p]; i < begin[p + 1] && rows[i] > 0; i++, to++) [classes[to], rows[to]] = [classes[i], rows[i]];
    start[p + 1] = to;
  }
  return { count: first.length, first, start, classes: classes.subarray(0, to), rows: rows.subarray(0, to) };
}

/** The number of each row's place, [N], and the first row of each place; by a table of hashes. */
function numbered(position: Float32Array, dimensions: number, rows: number): { place: Int32Array; first: Int32Array } {
  const bits = new Uint32Array(position.map((x) => x + 0).buffer); // +0 and -0 are one place
  const mask = 2 ** Math.ceil(Math.log2(2 * rows)) - 1;
  const table = new Int32Array(mask + 1).fill(-1);
  const place = new Int32Array(rows);
  const first = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    let slot = hashOf(bits, row * dimensions, dimensions) & mask;
    while (table[slot] >= 0 && !isEqual(bits, first[table[slot]] * dimensions, row * dimensions, dimensions))
      slot = (slot + 1) & mask;
    if (table[slot] < 0) {
      table[slot] = count;
      first[count++] = row;
    }
    place[row] = table[slot];
  }
  return { place, first: first.subarray(0, count) };
}

function hashOf(bits: Uint32Array, from: number, length: number): number {
  let hash = 0;
  for (let i = from; i < from + length; i++) {
    hash = Math.imul(hash ^ bits[i], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

function isEqual(bits: Uint32Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (bits[a + i] !== bits[b + i]) return false;
  return true;
}
