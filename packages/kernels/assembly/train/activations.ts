// Activation functions of hidden nodes, four at a time; the codes are those of packages/nets/src/activations.ts.
import { exp4, sigmoid4, tanh4 } from '../shared/math';

export const RELU: i32 = 1;
const TANH: i32 = 2;
const SIGMOID: i32 = 3;
const GELU: i32 = 4;

/** a of z; z itself for a code that is none of a hidden node, as that of the softmax. */
export function apply4(activation: i32, z: v128): v128 {
  if (activation == RELU) return f32x4.max(z, f32x4.splat(0));
  if (activation == TANH) return tanh4(z);
  if (activation == SIGMOID) return sigmoid4(z);
  if (activation == GELU) return f32x4.mul(z, normal4(z));
  return z;
}

/** da/dz, from z (which is a where the layer keeps no sums) and a. */
export function slope4(activation: i32, z: v128, a: v128): v128 {
  const one = f32x4.splat(1);
  if (activation == RELU) return v128.and(one, f32x4.gt(a, f32x4.splat(0)));
  if (activation == TANH) return f32x4.sub(one, f32x4.mul(a, a));
  if (activation == SIGMOID) return f32x4.mul(a, f32x4.sub(one, a));
  if (activation == GELU) return f32x4.add(normal4(z), f32x4.mul(f32x4.mul(z, bell4(z)), f32x4.splat(0.3989422804014327)));
  return one;
}

/** exp(-z^2 / 2). */
@inline
function bell4(z: v128): v128 {
  return exp4(f32x4.mul(f32x4.mul(z, z), f32x4.splat(-0.5)));
}

/** The normal distribution function, by the tail of Abramowitz and Stegun 7.1.26 as packages/nets has it. */
function normal4(z: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.div(one, f32x4.add(one, f32x4.mul(f32x4.abs(z), f32x4.splat(0.3275911 * 0.7071067811865476))));
  let p = f32x4.mul(t, f32x4.splat(1.061405429));
  p = f32x4.mul(f32x4.add(p, f32x4.splat(-1.453152027)), t);
  p = f32x4.mul(f32x4.add(p, f32x4.splat(1.421413741)), t);
  p = f32x4.mul(f32x4.add(p, f32x4.splat(-0.284496736)), t);
  p = f32x4.mul(f32x4.add(p, f32x4.splat(0.254829592)), t);
  const tail = f32x4.mul(f32x4.mul(p, bell4(z)), f32x4.splat(0.5));
  return v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(z, f32x4.splat(0)));
}
