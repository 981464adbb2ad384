import type { Random } from '@layerwise/kernels/random';
import type { Evidence } from './evidence.js';
import { addRows, intensities, largest, onward, sumsOf, type PixelNet } from './net.js';
import type { Rows } from './subject.js';

/** What inked pixels are set to, unless they are brighter. */
export const INK = 0.6;

/** Pixels to set to 0 and pixels to set to {@link INK}. */
export interface Change {
  readonly erased: Uint32Array;
  readonly inked: Uint32Array;
}

/** What a change does to images of a class. Shares of rows; NaN without rows. */
export interface Effect {
  readonly rows: number;
  /** Told as the rival, and as anything else than the class. */
  readonly rival: number;
  readonly other: number;
  /** Mean sum of the changes of all pixels, as intensities. */
  readonly amount: number;
}

/** The pixels that say most for a class against its rival. P pixels. @param each how many of each at most */
export function decisiveChange(ink: Float64Array, absence: Float64Array, each: number): Change {
  const best = (values: Float64Array, other: Float64Array): Uint32Array =>
    Uint32Array.from(values.keys())
      .filter((p) => values[p] > 0 && values[p] >= other[p])
      .sort((a, b) => values[b] - values[a] || a - b)
      .slice(0, each);
  const erased = best(ink, absence);
  const taken = new Set(erased);
  return { erased, inked: best(absence, ink).filter((p) => !taken.has(p)) };
}

/** Evidence by pixel for a class against another. */
export function against(
  { ink, absence }: Pick<Evidence, 'ink' | 'absence'>,
  c: number,
  rival: number,
  P: number,
): { readonly ink: Float64Array; readonly absence: Float64Array } {
  const pair = (values: Float64Array): Float64Array =>
    Float64Array.from({ length: P }, (_, p) => values[c * P + p] - values[rival * P + p]);
  return { ink: pair(ink), absence: pair(absence) };
}

/** Pixels that a net reads at all. */
export function pixelsRead({ layers: [{ kernel, units }], pixels: P }: PixelNet): Uint32Array {
  return Uint32Array.from({ length: P }, (_, p) => p).filter((p) =>
    kernel.subarray(p * units, (p + 1) * units).some((weight) => weight !== 0),
  );
}

/** A random pixel is one of so many whose mean in the class is nearest to that of the pixel it stands for. */
const ALIKE = 60;

/**
 * Other pixels for those of a change, each drawn among those where the class has about as much ink.
 * @param mean float64[P]: the class's mean image
 * @param pool pixels to draw from
 */
export function likeChange({ erased, inked }: Change, mean: Float64Array, pool: Uint32Array, random: Random): Change {
  const taken = new Set([...erased, ...inked]);
  const others = pool.filter((p) => !taken.has(p)).sort((a, b) => mean[a] - mean[b] || a - b);
  const free = new Uint8Array(others.length).fill(1);
  const draw = (p: number): number[] => {
    const near = nearest(others, mean, mean[p], free);
    if (near.length === 0) return [];
    const chosen = near[random.below(near.length)];
    free[chosen] = 0;
    return [others[chosen]];
  };
  return {
    erased: Uint32Array.from(Array.from(erased).flatMap(draw)),
    inked: Uint32Array.from(Array.from(inked).flatMap(draw)),
  };
}

/** Places of the free pixels whose means are nearest to a value. */
function nearest(others: Uint32Array, mean: Float64Array, value: number, free: Uint8Array): number[] {
  let [low, high] = [0, others.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (mean[others[middle]] < value) low = middle + 1;
    else high = middle;
  }
  const near: number[] = [];
  for (let [down, up] = [low - 1, low]; near.length < ALIKE && (down >= 0 || up < others.length);) {
    const isBelow = up >= others.length || (down >= 0 && value - mean[others[down]] <= mean[others[up]] - value);
    const at = isBelow ? down-- : up++;
    if (free[at] === 1) near.push(at);
  }
  return near;
}

/**
 * What changes do to some rows, in the order of the changes.
 * @param all changes that are tried on all rows
 * @param some on those of a sample alone
 */
export function effectsOf(
  net: PixelNet,
  { images }: Pick<Rows, 'images'>,
  { rows, sampled }: { readonly rows: Uint32Array; readonly sampled: Uint32Array },
  { all, some }: { readonly all: readonly Change[]; readonly some: readonly Change[] },
  { class: c, rival }: { readonly class: number; readonly rival: number },
): Effect[] {
  const changes = [...all, ...some];
  const isSampled = new Set(sampled);
  const [first] = net.layers;
  const H = first.units;
  const [rivals, others, amounts] = [
    new Uint32Array(changes.length),
    new Uint32Array(changes.length),
    new Float64Array(changes.length),
  ];
  const [image, whole, sums] = [new Float64Array(net.pixels), new Float64Array(H), new Float64Array(H)];
  const buffers = net.layers.map(({ units }) => new Float64Array(units));
  const most = changes.reduce((top, { erased, inked }) => Math.max(top, erased.length + inked.length), 0);
  const [places, times] = [new Uint32Array(most), new Float64Array(most)];
  for (const row of rows) {
    intensities(images, row, net.pixels, image);
    sumsOf(first, image, whole);
    const tried = isSampled.has(row) ? changes : all;
    for (const [i, { erased, inked }] of tried.entries()) {
      sums.set(whole);
      let [amount, count] = [0, 0];
      const set = (p: number, value: number): void => {
        const by = value - image[p];
        if (by === 0) return;
        [places[count], times[count++]] = [p, by];
        amount += Math.abs(by);
      };
      for (const p of erased) set(p, 0);
      for (const p of inked) set(p, Math.max(image[p], INK));
      addRows(sums, first.kernel, places, times, count);
      const told = largest(onward(net.layers, sums, buffers));
      if (told === rival) rivals[i]++;
      if (told !== c) others[i]++;
      amounts[i] += amount;
    }
  }
  return changes.map((_, i) => {
    const n = i < all.length ? rows.length : sampled.length;
    return { rows: n, rival: rivals[i] / n, other: others[i] / n, amount: amounts[i] / n };
  });
}

/** How far the amount of a moved stroke may be from that of the stroke itself. */
const AS_MUCH = 0.15;

/**
 * A stroke of the same form elsewhere: moved so that it covers none of the pixels where it was, lies on pixels that the net reads,
 * and changes the class's mean image about as much. Several that differ, drawn at random; none where there is no such place.
 */
export function movedStrokes(
  { inked }: Change,
  mean: Float64Array,
  width: number,
  pool: Uint32Array,
  draws: number,
  random: Random,
): Change[] {
  const height = mean.length / width;
  const amount = (pixels: Uint32Array): number => pixels.reduce((sum, p) => sum + Math.max(0, INK - mean[p]), 0);
  const [read, own, wanted] = [new Set(pool), new Set(inked), amount(inked)];
  const found: Uint32Array[] = [];
  for (let down = 1 - height; down < height; down++) {
    for (let right = 1 - width; right < width; right++) {
      const isWithin = (p: number): boolean => {
        const [x, y] = [(p % width) + right, Math.floor(p / width) + down];
        return x >= 0 && x < width && y >= 0 && y < height;
      };
      if (!inked.every(isWithin)) continue;
      const moved = inked.map((p) => p + down * width + right);
      if (!moved.every((p) => read.has(p) && !own.has(p))) continue;
      if (Math.abs(amount(moved) - wanted) <= AS_MUCH * wanted) found.push(moved);
    }
  }
  const order = found.map((_, i) => i);
  random.shuffle(order);
  return order.slice(0, draws).map((i) => ({ erased: new Uint32Array(0), inked: found[i] }));
}
