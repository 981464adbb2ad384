// The first layer's gradient where it has one panel (up to 16 units): each entry of the rows' lists is added to the sum of its
// column. Turning the lists round, as wider layers do, would cost more than the sums. The sums run in the same order.
import { Layer, Plan, buffer } from './plan';
import { ENTRY, decaySince } from './sparse';
import { advance, penalise, usualDecay } from './optimizer';
import { madd4 } from '../shared/multiply-add';

/**
 * Updates the one panel of the first layer from the lists of a batch's rows. Sums (f32[D][panel], in the place of the lists by
 * column) and marks (i32[D], in that of their cursors) are zero before and after. Returns the penalty.
 */
export function updateScattered(plan: usize, layer: usize, parity: i32, size: i32, step: u32, stride: i32): f64 {
  const inputs = load<i32>(plan, Plan.INPUTS);
  const starts = buffer(plan, Plan.STARTS, parity);
  const sums = load<usize>(plan, Plan.ENTRIES);
  const marks = load<usize>(plan, Plan.CURSORS);
  const delta = load<usize>(layer, Layer.DELTA);
  if (stride == 64) scatter(4, starts, size, delta, sums, marks);
  else if (stride == 48) scatter(3, starts, size, delta, sums, marks);
  else if (stride == 32) scatter(2, starts, size, delta, sums, marks);
  else scatter(1, starts, size, delta, sums, marks);
  const lazy = load<i32>(plan, Plan.LAZY);
  const d1 = load<usize>(layer, Layer.SLOT1);
  const d2 = load<usize>(layer, Layer.SLOT2);
  const decay = load<f32>(layer, Layer.DECAY);
  const usual = usualDecay();
  let squares: f64 = 0;
  let w = load<usize>(layer, Layer.WEIGHTS);
  let g = sums;
  for (let j = 0; j < inputs; j++, w += stride, g += stride) {
    const mark = marks + (<usize>j << 2);
    if (lazy && load<i32>(mark) == 0) continue;
    store<i32>(mark, 0);
    if (decay != 0) squares += penalise(w, g, stride, decay);
    advance(w, d1, d2, g, stride, lazy ? decaySince(plan, j, step) : usual);
    memory.fill(g, 0, stride);
  }
  return squares * <f64>decay * 0.5;
}

@inline
function scatter(nv: i32, starts: usize, rows: i32, delta: usize, sums: usize, marks: usize): void {
  for (let s = 0; s < rows; s++) {
    const end = load<usize>(starts + (<usize>s << 3), 4);
    const d = delta + <usize>s * (nv << 4);
    const d0 = v128.load(d);
    const d1 = nv > 1 ? v128.load(d, 16) : d0;
    const d2 = nv > 2 ? v128.load(d, 32) : d0;
    const d3 = nv > 3 ? v128.load(d, 48) : d0;
    for (let e = load<usize>(starts + (<usize>s << 3)); e < end; e += ENTRY) {
      const row = load<usize>(e);
      const x = v128.load32_splat(e, 4);
      const g = sums + (nv == 4 ? row : (row >> 6) * (nv << 4));
      store<i32>(marks + (row >> 4), 1);
      v128.store(g, madd4(x, d0, v128.load(g)));
      if (nv > 1) v128.store(g, madd4(x, d1, v128.load(g, 16)), 16);
      if (nv > 2) v128.store(g, madd4(x, d2, v128.load(g, 32)), 32);
      if (nv > 3) v128.store(g, madd4(x, d3, v128.load(g, 48)), 48);
    }
  }
}
