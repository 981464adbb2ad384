/**
 * The plain twin of the training kernel: the same mathematics in float64, row-major, one loop at a time.
 * For tests (gradients against finite differences, the kernel against this) and for reading.
 */
import { kept } from './dropout.js';
import { activationOf } from '@layerwise/nets/activations';
import { FLOAT64 } from '@layerwise/nets/mathematics';
import { widths, type LayerWeights, type Network } from './network.js';
import type { Optimizer } from './optimizers.js';

/** A layer's numbers in float64: kernel [in * out], bias [out]. */
export interface Layer64 {
  readonly kernel: Float64Array;
  readonly bias: Float64Array;
}

/** B rows of D numbers (already scaled) with their classes. */
export interface Batch64 {
  readonly values: Float64Array;
  readonly labels: ArrayLike<number>;
}

/** Which units are left out: the seed and the step (from 1) of the masks; without it nothing is. */
export interface Dropping {
  readonly seed: Uint32Array;
  readonly step: number;
}

/** Copies weights into float64. */
export function toLayers64(weights: readonly LayerWeights[]): Layer64[] {
  return weights.map(({ kernel, bias }) => ({ kernel: Float64Array.from(kernel), bias: Float64Array.from(bias) }));
}

/**
 * What each layer gives for each row: `values[0]` the (dropped) input, then each hidden layer, then the softmax;
 * `masks` what dropout multiplied by; `sums` of the hidden layers, and `plain`, what comes of them before dropout,
 * from the input on.
 */
interface Forward {
  readonly values: Float64Array[];
  readonly masks: Float64Array[];
  readonly plain: Float64Array[];
  readonly sums: Float64Array[];
}

function mask(rows: number, units: number, layer: number, rate: number, dropping: Dropping | undefined): Float64Array {
  const result = new Float64Array(rows * units).fill(1);
  if (!dropping || rate === 0) return result;
  for (let r = 0; r < rows; r++)
    for (let j = 0; j < units; j++)
      result[r * units + j] = kept(dropping.seed, dropping.step, layer, r, j, rate) ? 1 / (1 - rate) : 0;
  return result;
}

function forward(
  network: Network,
  layers: readonly Layer64[],
  { values, labels }: Batch64,
  dropping: Dropping | undefined,
): Forward {
  const sizes = widths(network);
  const rows = labels.length;
  const masks = [mask(rows, sizes[0], 0, network.inputDropout, dropping)];
  const outputs: Float64Array[] = [values.map((x, i) => x * masks[0][i])];
  const plain = [values];
  const sums: Float64Array[] = [];
  layers.forEach(({ kernel, bias }, l) => {
    const [inputs, units] = [sizes[l], sizes[l + 1]];
    const z = new Float64Array(rows * units);
    for (let r = 0; r < rows; r++) {
      for (let j = 0; j < units; j++) {
        let sum = bias[j];
        for (let i = 0; i < inputs; i++) sum += outputs[l][r * inputs + i] * kernel[i * units + j];
        z[r * units + j] = sum;
      }
    }
    const hidden = network.hidden[l];
    if (!hidden) {
      outputs.push(softmax(z, rows, units));
      return;
    }
    const { apply } = activationOf(hidden.activation);
    const a = z.map((x) => apply(x, FLOAT64));
    sums.push(z);
    plain.push(a);
    masks.push(mask(rows, units, l + 1, hidden.dropout, dropping));
    outputs.push(a.map((x, i) => x * masks[l + 1][i]));
  });
  return { values: outputs, masks, plain, sums };
}

function softmax(z: Float64Array, rows: number, classes: number): Float64Array {
  const p = new Float64Array(z.length);
  for (let r = 0; r < rows; r++) {
    const row = z.subarray(r * classes, (r + 1) * classes);
    const top = Math.max(...row);
    const e = row.map((x) => Math.exp(x - top));
    const sum = e.reduce((total, x) => total + x, 0);
    p.set(
      e.map((x) => x / sum),
      r * classes,
    );
  }
  return p;
}

/** Mean cross-entropy of a batch plus the L2 penalty. */
export function loss(network: Network, layers: readonly Layer64[], batch: Batch64, dropping?: Dropping): number {
  const p = forward(network, layers, batch, dropping).values[layers.length];
  const rows = batch.labels.length;
  let sum = 0;
  for (let r = 0; r < rows; r++) sum -= Math.log(p[r * network.classes + batch.labels[r]]);
  const penalty = network.hidden.reduce(
    (total, { l2 }, l) => total + l2 * layers[l].kernel.reduce((squares, w) => squares + w * w, 0),
    0,
  );
  return sum / rows + penalty;
}

/** Gradients of {@link loss} by every weight (back-propagation, Rumelhart, Hinton and Williams 1986). */
export function gradients(
  network: Network,
  layers: readonly Layer64[],
  batch: Batch64,
  dropping?: Dropping,
): Layer64[] {
  const { values, masks, plain, sums } = forward(network, layers, batch, dropping);
  const sizes = widths(network);
  const rows = batch.labels.length;
  const result: Layer64[] = [];
  let delta = values[layers.length].map(
    (p, i) => (p - (batch.labels[Math.floor(i / network.classes)] === i % network.classes ? 1 : 0)) / rows,
  );
  for (let l = layers.length - 1; l >= 0; l--) {
    const [inputs, units] = [sizes[l], sizes[l + 1]];
    const { kernel } = layers[l];
    const l2 = network.hidden[l]?.l2 ?? 0;
    const gradient = { kernel: kernel.map((w) => 2 * l2 * w), bias: new Float64Array(units) };
    const below = new Float64Array(rows * inputs);
    for (let r = 0; r < rows; r++) {
      for (let j = 0; j < units; j++) {
        const d = delta[r * units + j];
        gradient.bias[j] += d;
        for (let i = 0; i < inputs; i++) {
          gradient.kernel[i * units + j] += values[l][r * inputs + i] * d;
          below[r * inputs + i] += kernel[i * units + j] * d;
        }
      }
    }
    result.unshift(gradient);
    if (l === 0) break;
    const { slope } = activationOf(network.hidden[l - 1].activation);
    delta = below.map((g, i) => g * masks[l][i] * slope(sums[l - 1][i], plain[l][i], FLOAT64));
  }
  return result;
}

/** An optimiser's memory: up to two slots for each weight, in the shape of the weights, and the steps done. */
export class Descent {
  private readonly optimizer: Optimizer;
  private readonly slots: [Layer64, Layer64][];
  private steps = 0;

  constructor(optimizer: Optimizer, layers: readonly Layer64[]) {
    this.optimizer = optimizer;
    const zero = ({ kernel, bias }: Layer64): Layer64 => ({
      kernel: new Float64Array(kernel.length),
      bias: new Float64Array(bias.length),
    });
    this.slots = layers.map((layer) => [zero(layer), zero(layer)]);
  }

  /** One step on `layers`, in place, by the formulas of {@link Optimizer}. */
  step(layers: readonly Layer64[], by: readonly Layer64[]): void {
    this.steps++;
    layers.forEach((layer, l) => {
      for (const part of ['kernel', 'bias'] as const)
        this.move(layer[part], by[l][part], this.slots[l][0][part], this.slots[l][1][part]);
    });
  }

  private move(w: Float64Array, gradient: Float64Array, s: Float64Array, t: Float64Array): void {
    const o = this.optimizer;
    const alpha =
      o.kind === 'adam' || o.kind === 'adamw'
        ? (o.learningRate * Math.sqrt(1 - o.beta2 ** this.steps)) / (1 - o.beta1 ** this.steps)
        : 0;
    for (let i = 0; i < w.length; i++) {
      const g = gradient[i];
      if (o.kind === 'rmsprop') {
        s[i] = o.rho * s[i] + (1 - o.rho) * g * g;
        const denominator = o.epsilonInSqrt ? Math.sqrt(s[i] + o.epsilon) : Math.sqrt(s[i]) + o.epsilon;
        t[i] = o.momentum * t[i] + (o.learningRate * g) / denominator;
        w[i] -= t[i];
      } else if (o.kind === 'adam' || o.kind === 'adamw') {
        if (o.kind === 'adamw') w[i] -= o.learningRate * o.weightDecay * w[i];
        s[i] += (g - s[i]) * (1 - o.beta1);
        t[i] += (g * g - t[i]) * (1 - o.beta2);
        w[i] -= (alpha * s[i]) / (Math.sqrt(t[i]) + o.epsilon);
      } else {
        s[i] = o.momentum * s[i] - o.learningRate * g;
        w[i] += o.nesterov ? o.momentum * s[i] - o.learningRate * g : s[i];
      }
    }
  }
}
