import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openTrainer, type Optimizer } from '@layerwise/kernels/train';
import type { ActivationName } from '@layerwise/nets';

interface Golden {
  readonly name: string;
  readonly optimizer: {
    readonly learning_rate: number;
    readonly rho?: number;
    readonly momentum?: number;
    readonly epsilon?: number;
    readonly epsilon_in_sqrt?: boolean;
    readonly beta_1?: number;
    readonly beta_2?: number;
    readonly nesterov?: boolean;
    readonly weight_decay?: number;
  };
  readonly inputs: number;
  readonly classes: number;
  readonly batch: number;
  readonly hidden: readonly { readonly units: number; readonly activation: ActivationName; readonly l2: number }[];
  readonly values: readonly number[];
  readonly labels: readonly number[];
  readonly start: readonly { readonly kernel: readonly number[]; readonly bias: readonly number[] }[];
  readonly end: readonly { readonly kernel: readonly number[]; readonly bias: readonly number[] }[];
  readonly loss: readonly number[];
  readonly accuracy: readonly number[];
  readonly evaluated: { readonly loss: number; readonly accuracy: number };
}

const goldens = await Promise.all(
  ['train-keras', 'train-legacy-keras'].map(
    async (name) =>
      JSON.parse(await readFile(new URL(`./goldens/${name}.json`, import.meta.url), 'utf8')) as {
        keras: string;
        cases: Golden[];
      },
  ),
);

function optimizerOf({ optimizer: o }: Golden): Optimizer {
  if (o.rho !== undefined)
    return {
      kind: 'rmsprop',
      learningRate: o.learning_rate,
      rho: o.rho,
      momentum: o.momentum as number,
      epsilon: o.epsilon as number,
      epsilonInSqrt: o.epsilon_in_sqrt ?? true,
    };
  if (o.beta_1 !== undefined) {
    const settings = {
      learningRate: o.learning_rate,
      beta1: o.beta_1,
      beta2: o.beta_2 as number,
      epsilon: o.epsilon as number,
    };
    return o.weight_decay === undefined
      ? { kind: 'adam', ...settings }
      : { kind: 'adamw', ...settings, weightDecay: o.weight_decay };
  }
  return {
    kind: 'sgd',
    learningRate: o.learning_rate,
    momentum: o.momentum as number,
    nesterov: o.nesterov as boolean,
  };
}

describe.each(goldens)('training as Keras $keras does it', ({ cases }) => {
  it.each(cases.map((golden) => [golden.name, golden] as const))(
    '%s: weights, running loss and accuracy of three epochs',
    async (name, golden) => {
      const trainer = await openTrainer({
        network: {
          inputs: golden.inputs,
          inputDropout: 0,
          hidden: golden.hidden.map((layer) => ({ ...layer, dropout: 0 })),
          classes: golden.classes,
        },
        scale: { factor: 1 / 255, offset: 0 },
        rows: { train: { values: Uint8Array.from(golden.values), labels: Uint16Array.from(golden.labels) } },
        weights: golden.start.map(({ kernel, bias }) => ({
          kernel: Float32Array.from(kernel),
          bias: Float32Array.from(bias),
        })),
        optimizer: optimizerOf(golden),
        batch: golden.batch,
        shuffle: false,
        seeds: { shuffle: new Uint32Array([1, 0, 0, 0]), dropout: new Uint32Array([1, 0, 0, 0]) },
      });
      for (let epoch = 0; epoch < golden.loss.length; epoch++) {
        const { loss, accuracy } = await trainer.epoch();
        expect(loss).toBeCloseTo(golden.loss[epoch], 5);
        expect(accuracy).toBeCloseTo(golden.accuracy[epoch], 6);
      }
      let worst = 0;
      trainer.weights().forEach(({ kernel, bias }, l) => {
        kernel.forEach((w, i) => (worst = Math.max(worst, Math.abs(w - golden.end[l].kernel[i]))));
        bias.forEach((w, i) => (worst = Math.max(worst, Math.abs(w - golden.end[l].bias[i]))));
      });
      console.log(`${name}: weights at most ${worst.toExponential(1)} from Keras`);
      expect(worst).toBeLessThan(5e-6);
      const { loss, accuracy } = await trainer.evaluate('train');
      expect(loss + trainer.penalty()).toBeCloseTo(golden.evaluated.loss, 5);
      expect(accuracy).toBeCloseTo(golden.evaluated.accuracy, 6);
      await trainer.close();
    },
  );
});
