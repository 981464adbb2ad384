import type { PixelNet, Point } from './net.js';

/** Mean gradients along a line, and what the nodes of the layers between the first and the last hidden one give. */
export interface Followed {
  /** float64[H1][K] */
  readonly gradient: Float64Array;
  /** Per layer between float64[H][K]. */
  readonly inner: readonly Float64Array[];
}

/** After so many crossings for each node rounding must have made some node cross for ever. */
const MOST_CROSSINGS = 40;

/**
 * Of a net whose hidden layers are all ReLU or linear: the line is cut where a node's weighted sum crosses zero; on each piece
 * the net is linear, so that its gradient there times the length of the piece is exact. A crossing changes one node's part alone,
 * which is added to what is known of the layers before and after it.
 */
export function followPieces(net: PixelNet, from: Point, to: Point): Followed {
  const walk = new Walk(net, from, to);
  const nodes = walk.sums.reduce((sum, { length }) => sum + length, 0);
  for (let crossed = 0; ; crossed++) {
    const next = crossed < MOST_CROSSINGS * nodes ? walk.nextCrossing() : undefined;
    walk.advance(next?.step ?? 1 - walk.at);
    if (!next) return walk.end();
    walk.cross(next.layer, next.node);
  }
}

interface Crossing {
  readonly step: number;
  readonly layer: number;
  readonly node: number;
}

class Walk {
  /** Share of the line that lies behind, 0 to 1. */
  at = 0;
  /** Weighted sums of the hidden layers here, and how fast they change. */
  readonly sums: readonly Float64Array[];
  readonly speeds: readonly Float64Array[];
  /** 1 where a node lets change through. */
  readonly open: readonly Float64Array[];
  /** Per hidden layer float64[H][K]: gradient of the logits by its activations. */
  readonly slopes: readonly Float64Array[];
  readonly gradient: Float64Array;
  readonly inner: readonly Float64Array[];
  private readonly K: number;
  /** Up to where the gradient by each node of the first layer is summed. */
  private readonly summed: Float64Array;

  constructor(
    private readonly net: PixelNet,
    from: Point,
    to: Point,
  ) {
    const { layers, classes: K } = net;
    const hidden = layers.slice(0, -1);
    this.K = K;
    this.sums = hidden.map((_, l) => from.sums[l].slice());
    this.speeds = hidden.map(({ units }, l) =>
      l === 0 ? to.sums[0].map((sum, h) => sum - from.sums[0][h]) : new Float64Array(units),
    );
    this.open = hidden.map(({ units }) => new Float64Array(units));
    this.slopes = hidden.map(({ units }) => new Float64Array(units * K));
    this.gradient = new Float64Array(layers[0].units * K);
    this.summed = new Float64Array(layers[0].units);
    this.inner = hidden.slice(1, -1).map(({ units }) => new Float64Array(units * K));
    for (let l = 0; l < hidden.length; l++) this.begin(l);
    this.slopes[hidden.length - 1].set(layers[hidden.length].kernel);
    this.pullBack(hidden.length - 1, this.gated(hidden.length - 1));
  }

  /** Where the layer's nodes stand at the start; those at zero by which way they go. */
  private begin(l: number): void {
    const { activation } = this.net.layers[l];
    const [sums, speeds, open] = [this.sums[l], this.speeds[l], this.open[l]];
    for (let h = 0; h < open.length; h++)
      open[h] = activation === 'linear' || sums[h] > 0 || (sums[h] === 0 && speeds[h] > 0) ? 1 : 0;
    if (l + 1 === this.sums.length) return;
    this.pushOn(
      l,
      speeds.map((speed, h) => speed * open[h]),
    );
  }

  private gated(l: number): Float64Array {
    const { K } = this;
    return this.slopes[l].map((slope, at) => slope * this.open[l][Math.floor(at / K)]);
  }

  /** Adds what a change of the speeds of layer l's activations does to the speeds of all layers after it. */
  private pushOn(l: number, change: Float64Array): void {
    if (l + 1 === this.sums.length) return;
    const { kernel, units } = this.net.layers[l + 1];
    const speeds = this.speeds[l + 1];
    const onward = new Float64Array(units);
    for (let h = 0; h < change.length; h++) {
      const by = change[h];
      if (by !== 0) for (let j = 0, at = h * units; j < units; j++, at++) onward[j] += by * kernel[at];
    }
    for (let j = 0; j < units; j++) speeds[j] += onward[j];
    if (l + 2 < this.sums.length)
      this.pushOn(
        l + 1,
        onward.map((by, j) => by * this.open[l + 1][j]),
      );
  }

  /** Adds what a change of the gradient by layer l's weighted sums, float64[H][K], does to the gradients of all layers before it. */
  private pullBack(l: number, change: Float64Array): void {
    if (l === 0) return;
    const { K } = this;
    const { kernel, units, inputs } = this.net.layers[l];
    const back = new Float64Array(inputs * K);
    for (let i = 0; i < inputs; i++) {
      for (let j = 0; j < units; j++) {
        const weight = kernel[i * units + j];
        for (let k = 0, at = i * K, of = j * K; k < K; k++, at++, of++) back[at] += weight * change[of];
      }
    }
    this.steepen(l - 1, back);
  }

  /** The same for one node of layer l, whose part comes or goes. */
  private pullBackOne(l: number, node: number, sign: number): void {
    if (l === 0) return;
    const { K } = this;
    const { kernel, units, inputs } = this.net.layers[l];
    const back = new Float64Array(inputs * K);
    const change = this.slopes[l].subarray(node * K, (node + 1) * K);
    for (let i = 0, at = 0; i < inputs; i++) {
      const weight = sign * kernel[i * units + node];
      for (let k = 0; k < K; k++, at++) back[at] = weight * change[k];
    }
    this.steepen(l - 1, back);
  }

  /** Adds to the gradients by layer l's activations, and what follows from it in the layers before. */
  private steepen(l: number, change: Float64Array): void {
    if (l === 0) this.sumUp();
    const slopes = this.slopes[l];
    for (let at = 0; at < change.length; at++) slopes[at] += change[at];
    if (l > 0)
      this.pullBack(
        l,
        change.map((by, at) => by * this.open[l][Math.floor(at / this.K)]),
      );
  }

  /** Sums the gradient by nodes of the first layer up to here: all, before it changes, or one, before that opens or closes. */
  private sumUp(first = 0, end = this.summed.length): void {
    const { K, at: here, summed, gradient } = this;
    const slopes = this.slopes[0];
    for (let h = first; h < end; h++) {
      const step = here - summed[h];
      summed[h] = here;
      if (step === 0 || this.open[0][h] === 0) continue;
      for (let k = 0, at = h * K; k < K; k++, at++) gradient[at] += step * slopes[at];
    }
  }

  /** What was found, at the end of the line. */
  end(): Followed {
    this.sumUp();
    return { gradient: this.gradient, inner: this.inner };
  }

  /** The first of the crossings that are left, of those at one point the one of the first layer and node. */
  nextCrossing(): Crossing | undefined {
    let step = 1 - this.at;
    let [layer, node] = [-1, -1];
    for (let l = 0; l < this.sums.length; l++) {
      if (this.net.layers[l].activation !== 'relu') continue;
      const [sums, speeds, open] = [this.sums[l], this.speeds[l], this.open[l]];
      for (let h = 0; h < sums.length; h++) {
        const speed = speeds[h];
        if (open[h] === 1 ? speed >= 0 : speed <= 0) continue;
        const away = Math.max(0, -sums[h] / speed);
        if (away < step) [step, layer, node] = [away, l, h];
      }
    }
    return layer < 0 ? undefined : { step, layer, node };
  }

  /** Goes on by a share of the line, on which nothing crosses. */
  advance(step: number): void {
    const { K } = this;
    this.inner.forEach((inner, i) => {
      const [speeds, open, slopes] = [this.speeds[i + 1], this.open[i + 1], this.slopes[i + 1]];
      for (let at = 0; at < inner.length; at++) {
        const h = Math.floor(at / K);
        inner[at] += step * open[h] * speeds[h] * slopes[at];
      }
    });
    for (let l = 0; l < this.sums.length; l++) {
      const [sums, speeds] = [this.sums[l], this.speeds[l]];
      for (let h = 0; h < sums.length; h++) sums[h] += step * speeds[h];
    }
    this.at += step;
  }

  /** Opens or closes a node, which stands at zero. */
  cross(l: number, node: number): void {
    const opens = this.open[l][node] === 0;
    const sign = opens ? 1 : -1;
    if (l === 0) this.sumUp(node, node + 1);
    this.open[l][node] = opens ? 1 : 0;
    this.sums[l][node] = 0;
    const faster = new Float64Array(this.sums[l].length);
    faster[node] = sign * this.speeds[l][node];
    this.pushOn(l, faster);
    this.pullBackOne(l, node, sign);
  }
}
