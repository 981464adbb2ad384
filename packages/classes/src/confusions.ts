import { inkedBox } from '@layerwise/kernels/places';
import { against } from './change.js';
import { strongest, type Tip } from './errors.js';
import { meanEvidence } from './evidence.js';
import { narrowed } from './net.js';
import { confusionSentence } from './sentence.js';
import { meanImage, meanValues, rowsByClass, sample, type Looked, type Rows } from './subject.js';
import { placesOf, type Pair, type Place } from './told.js';

/** Wrong images whose evidence is averaged, at most. */
const MOST_IMAGES = 100;
/** Images between two classes that are kept. */
const BETWEEN = 6;

/** Why held images of a class are told as another: what their pixels and nodes give to the other beyond what those told right give. */
export interface Confusion {
  readonly class: number;
  readonly told: number;
  readonly images: number;
  /** float64[P]: what tips by pixel, where these images have more ink than those told right, and where they have less; 0 elsewhere. */
  readonly ink: Float64Array;
  readonly absence: Float64Array;
  /** Logit of the class that was told less that of the true one: of these images, and of training images of the class told right. */
  readonly margin: number;
  readonly usual: number;
  readonly places: readonly Place[];
  /** Nodes of the last hidden layer that tipped them most. */
  readonly tips: readonly Tip[];
  readonly sentence: string;
}

/** The confusions of a class with each rival that it is compared with. @param most images whose evidence there is time for */
export function confusionsOf(subject: Looked, c: number, pairs: readonly Pair[], most: number): Confusion[] {
  const { net, held, train } = subject;
  const own = rowsByClass(held, net.classes, false)[c];
  const right = rowsByClass(train, net.classes, true)[c];
  return pairs.flatMap((pair) => {
    const rows = own.filter((row) => held.predicted[row] === pair.rival);
    return rows.length === 0 ? [] : [confusion(subject, pair, own.length, rows, right, Math.min(most, MOST_IMAGES))];
  });
}

function confusion(
  subject: Looked,
  pair: Pair,
  all: number,
  rows: Uint32Array,
  right: Uint32Array,
  most: number,
): Confusion {
  const { names, net, held, train, mean, width } = subject;
  const { class: c, rival: told } = pair;
  const looked = sample(rows, most);
  const part = narrowed(subject, [told, c]);
  const evidence = meanEvidence(part, held, looked);
  const wrong = against(evidence, 0, 1, net.pixels);
  const [there, usually] = [meanImage(held, net.pixels, looked), meanImage(train, net.pixels, right)];
  // What the pixels give to the other class, beyond what they give to it in images told right.
  const tipped = wrong.ink.map((ink, p) => ink + wrong.absence[p] + pair.ink[p] + pair.absence[p]);
  const ink = tipped.map((value, p) => (there[p] > usually[p] ? value : 0));
  const absence = tipped.map((value, p) => (there[p] > usually[p] ? 0 : value));
  const whole = tipped.reduce((sum, value) => sum + Math.max(0, value), 0);
  const box = inkedBox(mean, width);
  const places = [...placesOf('ink', ink, whole, width, box), ...placesOf('absence', absence, whole, width, box)];
  const tips = tipsOf(subject, c, told, rows, right);
  const spot = (kind: Place['kind']): Place | undefined => places.find((place) => place.kind === kind);
  const sentence = confusionSentence({
    name: names[c],
    told: names[told],
    images: rows.length,
    of: all,
    split: held.split,
    spots: { ink: spot('ink'), absence: spot('absence') },
    nodes: tips,
  });
  const margin = evidence.logits[0] - evidence.logits[1];
  return { class: c, told, images: rows.length, ink, absence, margin, usual: -pair.margin, places, tips, sentence };
}

function tipsOf({ net, held, train }: Looked, c: number, told: number, rows: Uint32Array, right: Uint32Array): Tip[] {
  const [values, trained] = [held.hidden.at(-1), train.hidden.at(-1)];
  if (!values || !trained) return [];
  const { kernel } = net.layers[net.layers.length - 1];
  const usual = meanValues(trained, right);
  const K = net.classes;
  return strongest(
    meanValues(values, rows).map((value, h) => (kernel[h * K + told] - kernel[h * K + c]) * (value - usual[h])),
  );
}

/** A held image of one of two classes that the net hardly tells apart in it. */
export interface Between {
  readonly class: number;
  readonly rival: number;
  readonly id: number;
  readonly label: number;
  /** Logit of `class` less that of `rival`, which are its largest two. */
  readonly margin: number;
}

/** The images of each two classes that are least clearly told as one of them, by class, then rival, the least clear first. */
export function imagesBetween({ count, id, label, logits }: Rows, K: number): Between[] {
  const found = new Map<number, Between[]>();
  for (let r = 0; r < count && K > 1; r++) {
    const [first, second] = largestTwo(logits.subarray(r * K, (r + 1) * K));
    const [c, rival] = first < second ? [first, second] : [second, first];
    if (label[r] !== c && label[r] !== rival) continue;
    const of = found.get(c * K + rival) ?? [];
    found.set(c * K + rival, of);
    const margin = logits[r * K + c] - logits[r * K + rival];
    of.push({ class: c, rival, id: id[r], label: label[r], margin });
  }
  return [...found.entries()]
    .sort(([a], [b]) => a - b)
    .flatMap(([, all]) => all.sort((a, b) => Math.abs(a.margin) - Math.abs(b.margin) || a.id - b.id).slice(0, BETWEEN));
}

function largestTwo(values: Float64Array): [number, number] {
  let [first, second] = values[1] > values[0] ? [1, 0] : [0, 1];
  for (let k = 2; k < values.length; k++) {
    if (values[k] > values[first]) [first, second] = [k, first];
    else if (values[k] > values[second]) second = k;
  }
  return [first, second];
}
