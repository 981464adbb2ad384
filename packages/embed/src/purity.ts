import type { MapPurity } from '@layerwise/contracts';

/** Nearest rows looked at of each row. */
const NEIGHBOURS = 10;

/** Rows at one place of a map: how many, and how many of each class that is there. */
interface Place {
  readonly at: number;
  rows: number;
  readonly classes: Map<number, number>;
}

interface SearchOptions {
  readonly workers: number;
  readonly signal: AbortSignal;
}

/**
 * How far true classes keep to themselves on a map: of the nearest other rows of each row, in all dimensions, the share of its
 * own class. Rows at the same place are neighbours before all others; of places at one distance that do not all fit among
 * the nearest, every row counts by the same part. The same bytes for any number of workers.
 * @param position float32 [N x dimensions], finite
 * @param label class of each row, [N]
 * @returns undefined for fewer than two rows
 */
export async function purityOf(
  position: Float32Array,
  dimensions: number,
  label: ArrayLike<number>,
  options: SearchOptions,
): Promise<MapPurity | undefined> {
  const rows = label.length;
  if (rows < 2) return undefined;
  const places = placesOf(position, dimensions, label);
  const neighbours = Math.min(NEIGHBOURS, rows - 1);
  const shells = await shellsOf(places, position, dimensions, neighbours, options);
  const classes = 1 + places.reduce((most, place) => Math.max(most, ...place.classes.keys()), 0);
  /** How many neighbours of the rows of a class are of each class: [K x K]. */
  const seen = new Float64Array(classes * classes);
  const counts = new Array<number>(classes).fill(0);
  places.forEach((place, p) => {
    for (const [own, n] of place.classes) {
      counts[own] += n;
      for (const [other, m] of around(place, own, shells(p), neighbours)) seen[own * classes + other] += n * m;
    }
  });
  const present = counts.flatMap((n, c) => (n > 0 ? [c] : []));
  const own = (c: number): number => seen[c * classes + c];
  return {
    neighbours,
    share: present.reduce((sum, c) => sum + own(c), 0) / (rows * neighbours),
    classes: present.map((c) => ({
      class: c,
      rows: counts[c],
      share: own(c) / (counts[c] * neighbours),
      rival: rivalOf(seen.subarray(c * classes, (c + 1) * classes), c),
    })),
  };
}

/** The different places of a map, in the order of their first rows. */
function placesOf(position: Float32Array, dimensions: number, label: ArrayLike<number>): Place[] {
  const places = new Map<string, Place>();
  for (let row = 0; row < label.length; row++) {
    const key = position.subarray(row * dimensions, (row + 1) * dimensions).join();
    const place = places.get(key) ?? { at: row, rows: 0, classes: new Map<number, number>() };
    places.set(key, place);
    place.rows++;
    place.classes.set(label[row], (place.classes.get(label[row]) ?? 0) + 1);
  }
  return [...places.values()];
}

/** The places around each place, nearest first, those at one distance together; as many as are sure to hold enough rows. */
async function shellsOf(
  places: readonly Place[],
  position: Float32Array,
  dimensions: number,
  neighbours: number,
  options: SearchOptions,
): Promise<(place: number) => Place[][]> {
  const k = Math.min(neighbours, places.length - 1);
  if (k < 1) return () => [];
  const data = new Float32Array(places.length * dimensions);
  places.forEach(({ at }, p) => data.set(position.subarray(at * dimensions, (at + 1) * dimensions), p * dimensions));
  const { nearestNeighbours } = await import('@layerwise/kernels/neighbours');
  const { index, distance } = await nearestNeighbours({ data, rows: places.length, columns: dimensions }, k, options);
  return (p) => {
    const shells: Place[][] = [];
    for (let j = p * k; j < (p + 1) * k; j++) {
      if (j > p * k && distance[j] === distance[j - 1]) shells[shells.length - 1].push(places[index[j]]);
      else shells.push([places[index[j]]]);
    }
    return shells;
  };
}

/** How many of the nearest neighbours of a row of class `own` at a place are of each class. */
function around(
  place: Place,
  own: number,
  shells: readonly (readonly Place[])[],
  neighbours: number,
): Map<number, number> {
  const found = new Map<number, number>();
  let left = neighbours;
  const take = (shell: readonly Place[], besides: number): void => {
    const rows = shell.reduce((sum, { rows: n }) => sum + n, 0) - besides;
    if (rows === 0) return;
    const part = Math.min(left, rows) / rows;
    for (const { classes } of shell)
      for (const [c, n] of classes) found.set(c, (found.get(c) ?? 0) + (n - (c === own ? besides : 0)) * part);
    left -= Math.min(left, rows);
  };
  take([place], 1);
  for (const shell of shells) if (left > 0) take(shell, 0);
  return found;
}

/** The class that the neighbours of a class are of most often besides itself; the first of equal ones. */
function rivalOf(found: Float64Array, own: number): number | null {
  const others = found.map((n, c) => (c === own ? 0 : n));
  const most = Math.max(...others);
  return most > 0 ? others.indexOf(most) : null;
}
