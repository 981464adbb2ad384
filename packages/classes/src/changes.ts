import type { Random } from '@layerwise/kernels/random';
import { decisiveChange, effectsOf, likeChange, movedStrokes, pixelsRead, type Change, type Effect } from './change.js';
import type { Params } from './params.js';
import { fewerOfMany } from './removal.js';
import { changeSentence } from './sentence.js';
import { rowsByClass, sample, type Looked } from './subject.js';
import type { Pair } from './told.js';

/** Held rows of a class on which each random choice of pixels is tried, at most; and at least of a net for which there is less time. */
const [DRAW_ROWS, FEWEST_DRAW_ROWS] = [150, 10];
/** Multiply-adds that random choices may take, and as much the changes that they are compared with, which are tried on so many rows at least. */
const WORK = 4e10;
const FEWEST_ROWS = 100;

/** What a change of pixels does to the images of a class, and what random choices of other pixels do. */
export interface ClassChange {
  readonly class: number;
  /** -1 without one. */
  readonly rival: number;
  readonly kind: 'pixels' | 'stroke';
  readonly change: Change;
  readonly effect: Effect;
  readonly draws: readonly Effect[];
  /** See {@link gainOf}; NaN of a stroke. */
  readonly gained: number;
  readonly sentence: string;
}

/** How many held rows of a class there is time for: for the changes themselves, and for each of `drawn` random choices of both kinds. */
export function changedRows({ net }: Looked, drawn: number): { readonly all: number; readonly draws: number } {
  const cost = net.classes * net.layers.slice(1).reduce((sum, { kernel }) => sum + kernel.length, 1);
  return {
    all: Math.max(FEWEST_ROWS, Math.floor(WORK / (2 * cost))),
    draws: Math.min(DRAW_ROWS, Math.max(FEWEST_DRAW_ROWS, Math.floor(WORK / (2 * drawn * cost)))),
  };
}

/** Random choices that a gain is compared with, at most. */
export const GAIN_DRAWS = 5;

/**
 * What a change of pixels gains the rival: the share of the held images of a class, told right or not, that are told as the rival with it, less
 * that with each of some random choices, in the mean. It compares nets whatever they tell right: one that knows nothing is right by chance
 * alone, and these few images turn easily. NaN without a rival, images or random choices.
 */
export function gainOf(
  subject: Looked,
  { class: c, rival }: { readonly class: number; readonly rival: number },
  change: Change,
  others: readonly Change[],
): number {
  const { net, held } = subject;
  const rows = sample(rowsByClass(held, net.classes, false)[c], changedRows(subject, GAIN_DRAWS).draws);
  const tried = { all: [change], some: others.slice(0, GAIN_DRAWS) };
  if (rival < 0 || rows.length === 0 || tried.some.length === 0) return NaN;
  const [effect, ...drawn] = effectsOf(net, held, { rows, sampled: rows }, tried, { class: c, rival });
  return effect.rival - drawn.reduce((sum, one) => sum + one.rival, 0) / drawn.length;
}

/** Of the pixels that a net reads a sixth at most is erased, and as many inked, so that others are left to compare them with. */
export function changedPixels({ net }: Looked, pixels: number): number {
  return Math.max(1, Math.min(pixels, Math.floor(pixelsRead(net).length / 6)));
}

/**
 * Changes the held images of a class that are told right: the decisive pixels, then the largest blob of absence inked in one piece.
 * @param pair the class and its rival, if it has one
 * @param image float64[P]: the class's mean training image
 */
export function changeClass(
  subject: Looked,
  c: number,
  pair: Pair | undefined,
  image: Float64Array,
  { pixels, draws }: Params,
  random: Random,
): ClassChange[] {
  const { net, held, width, names } = subject;
  const pool = pixelsRead(net);
  const drawn = fewerOfMany(draws, net.classes);
  const most = changedRows(subject, drawn);
  const rows = sample(rowsByClass(held, net.classes, true)[c], most.all);
  const rival = pair?.rival ?? -1;
  const none: Change = { erased: new Uint32Array(0), inked: new Uint32Array(0) };
  const decisive = pair ? decisiveChange(pair.ink, pair.absence, changedPixels(subject, pixels)) : none;
  const blob = pair?.places.find(({ kind }) => kind === 'absence')?.blob;
  const stroke = blob ? { ...none, inked: blob.pixels } : none;
  const others = Array.from({ length: drawn }, () => likeChange(decisive, image, pool, random));
  const elsewhere = blob ? movedStrokes(stroke, image, width, pool, drawn, random) : [];
  const kinds = [
    { kind: 'pixels' as const, change: decisive, compared: others },
    { kind: 'stroke' as const, change: stroke, compared: elsewhere },
  ];
  const effects = effectsOf(
    net,
    held,
    { rows, sampled: sample(rows, most.draws) },
    { all: [decisive, stroke], some: [...others, ...elsewhere] },
    { class: c, rival },
  );
  let at = kinds.length;
  return kinds.map(({ kind, change, compared }, i): ClassChange => {
    const found = effects.slice(at, (at += compared.length));
    const gained = kind === 'pixels' ? gainOf(subject, { class: c, rival }, change, compared) : NaN;
    const sentence = pair
      ? changeSentence({
          name: names[c],
          rival: names[rival],
          erased: change.erased.length,
          inked: change.inked.length,
          split: held.split,
          told: effects[i].rival,
          elsewhere: found.reduce((sum, one) => sum + one.rival, 0) / found.length,
        })
      : '';
    return { class: c, rival, kind, change, effect: effects[i], draws: found, gained, sentence };
  });
}
