import { pullBack } from '@layerwise/kernels/layers';
import { activated, intensities, largest, logitsOf, onward, pointOf, slopesOf, sumsOf, type PixelNet } from './net.js';
import { rowsByClass, sample, type Looked } from './subject.js';

/** Multiply-adds that all searches may take; past it fewer images of each class are looked at. */
const WORK = 1.2e9;
/** From the image itself, and from as many of the nearest images of the rival. */
const NEAREST = 2;
const PASSES = 5;
/** Trials of pulling the best one nearer, at first by this share, and pushing it across the border again. */
const TRIALS = 15;
const NEARER = 0.15;
const PUSHES = 5;
/** Training images of the rival among which the nearest are looked for. */
const LOOKED_AT = 500;

/** Which images of a class are changed, by their margin: the least, the median, the largest. */
const WHICH = ['doubtful', 'median', 'surest'] as const;

/** The least change found that turns an image of a class into its rival. P pixels. */
export interface LeastChange {
  readonly class: number;
  readonly rival: number;
  readonly which: (typeof WHICH)[number];
  readonly id: number;
  /** Logit of the class less the largest other, before. */
  readonly margin: number;
  /** float32[P], intensities. */
  readonly before: Float32Array;
  readonly after: Float32Array;
  /** Euclidean length of the change, and the largest change of a pixel. */
  readonly length: number;
  readonly most: number;
}

/** Multiply-adds of one search for one image. */
export function leastCost({ layers }: PixelNet): number {
  return ((NEAREST + 1) * PASSES + TRIALS * PUSHES) * 2 * layers.reduce((sum, { kernel }) => sum + kernel.length, 0);
}

/** How many images of each class there is time for, of three. */
export function leastImages({ net }: Looked): number {
  return Math.min(WHICH.length, Math.floor(WORK / (net.classes * leastCost(net))));
}

/** Searches for the least changes of held images of a class that are told right. */
export function leastChanges(subject: Looked, c: number, rival: number, images: number): LeastChange[] {
  const { net, held } = subject;
  const K = net.classes;
  const rows = rowsByClass(held, K, true)[c];
  const margin = (row: number): number => {
    const logits = held.logits.subarray(row * K, (row + 1) * K);
    return logits[c] - logits[largest(logits, c)];
  };
  const order = rows.slice().sort((a, b) => margin(a) - margin(b) || a - b);
  if (rival < 0 || order.length === 0) return [];
  const places = { doubtful: 0, median: Math.floor((order.length - 1) / 2), surest: order.length - 1 };
  const chosen = images === 1 ? (['median'] as const) : images === 2 ? (['doubtful', 'median'] as const) : WHICH;
  const likely = rivalImages(subject, rival);
  return (images === 0 ? [] : chosen).flatMap((which) => {
    const row = order[places[which]];
    const before = intensities(held.images, row, net.pixels);
    const after = leastTurned(net, before, rival, nearest(likely, before));
    if (!after) return [];
    const change = after.map((value, p) => value - before[p]);
    return [
      {
        class: c,
        rival,
        which,
        id: held.id[row],
        margin: margin(row),
        before: Float32Array.from(before),
        after,
        length: distance(after, before),
        most: change.reduce((top, by) => Math.max(top, Math.abs(by)), 0),
      },
    ];
  });
}

function rivalImages({ net, train }: Looked, rival: number): Float64Array[] {
  const rows = sample(rowsByClass(train, net.classes, true)[rival], LOOKED_AT);
  return Array.from(rows, (row) => intensities(train.images, row, net.pixels));
}

function nearest(images: readonly Float64Array[], to: Float64Array): Float64Array[] {
  const away = images.map((image) => distance(image, to));
  const order = [...images.keys()].sort((a, b) => away[a] - away[b] || a - b);
  return order.slice(0, NEAREST).map((i) => images[i]);
}

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let p = 0; p < a.length; p++) sum += (a[p] - b[p]) * (a[p] - b[p]);
  return Math.sqrt(sum);
};

/**
 * The nearest image within [0, 1] found that is told as a class: again and again the nearest image on the far side of the border as it
 * looks from the last one, from the image itself and from others that are of the class already; then the best is pulled nearer.
 * @returns float32[P]; undefined where none was found
 */
export function leastTurned(
  net: PixelNet,
  image: Float64Array,
  target: number,
  others: readonly Float64Array[],
): Float32Array | undefined {
  let best: Float32Array | undefined;
  let least = Infinity;
  const sums = sumsOf(net.layers[0], image);
  const isNearer = (found: Float32Array | undefined): boolean => {
    const length = found ? distance(found, image) : Infinity;
    if (length >= least) return false;
    [best, least] = [found, length];
    return true;
  };
  for (const start of [image, ...others]) {
    const turned = start === image ? undefined : atBorder(net, image, sums, start, target);
    isNearer(turned);
    let here: Float64Array = turned ? Float64Array.from(turned) : start;
    for (let pass = 0; pass < PASSES; pass++) {
      const across = acrossBorder(net, image, here, target);
      const found = atBorder(net, image, sums, across, target);
      isNearer(found);
      here = found ? Float64Array.from(found) : across;
    }
  }
  let nearer = NEARER;
  for (let trial = 0; best && trial < TRIALS; trial++) {
    const pulled = best.map((value, p) => value + nearer * (image[p] - value));
    const back = pushedAcross(net, Float64Array.from(pulled), target);
    if (!isNearer(atBorder(net, image, sums, back, target))) nearer /= 2;
  }
  return best;
}

/** An image moved by the slopes of whatever class is in the way, until the target leads or several steps are done: borders may meet. */
function pushedAcross(net: PixelNet, from: Float64Array, target: number): Float64Array {
  let here = from;
  for (let step = 0; step < PUSHES; step++) {
    const { sums } = pointOf(net, here);
    const logits = sums[sums.length - 1];
    const rival = largest(logits, target);
    const behind = logits[rival] - logits[target];
    if (behind < 0) break;
    const slopes = gradientOf(net, sums, target, rival);
    const steep = slopes.reduce((sum, slope) => sum + slope * slope, 0);
    if (steep === 0) break;
    const by = (1.05 * behind) / steep;
    here = here.map((value, p) => Math.min(1, Math.max(0, value + by * slopes[p])));
  }
  return here;
}

/** Of the images within [0, 1] the nearest that is past the border, were the net linear around `here`. */
function acrossBorder(net: PixelNet, image: Float64Array, here: Float64Array, target: number): Float64Array {
  const point = pointOf(net, here);
  const logits = logitsOf(point);
  const rival = largest(logits, target);
  const slopes = gradientOf(net, point.sums, target, rival);
  let need = -(logits[target] - logits[rival]);
  for (let p = 0; p < slopes.length; p++) need += slopes[p] * here[p];
  const at = (by: number, p: number): number => Math.min(1, Math.max(0, image[p] + by * slopes[p]));
  const reached = (by: number): boolean => {
    let sum = 0;
    for (let p = 0; p < slopes.length; p++) sum += at(by, p) * slopes[p];
    return sum >= need;
  };
  let [low, high] = [0, 1e-3];
  while (high < 1e6 && !reached(high)) high *= 4;
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (reached(middle)) high = middle;
    else low = middle;
  }
  return image.map((_, p) => at(high, p));
}

/** float64[P]: gradient of the logit of one class less that of another. @param sums of every layer, at the image */
export function gradientOf(
  { layers }: PixelNet,
  sums: readonly Float64Array[],
  target: number,
  rival: number,
): Float64Array {
  const last = layers[layers.length - 1];
  let slopes = Float64Array.from({ length: last.units }, (_, k) => (k === target ? 1 : k === rival ? -1 : 0));
  for (let l = layers.length - 1; l >= 0; l--) {
    const back = pullBack(layers[l], slopes, new Float64Array(layers[l].inputs));
    if (l === 0) return back;
    const steep = slopesOf(layers[l - 1], sums[l - 1], activated(layers[l - 1], sums[l - 1]));
    slopes = back.map((value, h) => value * steep[h]);
  }
  return slopes;
}

/** How much farther than to another image it may be to the border. */
const FARTHEST = 1.5;
/** How much farther than to the border, so that no rounding turns it back. */
const NUDGES = [1e-4, 1e-3];

/** The first image on the way to another, or a little past it, that is told as the target; undefined where none is. @param from weighted sums of the image */
function atBorder(
  net: PixelNet,
  image: Float64Array,
  from: Float64Array,
  to: Float64Array,
  target: number,
): Float32Array | undefined {
  const until = sumsOf(net.layers[0], to);
  const buffers = net.layers.map(({ units }) => new Float64Array(units));
  const isTurned = (share: number): boolean =>
    largest(
      onward(
        net.layers,
        from.map((sum, h) => sum + share * (until[h] - sum)),
        buffers,
      ),
    ) === target;
  let [low, high] = [0, 1];
  if (!isTurned(high)) [low, high] = [1, FARTHEST];
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (isTurned(middle)) high = middle;
    else low = middle;
  }
  for (const nudge of NUDGES) {
    const found = Float32Array.from(image, (value, p) =>
      Math.min(1, Math.max(0, value + high * (1 + nudge) * (to[p] - value))),
    );
    if (largest(logitsOf(pointOf(net, found))) === target) return found;
  }
  return undefined;
}
