import { scaled, shrink, type Grey } from '@layerwise/images';
import { blur, extreme } from './filter.js';

/** Ink found on a sheet. */
export interface InkMap {
  /** Share of the paper's light that is missing at each pixel: 0 paper, 1 black; below 0 where brighter than the paper. */
  readonly ink: Grey;
  /** Whether the picture was inverted: light writing on dark. */
  readonly inverted: boolean;
  /** Standard deviation of `ink` where there is only paper. */
  readonly noise: number;
}

/** Side of the picture that the paper's brightness is estimated on. */
const COARSE = 400;
/** Radius of the closing as a share of the picture's shorter side: must exceed half a pen's width even where one digit fills the picture. */
const REACH = 0.07;

/**
 * Separates writing from paper under uneven light: the paper's brightness is the picture closed by a window wider than
 * any pen (a shadow's straight edge passes unchanged), and ink is what is darker than that, as a share of it, so that
 * writing in a shadow counts as much as writing in the light (background division).
 */
export function inkOf(grey: Grey): InkMap {
  const inverted = lightOnDark(grey);
  const light: Grey = inverted ? { ...grey, data: grey.data.map((value) => 255 - value) } : grey;
  const paper = paperOf(light);
  const data = light.data.map((value, i) => 1 - value / Math.max(8, paper.data[i]));
  return { ink: { width: grey.width, height: grey.height, data }, inverted, noise: noiseOf(data) };
}

function paperOf(light: Grey): Grey {
  const coarse = shrink(light, Math.min(1, COARSE / Math.max(light.width, light.height)));
  const radius = Math.max(2, Math.round(REACH * Math.min(coarse.width, coarse.height)));
  const closed = extreme(extreme(blur(coarse, 1), radius, 'max'), radius, 'min');
  return scaled(blur(closed, Math.max(1, radius >> 2)), light);
}

/** Ink is the smaller part: what deviates from its surroundings does so more on the ink's side (the sign of the third moment). */
function lightOnDark(grey: Grey): boolean {
  const coarse = shrink(grey, Math.min(1, COARSE / Math.max(grey.width, grey.height)));
  const around = blur(coarse, Math.max(2, Math.round(0.15 * Math.min(coarse.width, coarse.height))));
  let moment = 0;
  coarse.data.forEach((value, i) => {
    moment += (value - around.data[i]) ** 3;
  });
  return moment > 0;
}

/** From the median absolute value, which the little ink there is hardly moves; for normal noise deviation = 1.4826 x median. */
function noiseOf(ink: Float32Array): number {
  const step = Math.max(1, Math.floor(ink.length / 50_000));
  const sample = new Float32Array(Math.ceil(ink.length / step));
  for (let i = 0; i < sample.length; i++) sample[i] = ink[i * step];
  const middle = median(sample);
  return 1.4826 * median(sample.map((value) => Math.abs(value - middle)));
}

function median(values: Float32Array): number {
  return values.slice().sort()[values.length >> 1];
}

/** Ink below this share is a stain or a shadow, whatever the noise. */
const FAINT = 0.1;

/** The two levels of a hysteresis threshold: writing holds at least one pixel above `sure` and is connected by pixels above `maybe`. */
export interface Levels {
  readonly sure: number;
  readonly maybe: number;
}

/**
 * Otsu's threshold (1979) among the pixels that are darker than noise; undefined if there are none of them, so that the
 * sheet is empty.
 */
export function levelsOf({ ink, noise }: InkMap): Levels | undefined {
  const floor = Math.max(FAINT, 4 * noise);
  const histogram = new Float64Array(256);
  let count = 0;
  for (const value of ink.data) {
    if (value <= floor) continue;
    const bin = Math.min(255, Math.floor(value * 256));
    histogram[bin] = histogram[bin] + 1;
    count++;
  }
  if (count < 12) return undefined;
  const otsu = otsuOf(histogram);
  return { sure: Math.max(floor, otsu), maybe: Math.max(floor, 0.55 * otsu) };
}

function otsuOf(histogram: Float64Array): number {
  let [total, sum] = [0, 0];
  histogram.forEach((n, value) => {
    total += n;
    sum += n * value;
  });
  let [below, belowSum, best, at] = [0, 0, -1, 0];
  for (let value = 0; value < 255; value++) {
    below += histogram[value];
    belowSum += value * histogram[value];
    if (below === 0 || below === total) continue;
    const between = below * (total - below) * (belowSum / below - (sum - belowSum) / (total - below)) ** 2;
    if (between > best) [best, at] = [between, value];
  }
  return (at + 1) / 256;
}
