import type { layers, LayersModel, Sequential, Tensor } from '@tensorflow/tfjs';
import { optimizerOf, type NetParams } from '@layerwise/fit';
import { ACTIVATIONS } from '@layerwise/nets';
import { Random } from '@layerwise/kernels/random';
import type { Tf } from './backend.js';
import { makeOptimizer } from './optimizers.js';

type MakeDropout = (name: string, rate: number, shape: { inputShape?: number[] }) => layers.Layer;

/** What a net is made of. */
export interface Plan {
  readonly params: NetParams;
  /** D. */
  readonly features: number;
  /** K. */
  readonly classes: number;
}

/**
 * The net as it is trained: weights from the seed, compiled. Its dropout draws from `dropoutSeed`: TensorFlow.js's own
 * draws either from Math.random, or the same mask at every step.
 */
export function trainableModel(tf: Tf, plan: Plan, weightSeed: Uint32Array, dropoutSeed: Uint32Array): Sequential {
  const Dropout = seededDropout(tf, new Random(dropoutSeed));
  const model = stack(tf, plan, (name, rate, shape) => new Dropout({ name, ...shape }, rate));
  setValues(tf, model, glorotUniform(model, new Random(weightSeed)));
  model.compile({
    optimizer: makeOptimizer(tf, optimizerOf(plan.params)),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return model;
}

function stack(tf: Tf, { params, features, classes }: Plan, dropout: MakeDropout): Sequential {
  const model = tf.sequential({ name: 'layerwise' });
  const first = (): { inputShape?: number[] } => (model.layers.length === 0 ? { inputShape: [features] } : {});
  if (params.inputDropout > 0) model.add(dropout('input_dropout', params.inputDropout, first()));
  params.hidden.forEach(({ units, activation, l2, dropout: rate }, l) => {
    const regularizer = l2 > 0 ? { kernelRegularizer: tf.regularizers.l2({ l2 }) } : {};
    model.add(
      tf.layers.dense({
        name: `hidden${l + 1}`,
        units,
        activation: ACTIVATIONS[activation].keras,
        kernelInitializer: 'glorotUniform',
        ...regularizer,
        ...first(),
      }),
    );
    if (rate > 0) model.add(dropout(`hidden${l + 1}_dropout`, rate, {}));
  });
  model.add(
    tf.layers.dense({
      name: 'output',
      units: classes,
      activation: 'softmax',
      kernelInitializer: 'glorotUniform',
      ...first(),
    }),
  );
  return model;
}

/** Uniform within ±sqrt(6 / (in + out)) (Glorot and Bengio 2010), biases 0; in the order of `model.getWeights()`. */
function glorotUniform(model: LayersModel, random: Random): Float32Array[] {
  return model.getWeights().map(({ shape }) => {
    const [inputs, units] = shape as [number, number?];
    if (units === undefined) return new Float32Array(inputs);
    const limit = Math.sqrt(6 / (inputs + units));
    return Float32Array.from({ length: inputs * units }, () => limit * (2 * random.float() - 1));
  });
}

/** Copies of the weights, kernel and bias of each layer in turn. */
export function values(model: LayersModel): Float32Array[] {
  return model.getWeights().map((tensor) => (tensor.dataSync() as Float32Array).slice());
}

/** Puts weights into a net of the same shape. */
export function setValues(tf: Tf, model: LayersModel, given: readonly Float32Array[]): void {
  tf.tidy(() => model.setWeights(model.getWeights().map(({ shape }, i) => tf.tensor(given[i], shape))));
}

/** Inverted dropout (Srivastava et al. 2014) with masks from a generator of ours. */
function seededDropout(tf: Tf, random: Random) {
  return class SeededDropout extends tf.layers.Layer {
    static readonly className = 'SeededDropout';
    private readonly rate: number;

    constructor(config: { name: string; inputShape?: number[] }, rate: number) {
      super(config);
      this.rate = rate;
    }

    override computeOutputShape(shape: number[]): number[] {
      return shape;
    }

    override call(inputs: Tensor | Tensor[], { training }: { training?: boolean }): Tensor {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      if (!training) return x;
      const kept = 1 / (1 - this.rate);
      const mask = Float32Array.from({ length: x.size }, () => (random.float() < this.rate ? 0 : kept));
      return tf.mul(x, tf.tensor(mask, x.shape));
    }
  };
}
