// What happens to the units of a layer after the product: activation, dropout, softmax, and the way back.
import { Layer, Plan, panel, panelCount, panelStride } from './plan';
import { RELU, apply4, slope4 } from './activations';
import { exp4, log1 } from '../shared/math';
import { kept4, rowKey } from './dropout';

/** Applies the layer's activation to rows [from, to) of one panel in place. */
export function activate(activation: i32, values: usize, stride: i32, from: i32, to: i32): void {
  const end = values + <usize>to * stride;
  let p = values + <usize>from * stride;
  if (activation == RELU) {
    const zero = f32x4.splat(0);
    for (; p < end; p += 16) v128.store(p, f32x4.max(v128.load(p), zero));
  } else {
    for (; p < end; p += 16) v128.store(p, apply4(activation, v128.load(p)));
  }
}

/** Inverted dropout of rows [from, to) of panel `number`: what is kept grows by 1 / (1 - rate). */
export function drop(plan: usize, layer: usize, index: i32, values: usize, number: i32, stride: i32, from: i32, to: i32, step: u32): void {
  const threshold = load<u32>(layer, Layer.DROP);
  if (threshold == 0) return;
  const scale = f32x4.splat(load<f32>(layer, Layer.DROP_SCALE));
  for (let s = from; s < to; s++) {
    const key = rowKey(plan + Plan.DROP_SEED, step, index + 1, s);
    const p = values + <usize>s * stride;
    for (let c = 0; c < stride; c += 16) v128.store(p + c, v128.and(f32x4.mul(v128.load(p + c), scale), kept4(key, (number << 4) + (c >> 2), threshold)));
  }
}

/** Multiplies the gradients of rows [from, to) of panel `number` by the derivative of activation and dropout; `sums` may be 0. */
export function derive(
  plan: usize,
  layer: usize,
  index: i32,
  values: usize,
  sums: usize,
  delta: usize,
  number: i32,
  stride: i32,
  from: i32,
  to: i32,
  step: u32,
): void {
  const activation = load<i32>(layer, Layer.ACTIVATION);
  const threshold = load<u32>(layer, Layer.DROP);
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  const scale = threshold ? f32x4.splat(load<f32>(layer, Layer.DROP_SCALE)) : one;
  const back = f32x4.div(one, scale);
  for (let s = from; s < to; s++) {
    const key = threshold ? rowKey(plan + Plan.DROP_SEED, step, index + 1, s) : 0;
    const row = <usize>s * stride;
    for (let c = 0; c < stride; c += 16) {
      const d = delta + row + c;
      const a = v128.load(values + row + c);
      let g = f32x4.mul(v128.load(d), scale);
      if (activation == RELU) {
        g = v128.and(g, f32x4.gt(a, zero));
      } else {
        const y = f32x4.mul(a, back);
        g = f32x4.mul(g, slope4(activation, sums ? v128.load(sums + row + c) : y, y));
        if (threshold) g = v128.and(g, kept4(key, (number << 4) + (c >> 2), threshold));
      }
      v128.store(d, g);
    }
  }
}

@inline
function at(base: usize, rows: i32, columns: i32, s: i32, j: i32): usize {
  return panel(base, rows, j >> 4) + <usize>s * panelStride(columns, j >> 4) + ((j & 15) << 2);
}

/**
 * Softmax of the logits of row `s`, in place. Returns the cross-entropy -log p(label) from the logits, without clipping;
 * the predicted class (the first of equals) goes to `best`.
 */
export function softmax(values: usize, rows: i32, classes: i32, s: i32, label: i32, best: usize): f32 {
  let top: f32 = -Infinity;
  let argument = 0;
  for (let j = 0; j < classes; j++) {
    const z = load<f32>(at(values, rows, classes, s, j));
    if (z > top) {
      top = z;
      argument = j;
    }
  }
  store<i32>(best, argument);
  const z = load<f32>(at(values, rows, classes, s, label)) - top;
  const shift = f32x4.splat(top);
  for (let j = 0; j < classes; j += 4) {
    const p = at(values, rows, classes, s, j);
    v128.store(p, exp4(f32x4.sub(v128.load(p), shift)));
  }
  let sum: f32 = 0;
  for (let j = 0; j < classes; j++) sum += load<f32>(at(values, rows, classes, s, j));
  const scale = f32x4.splat(1 / sum);
  for (let j = 0; j < classes; j += 4) {
    const p = at(values, rows, classes, s, j);
    v128.store(p, f32x4.mul(v128.load(p), scale));
  }
  return log1(sum) - z;
}

/** Gradient of the mean cross-entropy by the logits: (p - one-hot(label)) / batch; zero in the padding. */
export function softmaxDelta(values: usize, delta: usize, rows: i32, classes: i32, s: i32, label: i32, batch: i32): void {
  const scale: f32 = 1 / <f32>batch;
  const padded = (classes + 3) & ~3;
  for (let j = 0; j < padded; j++) {
    const p = load<f32>(at(values, rows, classes, s, j));
    store<f32>(at(delta, rows, classes, s, j), j < classes ? (j == label ? p - 1 : p) * scale : 0);
  }
}

/** Writes row-major copies of rows [from, to) of panels: out[r * columns + j]. */
export function unpack(values: usize, rows: i32, columns: i32, from: i32, to: i32, out: usize): void {
  for (let p = 0; p < panelCount(columns); p++) {
    const stride = panelStride(columns, p);
    const width = min(16, columns - (p << 4));
    for (let s = from; s < to; s++) {
      const source = panel(values, rows, p) + <usize>s * stride;
      const target = out + ((<usize>(s - from) * columns + (p << 4)) << 2);
      for (let j = 0; j < width; j++) store<f32>(target + (<usize>j << 2), load<f32>(source + (<usize>j << 2)));
    }
  }
}

/** Raises f32[columns] at `peaks` to the maxima of the first `rows` rows of panels. */
export function raisePeaks(values: usize, capacity: i32, columns: i32, rows: i32, peaks: usize): void {
  for (let p = 0; p < panelCount(columns); p++) {
    const stride = panelStride(columns, p);
    for (let c = 0; c < stride; c += 16) {
      const peak = peaks + (<usize>p << 6) + c;
      let top = v128.load(peak);
      let q = panel(values, capacity, p) + c;
      for (let s = 0; s < rows; s++, q += stride) top = f32x4.max(top, v128.load(q));
      v128.store(peak, top);
    }
  }
}
