import type { Optimizer, Tensor, Variable } from '@tensorflow/tfjs';
import type { Tf } from './backend.js';

type Gradients = Parameters<Optimizer['applyGradients']>[0];

/** What {@link rmspropBesideRoot} is made of; the parameters of `optimizer.rmsprop`. */
export interface RmsPropSettings {
  readonly learningRate: number;
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
}

/**
 * RMSprop that divides by sqrt(v) + epsilon: v = rho v + (1 - rho) g²; m = momentum m + learningRate g / (sqrt(v) + epsilon); w -= m.
 * TensorFlow.js itself has the other form alone, sqrt(v + epsilon).
 */
export function rmspropBesideRoot(tf: Tf, { learningRate: first, rho, momentum, epsilon }: RmsPropSettings): Optimizer {
  class RmsPropBesideRoot extends tf.Optimizer {
    static readonly className = 'RmsPropBesideRoot';
    learningRate = first;
    private readonly slots = new Map<string, { readonly square: Variable; readonly moment: Variable }>();

    override applyGradients(given: Gradients): void {
      const gradients = Array.isArray(given)
        ? given
        : Object.entries(given).map(([name, tensor]) => ({ name, tensor }));
      for (const { name, tensor } of gradients) tf.tidy(() => this.move(name, tensor));
      this.incrementIterations();
    }

    private move(name: string, g: Tensor): void {
      const w = tf.engine().registeredVariables[name];
      const { square, moment } = this.slotsOf(name, w);
      square.assign(tf.add(tf.mul(square, rho), tf.mul(tf.square(g), 1 - rho)));
      moment.assign(
        tf.add(tf.mul(moment, momentum), tf.div(tf.mul(g, this.learningRate), tf.add(tf.sqrt(square), epsilon))),
      );
      w.assign(tf.sub(w, moment));
    }

    private slotsOf(name: string, like: Variable): { readonly square: Variable; readonly moment: Variable } {
      const zero = (): Variable => tf.variable(tf.zerosLike(like), false);
      const slots = this.slots.get(name) ?? { square: zero(), moment: zero() };
      this.slots.set(name, slots);
      return slots;
    }

    override dispose(): void {
      for (const { square, moment } of this.slots.values()) tf.dispose([square, moment]);
    }

    getConfig(): { readonly [name: string]: number } {
      return { learningRate: this.learningRate, rho, momentum, epsilon };
    }
  }
  return new RmsPropBesideRoot();
}
