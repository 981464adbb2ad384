import { blobsOf, strokeOf, type Blob } from '@layerwise/kernels/blobs';
import { placeOf, type Box } from '@layerwise/kernels/places';
import { spread } from '@layerwise/kernels/ranking';
import type { NodeResponse } from './classes.js';
import type { Subject } from './inputs.js';
import { parts } from './layer.js';

/** Rows at most whose images are averaged, and additions that they may take: of a layer of very many nodes there are fewer rows. */
const ROWS = 10_000;
const WORK = 5e8;
const FEWEST_ROWS = 500;

/** Where the nodes of a layer look: H nodes, P pixels. */
export interface Looks {
  /** float64[P]: mean image of the rows looked at. */
  readonly mean: Float64Array;
  /** float32[H][P]: of each node the mean image of the rows that activate it most, a tenth at most, less that of all others. */
  readonly differences: Float32Array;
  /** How many of the rows activate each node so. */
  readonly active: Uint32Array;
}

/** Averages the images that activate each node of hidden layer `index` most. */
export async function looksOf(subject: Subject, index: number, responses: readonly NodeResponse[]): Promise<Looks> {
  const { hidden, pixels: P } = subject;
  const H = responses.length;
  const rows = spread(subject.rows, Math.max(FEWEST_ROWS, Math.min(ROWS, WORK / (0.1 * H * 0.2 * P))));
  const [all, sums, active] = [new Float64Array(P), new Float64Array(H * P), new Uint32Array(H)];
  const inked = new Uint32Array(P);
  for (const part of parts(rows, H + 2 * P)) {
    const { data } = await hidden[index].gather(part);
    for (const [i, image] of (await subject.images(part)).entries()) {
      let n = 0;
      for (let p = 0; p < P; p++) {
        if (image[p] === 0) continue;
        all[p] += image[p];
        inked[n++] = p;
      }
      for (let h = 0; h < H; h++) {
        if (data[i * H + h] < responses[h].active) continue;
        active[h]++;
        for (let j = 0, at = h * P; j < n; j++) sums[at + inked[j]] += image[inked[j]];
      }
    }
  }
  const differences = new Float32Array(H * P);
  for (let h = 0; h < H; h++) {
    const [n, rest] = [active[h], rows.length - active[h]];
    if (n === 0 || rest === 0) continue;
    for (let p = 0, at = h * P; p < P; p++, at++) differences[at] = sums[at] / n - (all[p] - sums[at]) / rest;
  }
  return { mean: all.map((sum) => sum / rows.length), differences, active };
}

/** A difference fainter than this, as an intensity, is not worth a word; nor one within so many standard errors of none. */
const FAINT = 0.1;
const ERRORS = 4;
/** Nor one fainter than this share of the other kind's. */
const BESIDE = 0.3;
/** Of the largest difference: what belongs to a blob, and of the largest blob: what is named beside it. */
const BLOB = 0.5;
const SECOND = 0.5;

/**
 * Where a node looks: `an upright stroke on the left, silenced by ink in the centre`. Empty where nothing stands out.
 * @param difference float32[P]: see {@link Looks}
 * @param active rows that it is the mean of
 * @param box where images have ink
 */
export function lookWords(difference: Float32Array, active: number, width: number, box: Box): string {
  const maps = [1, -1].map((sign) => Float64Array.from(difference, (value) => Math.max(0, sign * value)));
  const most = maps.map((map) => map.reduce((top, value) => Math.max(top, value), 0));
  // A pixel between 0 and 1 has a standard deviation of a half at most.
  const least = Math.max(FAINT, (ERRORS * 0.5) / Math.sqrt(Math.max(1, active)), BESIDE * Math.max(...most));
  const [fires, silent] = maps.map((map, i) => (most[i] < least ? '' : places(blobsOf(map, width, BLOB), box)));
  return [fires, silent && `silenced by ${silent}`].filter(Boolean).join(', ');
}

function places([first, second]: readonly Blob[], box: Box): string {
  const form = strokeOf(first);
  const where = placeOf(first, box);
  const other = second && second.sum >= SECOND * first.sum ? placeOf(second, box) : where;
  const what = form ? `${form === 'upright' ? 'an' : 'a'} ${form} stroke` : 'ink';
  if (other === where) return `${what} ${where}`;
  return `${what} ${where} and ${form ? 'ink ' : ''}${other}`;
}
