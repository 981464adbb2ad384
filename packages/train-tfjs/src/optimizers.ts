import type { AdamOptimizer, Optimizer } from '@tensorflow/tfjs';
import type { Optimizer as Settings, OptimizerName } from '@layerwise/kernels/train/optimizers';
import type { Tf } from './backend.js';
import { rmspropBesideRoot } from './rmsprop.js';

type Makers = { readonly [K in OptimizerName]: (tf: Tf, settings: Settings & { readonly kind: K }) => Optimizer };

/** Every optimiser of TensorFlow.js, by its name in studies; the formulas are those of `OPTIMIZERS` in packages/kernels. */
const MAKERS: Makers = {
  rmsprop: (tf, { learningRate, rho, momentum, epsilon, epsilonInSqrt }) =>
    epsilonInSqrt
      ? tf.train.rmsprop(learningRate, rho, momentum, epsilon)
      : rmspropBesideRoot(tf, { learningRate, rho, momentum, epsilon }),
  adam: (tf, { learningRate, beta1, beta2, epsilon }) => tf.train.adam(learningRate, beta1, beta2, epsilon),
  adamw: (tf, { learningRate, weightDecay, beta1, beta2, epsilon }) => {
    /** TensorFlow.js has no AdamW: its Adam, after the decay. */
    class AdamW extends tf.AdamOptimizer {
      override applyGradients(gradients: Parameters<AdamOptimizer['applyGradients']>[0]): void {
        const names = Array.isArray(gradients) ? gradients.map(({ name }) => name) : Object.keys(gradients);
        for (const name of names) {
          const w = tf.engine().registeredVariables[name];
          tf.tidy(() => w.assign(tf.mul(w, 1 - this.learningRate * weightDecay)));
        }
        super.applyGradients(gradients);
      }
    }
    return new AdamW(learningRate, beta1, beta2, epsilon);
  },
  sgd: (tf, { learningRate, momentum, nesterov }) =>
    momentum > 0 ? tf.train.momentum(learningRate, momentum, nesterov) : tf.train.sgd(learningRate),
};

/** The optimiser that the settings name. */
export function makeOptimizer(tf: Tf, settings: Settings): Optimizer {
  return (MAKERS[settings.kind] as (tf: Tf, settings: Settings) => Optimizer)(tf, settings);
}

/** Sets the learning rate of the next steps. */
export function setRate(optimizer: Optimizer, rate: number): void {
  if ('setLearningRate' in optimizer) (optimizer as { setLearningRate(rate: number): void }).setLearningRate(rate);
  else (optimizer as unknown as { learningRate: number }).learningRate = rate;
}
