// Activation functions of hidden nodes, four at a time; the codes are those of packages/nets/src/activations.ts.
import { sigmoid4, tanh4 } from './math';

export const RELU: i32 = 1;
const TANH: i32 = 2;
const SIGMOID: i32 = 3;

/** a of z; z itself for a code that is none of a hidden node, as that of the softmax. */
export function apply4(activation: i32, z: v128): v128 {
  if (activation == RELU) return f32x4.max(z, f32x4.splat(0));
  if (activation == TANH) return tanh4(z);
  if (activation == SIGMOID) return sigmoid4(z);
  return z;
}

/** da/dz, from z (which is a where the layer keeps no sums) and a. */
export function slope4(activation: i32, z: v128, a: v128): v128 {
  const one = f32x4.splat(1);
  if (activation == RELU) return v128.and(one, f32x4.gt(a, f32x4.splat(0)));
  if (activation == TANH) return f32x4.sub(one, f32x4.mul(a, a));
  if (activation == SIGMOID) return f32x4.mul(a, f32x4.sub(one, a));
  return one;
}
