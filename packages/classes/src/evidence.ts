import { activated, intensities, pointOf, sumsOf, type PixelNet, type Start } from './net.js';
import { follow, methodOf, outward, pathCost } from './line.js';
import { meanSlopes } from './slopes.js';
import type { Rows } from './subject.js';

/** Evidence of pixels and nodes for every logit: the mean over some images of a class. P pixels, K logits. */
export interface Evidence {
  readonly rows: number;
  /** float64[K][P]: by pixels that are brighter than in the mean image, and by those that are darker. */
  readonly ink: Float64Array;
  readonly absence: Float64Array;
  /** Per hidden layer float64[H][K]. */
  readonly nodes: readonly Float64Array[];
  /** float64[K]: mean logits of these images. */
  readonly logits: Float64Array;
  /** The largest difference, over images and logits, between what all pixels give and the change of the logit. */
  readonly remainder: number;
}

/** Evidence of one image. */
export function evidenceOf(subject: Start, image: Float64Array): Evidence {
  const { net, mean, baseline } = subject;
  const to = pointOf(net, image);
  const path = follow(net, baseline, to);
  const sum = new Sum(net);
  sum.add(path.gradient, image, mean);
  return {
    rows: 1,
    ink: sum.ink,
    absence: sum.absence,
    nodes: path.nodes,
    logits: to.sums[to.sums.length - 1],
    remainder: path.remainder,
  };
}

/** Mean evidence of some images. */
export function meanEvidence(subject: Start, { images }: Pick<Rows, 'images'>, rows: Uint32Array): Evidence {
  return methodOf(subject.net) === 'closed form'
    ? inClosedForm(subject, images, rows)
    : alongEach(subject, images, rows);
}

/** Multiply-adds of {@link meanEvidence} for one image, roughly. @param inked share of pixels that are not black */
export function evidenceCost(net: PixelNet, inked: number): number {
  const H = net.layers[0].units;
  return methodOf(net) === 'closed form' ? 3 * inked * net.pixels * H : pathCost(net) + net.pixels * H * net.classes;
}

/** Pixel by pixel of one image after another. */
class Sum {
  readonly ink: Float64Array;
  readonly absence: Float64Array;
  private readonly slopes: Float64Array;

  constructor(private readonly net: PixelNet) {
    this.ink = new Float64Array(net.classes * net.pixels);
    this.absence = new Float64Array(net.classes * net.pixels);
    this.slopes = new Float64Array(net.classes);
  }

  /** @param gradient float64[H1][K] */
  add(gradient: Float64Array, image: Float64Array, mean: Float64Array): void {
    const { pixels: P, classes: K, layers } = this.net;
    const [{ kernel, units: H }] = layers;
    const { slopes } = this;
    for (let p = 0; p < P; p++) {
      const change = image[p] - mean[p];
      if (change === 0) continue;
      slopes.fill(0);
      for (let h = 0, at = 0; h < H; h++) {
        const weight = kernel[p * H + h];
        for (let k = 0; k < K; k++, at++) slopes[k] += weight * gradient[at];
      }
      const into = change > 0 ? this.ink : this.absence;
      for (let k = 0; k < K; k++) into[k * P + p] += change * slopes[k];
    }
  }
}

function alongEach({ net, mean, baseline }: Start, images: Rows['images'], rows: Uint32Array): Evidence {
  const sum = new Sum(net);
  const nodes = net.layers.slice(0, -1).map(({ units }) => new Float64Array(units * net.classes));
  const logits = new Float64Array(net.classes);
  let remainder = 0;
  for (const row of rows) {
    const image = intensities(images, row, net.pixels);
    const to = pointOf(net, image);
    const path = follow(net, baseline, to);
    sum.add(path.gradient, image, mean);
    path.nodes.forEach((given, l) => addTo(nodes[l], given));
    addTo(logits, to.sums[to.sums.length - 1]);
    remainder = Math.max(remainder, path.remainder);
  }
  return averaged(rows.length, sum, nodes, logits, remainder);
}

function addTo(total: Float64Array, values: Float64Array): void {
  for (let at = 0; at < total.length; at++) total[at] += values[at];
}

function averaged(
  rows: number,
  { ink, absence }: Pick<Evidence, 'ink' | 'absence'>,
  nodes: readonly Float64Array[],
  logits: Float64Array,
  remainder: number,
): Evidence {
  for (const values of [ink, absence, logits, ...nodes])
    for (let at = 0; at < values.length; at++) values[at] /= Math.max(1, rows);
  return { rows, ink, absence, nodes, logits, remainder };
}

/** Images that are added at once: in their order, so that it changes no rounding. */
const AT_ONCE = 4;

/** Sums over images of each pixel times each node's slope: of all pixels, and of how much those are brighter that are so. */
class Changes {
  /** float64[P][H] */
  readonly lit: Float64Array;
  readonly inked: Float64Array;
  private readonly images: readonly Float64Array[];
  private readonly slopes: readonly Float64Array[];
  private given = 0;

  constructor(
    private readonly P: number,
    private readonly H: number,
    private readonly mean: Float64Array,
  ) {
    [this.lit, this.inked] = [new Float64Array(P * H), new Float64Array(P * H)];
    this.images = Array.from({ length: AT_ONCE }, () => new Float64Array(P));
    this.slopes = Array.from({ length: AT_ONCE }, () => new Float64Array(H));
  }

  /** Begins with the next images. */
  begin(): void {
    this.given = 0;
  }

  /** float64[P]: where the next image goes. */
  image(): Float64Array {
    return this.images[this.given];
  }

  /** The slopes of the nodes at that image. */
  give(slopes: Float64Array): void {
    this.slopes[this.given++].set(slopes);
  }

  /** Adds the images that were given. */
  add(): void {
    const { P, H, mean, images, slopes, lit, inked } = this;
    for (let i = this.given; i < AT_ONCE; i++) images[i].fill(0);
    const [a, b, c, d] = images;
    for (let p = 0, at = 0; p < P; p++, at += H) {
      const [xa, xb, xc, xd, m] = [a[p], b[p], c[p], d[p], mean[p]];
      if (xa === 0 && xb === 0 && xc === 0 && xd === 0) continue;
      addFour(lit, at, slopes, xa, xb, xc, xd);
      if (xa > m || xb > m || xc > m || xd > m)
        addFour(inked, at, slopes, Math.max(0, xa - m), Math.max(0, xb - m), Math.max(0, xc - m), Math.max(0, xd - m));
    }
  }
}

function addFour(
  into: Float64Array,
  from: number,
  [sa, sb, sc, sd]: readonly Float64Array[],
  xa: number,
  xb: number,
  xc: number,
  xd: number,
): void {
  for (let h = 0, at = from; h < sa.length; h++, at++)
    into[at] = into[at] + xa * sa[h] + xb * sb[h] + xc * sc[h] + xd * sd[h];
}

/**
 * With one hidden layer a pixel gives (x - m) Σ_h w_ph s_h v_hk, s_h the node's mean slope: the sums over images of (x - m) s_h
 * are taken first, of the inked pixels alone, which are few; what the others give follows from the sums over all.
 */
function inClosedForm({ net, mean, baseline }: Start, images: Rows['images'], rows: Uint32Array): Evidence {
  const { layers, pixels: P, classes: K } = net;
  const [first] = layers;
  const H = first.units;
  const changes = new Changes(P, H, mean);
  const slopeSum = new Float64Array(H);
  const activeSum = new Float64Array(H);
  const sums = new Float64Array(H);
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    changes.begin();
    for (const row of rows.subarray(from, from + AT_ONCE)) {
      const image = intensities(images, row, P, changes.image());
      sumsOf(first, image, sums);
      addTo(activeSum, activated(first, sums));
      const slopes = meanSlopes(first, baseline.sums[0], sums);
      addTo(slopeSum, slopes);
      changes.give(slopes);
    }
    changes.add();
  }
  const { lit, inked } = changes;
  const [ink, absence] = [new Float64Array(K * P), new Float64Array(K * P)];
  const out = outward(net);
  for (let p = 0; p < P; p++) {
    for (let h = 0; h < H; h++) {
      const weight = first.kernel[p * H + h];
      const byInk = weight * inked[p * H + h];
      const byAbsence = weight * (lit[p * H + h] - mean[p] * slopeSum[h]) - byInk;
      for (let k = 0; k < K; k++) {
        ink[k * P + p] += byInk * out[h * K + k];
        absence[k * P + p] += byAbsence * out[h * K + k];
      }
    }
  }
  const n = Math.max(1, rows.length);
  const values = activeSum.map((sum) => sum / n);
  const logits = layers.length === 1 ? values : sumsOf(layers[1], values);
  const given =
    layers.length === 1
      ? []
      : [out.map((weight, at) => n * weight * (values[Math.floor(at / K)] - baseline.hidden[0][Math.floor(at / K)]))];
  const found = averaged(
    rows.length,
    { ink, absence },
    given,
    logits.map((logit) => logit * n),
    0,
  );
  return { ...found, remainder: leftOver(found, baseline.sums[layers.length - 1], P) };
}

/** What the pixels of a mean leave out of the change of the logits. */
function leftOver({ rows, ink, absence, logits }: Evidence, before: Float64Array, P: number): number {
  if (rows === 0) return 0;
  return logits.reduce((most, logit, k) => {
    let left = logit - before[k];
    for (let p = k * P; p < (k + 1) * P; p++) left -= ink[p] + absence[p];
    return Math.max(most, Math.abs(left));
  }, 0);
}
