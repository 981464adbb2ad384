import { meanValues, rowsByClass, sample, type Subject } from './subject.js';

/** Wrong images that are looked at, at most. */
const MOST_IMAGES = 1000;
/** Nodes that are named of an image, and of a class. */
const NAMED = 5;

/** A node that tipped images of a class towards another. */
export interface Tip {
  readonly node: number;
  /** How much more it gave to the wrong class against the right one than it gives on the mean over training rows of the class told right. */
  readonly evidence: number;
}

/** A held image that is told wrongly. */
export interface WrongImage {
  readonly id: number;
  readonly label: number;
  readonly told: number;
  /** Logit of the class that was told less that of the true one: of this image, and the mean over training rows of the true class told right. */
  readonly margin: number;
  readonly usual: number;
  /** Nodes of the last hidden layer that tipped it most; all nodes together make up the difference of the two margins. */
  readonly tips: readonly Tip[];
}

/** What tipped the wrong images of a class. */
export interface ClassErrors {
  readonly class: number;
  readonly images: number;
  /** Means over these images. */
  readonly tips: readonly Tip[];
}

/** The wrong images of the held rows, and by class which nodes tipped them. None of a net without hidden layers. */
export function findErrors({ net, train, held }: Subject): {
  readonly images: readonly WrongImage[];
  readonly classes: readonly ClassErrors[];
} {
  const K = net.classes;
  const last = net.layers[net.layers.length - 1];
  const [values, trained] = [held.hidden.at(-1), train.hidden.at(-1)];
  if (!values || !trained) return { images: [], classes: [] };
  const H = values.width;
  const right = rowsByClass(train, K, true);
  const usual = right.map((rows) => meanValues(trained, rows));
  const all = Uint32Array.from({ length: held.count }, (_, r) => r);
  const isWrong = (r: number): boolean => held.label[r] !== held.predicted[r] && right[held.label[r]].length > 0;
  const wrong = sample(all.filter(isWrong), MOST_IMAGES);
  const sums = Array.from({ length: K }, () => ({ images: 0, sum: new Float64Array(H) }));
  const images = Array.from(wrong, (row): WrongImage => {
    const [c, told] = [held.label[row], held.predicted[row]];
    const weight = (h: number): number => last.kernel[h * K + told] - last.kernel[h * K + c];
    const evidence = Float64Array.from({ length: H }, (_, h) => weight(h) * (values.data[row * H + h] - usual[c][h]));
    sums[c].images++;
    for (let h = 0; h < H; h++) sums[c].sum[h] += evidence[h];
    let before = last.bias[told] - last.bias[c];
    for (let h = 0; h < H; h++) before += weight(h) * usual[c][h];
    const margin = held.logits[row * K + told] - held.logits[row * K + c];
    return { id: held.id[row], label: c, told, margin, usual: before, tips: strongest(evidence) };
  });
  const classes = sums.map(({ images: n, sum }, c) => ({
    class: c,
    images: n,
    tips: n === 0 ? [] : strongest(sum.map((value) => value / n)),
  }));
  return { images, classes };
}

/** The nodes with most evidence. @param evidence float64[H] */
export function strongest(evidence: Float64Array): Tip[] {
  return Array.from(evidence, (given, node): Tip => ({ node, evidence: given }))
    .sort((a, b) => b.evidence - a.evidence || a.node - b.node)
    .filter((tip) => tip.evidence > 0)
    .slice(0, NAMED);
}
