import { against } from './change.js';
import { blobsOf, type Blob } from '@layerwise/kernels/blobs';
import { meanEvidence } from './evidence.js';
import { logitsOf, narrowed } from './net.js';
import { inkedBox, placeOf, type Box } from '@layerwise/kernels/places';
import { evidenceSentence, type Spot } from './sentence.js';
import type { Looked } from './subject.js';

/** Blobs that are kept of each kind. */
const MOST_BLOBS = 3;

/** A kind of evidence. */
export type Kind = 'ink' | 'absence';

/** A blob of evidence, in words. */
export interface Place extends Spot {
  readonly kind: Kind;
  readonly blob: Blob;
}

/** What tells a class from a rival, by pixel and in words. */
export interface Pair {
  readonly class: number;
  readonly rival: number;
  /** Images whose evidence was averaged. */
  readonly rows: number;
  /** Logit of the class less that of the rival: of the mean image, and the mean over these images. */
  readonly baseline: number;
  readonly margin: number;
  /** The largest difference between what all pixels of an image give and the change of a logit. */
  readonly remainder: number;
  /** Per hidden layer float64[H]: evidence by node. */
  readonly nodes: readonly Float64Array[];
  /** float64[P]: by pixel. */
  readonly ink: Float64Array;
  readonly absence: Float64Array;
  /** Share of absence in what speaks for the class: of the positive evidence. */
  readonly absenceShare: number;
  /** The largest blobs of each kind, the largest first. */
  readonly places: readonly Place[];
  readonly sentence: string;
}

/**
 * What tells a class from each of some rivals.
 * @param rows of the class, told right
 */
export function pairsOf(subject: Looked, c: number, rivals: readonly number[], rows: Uint32Array): Pair[] {
  const part = narrowed(subject, [c, ...rivals]);
  const evidence = meanEvidence(part, subject.train, rows);
  const before = logitsOf(part.baseline);
  const box = inkedBox(subject.mean, subject.width);
  return rivals.map((rival, i) => {
    const { ink, absence } = against(evidence, 0, i + 1, subject.net.pixels);
    const n = rivals.length + 1;
    const nodes = evidence.nodes.map((layer) =>
      Float64Array.from({ length: layer.length / n }, (_, h) => layer[h * n] - layer[h * n + i + 1]),
    );
    return {
      class: c,
      rival,
      rows: evidence.rows,
      baseline: before[0] - before[i + 1],
      margin: evidence.logits[0] - evidence.logits[i + 1],
      remainder: evidence.remainder,
      nodes,
      ink,
      absence,
      ...inWords(subject, box, c, rival, ink, absence),
    };
  });
}

function inWords(
  { names, width }: Looked,
  box: Box,
  c: number,
  rival: number,
  ink: Float64Array,
  absence: Float64Array,
): Pick<Pair, 'absenceShare' | 'places' | 'sentence'> {
  const positive = (values: Float64Array): number => values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const [byInk, byAbsence] = [positive(ink), positive(absence)];
  const all = byInk + byAbsence;
  const absenceShare = all === 0 ? 0 : byAbsence / all;
  const places = [...placesOf('ink', ink, all, width, box), ...placesOf('absence', absence, all, width, box)];
  const spot = (kind: Kind): Spot | undefined => places.find((place) => place.kind === kind);
  const spots = { ink: spot('ink'), absence: spot('absence') };
  const sentence = evidenceSentence({ name: names[c], rival: names[rival], absence: absenceShare, spots });
  return { absenceShare, places, sentence };
}

/** The largest blobs of a map, in words. @param all what their shares are of */
export function placesOf(kind: Kind, values: Float64Array, all: number, width: number, box: Box): Place[] {
  return blobsOf(values, width)
    .slice(0, MOST_BLOBS)
    .map((blob) => ({ kind, blob, place: placeOf(blob, box), share: blob.sum / all }));
}
