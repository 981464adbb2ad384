import { boolean, number, type Fields, type Infer } from '@layerwise/contracts';

/** What the kernel's optimiser functions are given, in float32. */
export interface OptimizerConstants {
  /** Decay of the first moment: beta 1 or momentum; of RMSprop rho. */
  readonly beta1: number;
  /** Decay of the second moment: beta 2; of RMSprop momentum. */
  readonly beta2: number;
  readonly epsilon: number;
  /** What one optimiser alone has. */
  readonly extra: number;
}

/** All that is known of an optimiser but its step, which the kernel has (assembly/train/optimizer.ts) and finds by `code`. */
export interface OptimizerDefinition<F extends Fields> {
  /** Number in the kernel; never changed, never used twice. */
  readonly code: number;
  readonly doc: string;
  /** Its settings in a study; the defaults are those of Keras. */
  readonly params: F;
  /** How many numbers it keeps for each weight. */
  readonly slots: (settings: Infer<F>) => number;
  /** Whether a weight without gradient stays where it is, so that its slots may be brought up to date later. */
  readonly restsWithoutGradient: (settings: Infer<F>) => boolean;
  readonly constants: (settings: Infer<F>) => OptimizerConstants;
}

const define = <const F extends Fields>(definition: OptimizerDefinition<F>): OptimizerDefinition<F> => definition;

const learningRate = <const V extends number>(value: V) => number({ doc: 'step size', above: 0, default: value });
const epsilon = number({ doc: 'keeps the denominator from 0', above: 0, max: 1, default: 1e-7 });
const momentum = number({ doc: 'share of the last change that is kept', min: 0, below: 1, default: 0 });

/** Every optimiser, by its name in studies. g is a weight's gradient, t the number of steps. */
export const OPTIMIZERS = {
  /**
   * Hinton's RMSprop: v = rho v + (1 - rho) g²; change = learningRate g / sqrt(v + epsilon); m = momentum m + change; w -= m.
   * Without `epsilonInSqrt`, change = learningRate g / (sqrt(v) + epsilon).
   */
  rmsprop: define({
    code: 1,
    doc: 'RMSprop',
    params: {
      learningRate: learningRate(0.001),
      rho: number({ doc: 'decay of the mean square', min: 0, below: 1, default: 0.9 }),
      epsilon,
      epsilonInSqrt: boolean({
        doc:
          'divide by sqrt(v + epsilon), as Keras 3 and TensorFlow.js do; ' +
          'false: by sqrt(v) + epsilon, as PyTorch and Keras before TensorFlow 2.11 do (that Keras only without momentum)',
        default: true,
      }),
      momentum,
    },
    slots: (settings) => (settings.momentum > 0 ? 2 : 1),
    restsWithoutGradient: (settings) => settings.momentum === 0,
    constants: ({ rho, momentum: kept, epsilon: small, epsilonInSqrt }) => ({
      beta1: rho,
      beta2: kept,
      epsilon: small,
      extra: epsilonInSqrt ? 0 : 1,
    }),
  }),
  /** Kingma and Ba 2015 as Keras 3 writes it: w -= learningRate sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon). */
  adam: define({
    code: 2,
    doc: 'Adam',
    params: {
      learningRate: learningRate(0.001),
      beta1: number({ doc: 'decay of the mean', min: 0, below: 1, default: 0.9 }),
      beta2: number({ doc: 'decay of the mean square', min: 0, below: 1, default: 0.999 }),
      epsilon,
    },
    slots: () => 2,
    restsWithoutGradient: () => false,
    constants: ({ beta1, beta2, epsilon: small }) => ({ beta1, beta2, epsilon: small, extra: 0 }),
  }),
  /**
   * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2): w -= learningRate weightDecay w, then
   * the step of Adam; biases too, as in Keras 3 and PyTorch.
   */
  adamw: define({
    code: 3,
    doc: 'Adam with decoupled weight decay',
    params: {
      learningRate: learningRate(0.001),
      weightDecay: number({
        doc: 'share of a weight, times the learning rate, that each step takes away',
        min: 0,
        default: 0.004,
      }),
      beta1: number({ doc: 'decay of the mean', min: 0, below: 1, default: 0.9 }),
      beta2: number({ doc: 'decay of the mean square', min: 0, below: 1, default: 0.999 }),
      epsilon,
    },
    slots: () => 2,
    restsWithoutGradient: () => false,
    constants: ({ beta1, beta2, epsilon: small, weightDecay }) => ({
      beta1,
      beta2,
      epsilon: small,
      extra: weightDecay,
    }),
  }),
  /** Stochastic gradient descent as Keras 3 writes it: m = momentum m - learningRate g; w += m, or w += momentum m - learningRate g with nesterov. */
  sgd: define({
    code: 0,
    doc: 'stochastic gradient descent',
    params: {
      learningRate: learningRate(0.01),
      momentum,
      nesterov: boolean({ doc: 'look ahead by the momentum', default: false }),
    },
    slots: (settings) => (settings.momentum > 0 ? 1 : 0),
    restsWithoutGradient: (settings) => settings.momentum === 0,
    constants: ({ momentum: kept, nesterov }) => ({ beta1: kept, beta2: nesterov ? 1 : 0, epsilon: 0, extra: 0 }),
  }),
};

type Definitions = typeof OPTIMIZERS;
/** Name of an optimiser. */
export type OptimizerName = keyof Definitions;
type SettingsOf<K extends OptimizerName> = Definitions[K] extends OptimizerDefinition<infer F> ? Infer<F> : never;

/** An optimiser with its settings. */
export type Optimizer = { [K in OptimizerName]: { readonly kind: K } & SettingsOf<K> }[OptimizerName];

/** The definition of an optimiser with its settings applied. */
export function settled(optimizer: Optimizer): {
  readonly code: number;
  readonly slots: number;
  readonly restsWithoutGradient: boolean;
  readonly constants: OptimizerConstants;
} {
  const { code, slots, restsWithoutGradient, constants } = OPTIMIZERS[
    optimizer.kind
  ] as unknown as OptimizerDefinition<Fields>;
  const settings = optimizer as never;
  return {
    code,
    slots: slots(settings),
    restsWithoutGradient: restsWithoutGradient(settings),
    constants: constants(settings),
  };
}
