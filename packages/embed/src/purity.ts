import type { MapPurity } from '@layerwise/contracts';
import { placesOf, type Places } from './places.js';

/** Nearest rows looked at of each row. */
const NEIGHBOURS = 10;

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
  const near = await nearestPlaces(places, position, dimensions, neighbours, options);
  const { classes, counts, seen } = countAround(places, near, neighbours);
  const present = Array.from(counts).flatMap((n, c) => (n > 0 ? [c] : []));
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

/** The places around each place: places [P x k], nearest first, and how far each is. */
interface Near {
  readonly k: number;
  readonly index: ArrayLike<number>;
  readonly distance: ArrayLike<number>;
}

/** As many of the places around each place as are sure to hold enough rows. */
async function nearestPlaces(
  places: Places,
  position: Float32Array,
  dimensions: number,
  neighbours: number,
  options: SearchOptions,
): Promise<Near> {
  const k = Math.min(neighbours, places.count - 1);
  if (k < 1) return { k: 0, index: [], distance: [] };
  const data = new Float32Array(places.count * dimensions);
  places.first.forEach((row, p) => {
    for (let d = 0; d < dimensions; d++) data[p * dimensions + d] = position[row * dimensions + d];
  });
  const { nearestNeighbours } = await import('@layerwise/kernels/neighbours');
  return nearestNeighbours({ data, rows: places.count, columns: dimensions }, k, options);
}

/** K classes: rows of each, [K], and how many neighbours of the rows of a class are of each class, [K x K]. */
interface Count {
  readonly classes: number;
  readonly counts: Float64Array;
  readonly seen: Float64Array;
}

function countAround(places: Places, near: Near, neighbours: number): Count {
  const classes = 1 + places.classes.reduce((most, c) => Math.max(most, c), 0);
  const counts = new Float64Array(classes);
  const seen = new Float64Array(classes * classes);
  const nearest = new Nearest(places, classes);
  for (let place = 0; place < places.count; place++) {
    for (let i = places.start[place]; i < places.start[place + 1]; i++) {
      const [own, rows] = [places.classes[i], places.rows[i]];
      counts[own] += rows;
      nearest.begin(neighbours);
      nearest.take([place], 0, 1, own);
      const end = (place + 1) * near.k;
      for (let from = place * near.k, to = from; from < end && nearest.left > 0; from = to) {
        while (to < end && near.distance[to] === near.distance[from]) to++;
        nearest.take(near.index, from, to);
      }
      nearest.addTo(seen, own * classes, rows);
    }
  }
  return { classes, counts, seen };
}

/** The nearest neighbours of the rows of one class at one place, counted by class. */
class Nearest {
  /** How many are still to be found. */
  left = 0;
  private readonly found: Float64Array;
  /** Classes of those found. */
  private met: number[] = [];

  constructor(
    private readonly places: Places,
    classes: number,
  ) {
    this.found = new Float64Array(classes);
  }

  begin(neighbours: number): void {
    this.left = neighbours;
    this.met = [];
  }

  /**
   * Takes the rows at places of one distance, each by the same part if too many.
   * @param list its entries `from` up to `to` are the places
   * @param own class of one row there that is not counted, the row itself
   */
  take(list: ArrayLike<number>, from: number, to: number, own?: number): void {
    const { start, rows, classes } = this.places;
    let all = own === undefined ? 0 : -1;
    for (let j = from; j < to; j++) for (let i = start[list[j]]; i < start[list[j] + 1]; i++) all += rows[i];
    if (all === 0) return;
    const part = Math.min(this.left, all) / all;
    for (let j = from; j < to; j++) {
      for (let i = start[list[j]]; i < start[list[j] + 1]; i++) {
        if (this.found[classes[i]] === 0) this.met.push(classes[i]);
        this.found[classes[i]] += (rows[i] - (classes[i] === own ? 1 : 0)) * part;
      }
    }
    this.left -= Math.min(this.left, all);
  }

  /** Adds the numbers by class, times the rows that have these neighbours, and forgets them. */
  addTo(seen: Float64Array, at: number, rows: number): void {
    for (const c of this.met) {
      seen[at + c] += rows * this.found[c];
      this.found[c] = 0;
    }
  }
}

/** The class that the neighbours of a class are of most often besides itself; the first of equal ones. */
function rivalOf(found: Float64Array, own: number): number | null {
  const others = found.map((n, c) => (c === own ? 0 : n));
  const most = Math.max(...others);
  return most > 0 ? others.indexOf(most) : null;
}
