import type { Mathematics } from './mathematics.js';

/**
 * An activation function: what a hidden node makes of its weighted sum z. All that the project knows of it but the
 * vector code of the training kernel, which is found by {@link ActivationFunction.code}.
 */
export interface ActivationFunction {
  /** Number in the training kernel (assembly/train/units.ts); never changed, never used twice. */
  readonly code: number;
  /** a = apply(z), with the elementary functions of `m`. */
  readonly apply: (z: number, m: Mathematics) => number;
  /** da/dz, from z and a = apply(z). */
  readonly slope: (z: number, a: number, m: Mathematics) => number;
  /** Whether the slope can be told from a alone; else the kernel keeps z. */
  readonly slopeFromOutput: boolean;
  /** Whether most outputs of a trained layer are exactly 0, so that products run on lists of the others. */
  readonly sparse: boolean;
  /** Name in Keras and TensorFlow.js. */
  readonly keras: string;
  /** ONNX operators from z to a, each on the results before it: `z`, the number of an earlier step, or a constant. */
  readonly onnx: readonly OnnxStep[];
  /** JavaScript expression of `z`. */
  readonly javascript: string;
}

/** One ONNX operator and what it takes. */
export interface OnnxStep {
  readonly operator: string;
  readonly of: readonly ('z' | { readonly step: number } | { readonly constant: number })[];
}

const unary = (operator: string): OnnxStep[] => [{ operator, of: ['z'] }];

/** Tail of the normal distribution: exp(-z^2 / 2) times this polynomial in 1 / (1 + P |z| / sqrt(2)) over 2, to 7.5e-8 (Abramowitz and Stegun 1964, 7.1.26). */
const TAIL = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
const TAIL_P = 0.3275911;

/** The normal distribution function. */
function normal(z: number, m: Mathematics): number {
  const t = 1 / (1 + TAIL_P * Math.SQRT1_2 * Math.abs(z));
  const tail = 0.5 * m.exp(-0.5 * z * z) * TAIL.reduce((sum, c) => (sum + c) * t, 0);
  return z < 0 ? tail : 1 - tail;
}

const TAIL_SERIES = TAIL.reduce((sum, c) => `(${sum} + ${c}) * t`, '0');
const TAIL_T = `1 / (1 + ${TAIL_P * Math.SQRT1_2} * Math.abs(z))`;

/** {@link normal} times z, as an expression. */
const GELU = `z * ((t, e) => z < 0 ? e : 1 - e)(...((t) => [t, 0.5 * Math.exp(-0.5 * z * z) * ${TAIL_SERIES}])(${TAIL_T}))`;

/** Every activation function of a hidden layer, by its name in studies. */
export const ACTIVATIONS = {
  relu: {
    code: 1,
    apply: (z) => (z > 0 ? z : 0),
    slope: (_, a) => (a > 0 ? 1 : 0),
    slopeFromOutput: true,
    sparse: true,
    keras: 'relu',
    onnx: unary('Relu'),
    javascript: 'Math.max(0, z)',
  },
  tanh: {
    code: 2,
    apply: (z, m) => m.tanh(z),
    slope: (_, a) => 1 - a * a,
    slopeFromOutput: true,
    sparse: false,
    keras: 'tanh',
    onnx: unary('Tanh'),
    javascript: 'Math.tanh(z)',
  },
  sigmoid: {
    code: 3,
    apply: (z, m) => m.sigmoid(z),
    slope: (_, a) => a * (1 - a),
    slopeFromOutput: true,
    sparse: false,
    keras: 'sigmoid',
    onnx: unary('Sigmoid'),
    javascript: '1 / (1 + Math.exp(-z))',
  },
  /** z times the normal distribution function of z (Hendrycks and Gimpel 2016). */
  gelu: {
    code: 4,
    apply: (z, m) => z * normal(z, m),
    slope: (z, _, m) => normal(z, m) + (z * m.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI),
    slopeFromOutput: false,
    sparse: false,
    keras: 'gelu',
    onnx: [
      { operator: 'Mul', of: ['z', { constant: Math.SQRT1_2 }] },
      { operator: 'Erf', of: [{ step: 0 }] },
      { operator: 'Add', of: [{ step: 1 }, { constant: 1 }] },
      { operator: 'Mul', of: ['z', { step: 2 }] },
      { operator: 'Mul', of: [{ step: 3 }, { constant: 0.5 }] },
    ],
    javascript: GELU,
  },
  linear: {
    code: 0,
    apply: (z) => z,
    slope: () => 1,
    slopeFromOutput: true,
    sparse: false,
    keras: 'linear',
    onnx: [],
    javascript: 'z',
  },
} as const satisfies Record<string, ActivationFunction>;

/** Name of an activation function of a hidden layer. */
export type ActivationName = keyof typeof ACTIVATIONS;

/** The names, in the order in which messages and schemas list them. */
export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS) as readonly ActivationName[];

/** The activation function of a name. */
export function activationOf(name: ActivationName): ActivationFunction {
  return ACTIVATIONS[name];
}

/** Name of the activation function that Keras and TensorFlow.js call `keras`; undefined for one that is not known. */
export function activationOfKeras(keras: string): ActivationName | undefined {
  return ACTIVATION_NAMES.find((name) => ACTIVATIONS[name].keras === keras);
}

/** Probabilities of logits: exp(z - max) over their sum; float64[K]. */
export function softmax(logits: ArrayLike<number>, exp: (z: number) => number = Math.exp): Float64Array {
  let top = -Infinity;
  for (let k = 0; k < logits.length; k++) top = Math.max(top, logits[k]);
  const powers = Float64Array.from(logits, (z) => exp(z - top));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
