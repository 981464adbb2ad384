// Training and evaluation of dense nets. Weights have one owner, rows have one owner, and all sums run in a fixed
// order, so that any number of threads gives the same bits.
import { Layer, Plan, Rows, SCRATCH_BYTES, Sparse, Totals, buffer, layerAt, listsOf, panel, panelCount, panelStride, share } from './plan';
import { barrierWait } from '../shared/barrier';
import { multiplyPanel } from './dense';
import { gatherColumns, multiplySparseInput } from './sparse';
import { multiplySparse } from './lists';
import { fillList, fillPanels, layLists, rowOf, touchRows } from './input';
import { densePanel, finishPanel, multiplyLayer } from './forward';
import { update } from './update';
import { derive, softmax, softmaxDelta } from './units';
import { loadOptimizer, startStep } from './optimizer';

export { countRows, listRows, touchRows } from './input';
export { transpose } from './transpose';
export { evaluateRows } from './forward';
export { mapFloats } from '../shared/math';

/**
 * Runs batches [first, last) of an epoch over `rows` rows in the given order (u32[rows]); every thread calls it.
 * Stops at the first batch whose loss is not finite. A step has three phases and two meetings: the first layer by
 * columns; all that follows, forth and back, by rows; gradients and updates by weights.
 */
export function trainBatches(plan: usize, worker: i32, set: usize, order: usize, first: i32, last: i32, rows: i32): void {
  const workers = load<i32>(plan, Plan.WORKERS);
  const barrier = load<usize>(plan, Plan.BARRIER);
  const batch = load<i32>(plan, Plan.BATCH);
  const totals = load<usize>(plan, Plan.TOTALS);
  let power1 = load<f64>(totals, Totals.POWER1);
  let power2 = load<f64>(totals, Totals.POWER2);
  loadOptimizer(plan);
  barrierWait(barrier, workers);
  prepare(plan, worker, set, order, first, batch, rows);
  barrierWait(barrier, workers);
  let done = first;
  for (let t = first; t < last; t++) {
    const size = min(batch, rows - t * batch);
    const step = load<u32>(plan, Plan.STEP) + t + 1;
    firstLayer(plan, worker, t & 1, size, step);
    barrierWait(barrier, workers);
    if (worker == 0 && t > first) addPenalty(plan, batch);
    if (load<i32>(totals, Totals.STATUS)) break;
    middle(plan, worker, set, order, t, size, step);
    if (t + 1 < last) prepare(plan, worker, set, order, t + 1, batch, rows);
    barrierWait(barrier, workers);
    power1 *= <f64>load<f32>(plan, Plan.BETA1);
    power2 *= <f64>load<f32>(plan, Plan.BETA2);
    startStep(plan, t, power1, power2);
    update(plan, worker, t & 1, size, step);
    if (worker == 0) addUp(plan, size, t);
    done = t + 1;
  }
  barrierWait(barrier, workers);
  if (worker == 0) {
    if (done == last && last > first) addPenalty(plan, min(batch, rows - (last - 1) * batch));
    store<f64>(totals, power1, Totals.POWER1);
    store<f64>(totals, power2, Totals.POWER2);
  }
}

/** Brings this thread's rows of batch `t` into the input buffer of its parity. */
function prepare(plan: usize, worker: i32, set: usize, order: usize, t: i32, batch: i32, rows: i32): void {
  const workers = load<i32>(plan, Plan.WORKERS);
  const size = min(batch, rows - t * batch);
  const step = load<u32>(plan, Plan.STEP) + t + 1;
  const from = share(size, worker, workers);
  const to = share(size, worker + 1, workers);
  const input = buffer(plan, Plan.INPUT, t & 1);
  if (load<i32>(plan, Plan.SPARSE)) {
    const starts = buffer(plan, Plan.STARTS, t & 1);
    layOwnLists(set, order, t * batch, from, to, input, starts);
    store<u32>(load<usize>(plan, Plan.SCRATCH) + <usize>worker * SCRATCH_BYTES, touchRows(set, order, t * batch, from, to));
    for (let s = from; s < to; s++) fillList(plan, set, rowOf(order, t * batch + s), starts, s, true, step);
  } else {
    for (let s = from; s < to; s++) fillPanels(plan, set, rowOf(order, t * batch + s), input, batch, s, true, step);
  }
}

/** As layLists, writing only rows [from, to): the places of earlier rows are added up but belong to others. */
function layOwnLists(set: usize, order: usize, first: i32, from: i32, to: i32, lists: usize, starts: usize): void {
  const rowStarts = load<usize>(set, Rows.STARTS);
  let before: usize = 0;
  for (let s = 0; s < from; s++) {
    const r = rowStarts + (rowOf(order, first + s) << 2);
    before += load<usize>(r, 4) - load<usize>(r);
  }
  layLists(set, order, first + from, to - from, lists + (before << 3), starts + (<usize>from << 3));
}

/** Phase 1: this thread's columns of the first layer, for all rows of the batch; and its part of the lists by column. */
function firstLayer(plan: usize, worker: i32, parity: i32, size: i32, step: u32): void {
  const workers = load<i32>(plan, Plan.WORKERS);
  const layer = layerAt(plan, 0);
  const inputs = load<i32>(plan, Plan.INPUTS);
  const columns = load<i32>(layer, Layer.OUT);
  const batch = load<i32>(plan, Plan.BATCH);
  const panels = panelCount(columns);
  const from = share(panels, worker, workers);
  const to = share(panels, worker + 1, workers);
  const weights = load<usize>(layer, Layer.WEIGHTS);
  const values = buffer(layer, Layer.VALUES, parity);
  if (load<i32>(plan, Plan.SPARSE)) {
    if (panels > 1) gatherColumns(plan, parity, worker, size, step);
    multiplySparseInput(buffer(plan, Plan.STARTS, parity), 1, weights, inputs + 1, inputs, columns, values, batch, from, to, 0, size);
  } else {
    const x = buffer(plan, Plan.INPUT, parity);
    for (let p = from; p < to; p++) densePanel(layer, x, batch, weights, values, batch, p, 0, size);
  }
  for (let p = from; p < to; p++) finishPanel(plan, layer, 0, panel(values, batch, p), batch, p, 0, size, step);
}

/** Phase 2: this thread's rows through the other layers, to the loss, and back to the first layer's gradients. */
function middle(plan: usize, worker: i32, set: usize, order: usize, t: i32, size: i32, step: u32): void {
  const workers = load<i32>(plan, Plan.WORKERS);
  const layers = load<i32>(plan, Plan.LAYERS);
  const batch = load<i32>(plan, Plan.BATCH);
  const from = share(size, worker, workers);
  const to = share(size, worker + 1, workers);
  if (from == to) return;
  const parity = t & 1;
  for (let l = 1; l < layers; l++) {
    const layer = layerAt(plan, l);
    const x = buffer(layerAt(plan, l - 1), Layer.VALUES, parity);
    const values = buffer(layer, Layer.VALUES, parity);
    multiplyLayer(layer, x, values, batch, from, to, listsOf(plan, worker));
    const panels = panelCount(load<i32>(layer, Layer.OUT));
    for (let p = 0; p < panels; p++) finishPanel(plan, layer, l, panel(values, batch, p), batch, p, from, to, step);
  }
  lossRows(plan, set, order, t, size, from, to);
  for (let l = layers - 1; l > 0; l--) backward(plan, l, parity, batch, from, to, step, listsOf(plan, worker));
}

/** Softmax, loss, hits and the gradient of the logits of rows [from, to). */
function lossRows(plan: usize, set: usize, order: usize, t: i32, size: i32, from: i32, to: i32): void {
  const layer = layerAt(plan, load<i32>(plan, Plan.LAYERS) - 1);
  const batch = load<i32>(plan, Plan.BATCH);
  const classes = load<i32>(plan, Plan.CLASSES);
  const values = buffer(layer, Layer.VALUES, t & 1);
  const delta = load<usize>(layer, Layer.DELTA);
  const labels = load<usize>(set, Rows.LABELS);
  const hits = load<usize>(plan, Plan.HITS);
  for (let s = from; s < to; s++) {
    const label = <i32>load<u16>(labels + (rowOf(order, t * batch + s) << 1));
    const hit = hits + (<usize>s << 2);
    store<f32>(load<usize>(plan, Plan.LOSSES) + (<usize>s << 2), softmax(values, batch, classes, s, label, hit));
    store<i32>(hit, load<i32>(hit) == label ? 1 : 0);
    softmaxDelta(values, delta, batch, classes, s, label, size);
  }
}

/** Gradients of layer l - 1 from those of layer l. */
function backward(plan: usize, l: i32, parity: i32, batch: i32, from: i32, to: i32, step: u32, lists: usize): void {
  const layer = layerAt(plan, l);
  const below = layerAt(plan, l - 1);
  const columns = load<i32>(layer, Layer.IN);
  const rows = load<i32>(layer, Layer.OUT);
  const values = buffer(below, Layer.VALUES, parity);
  const delta = load<usize>(layer, Layer.DELTA);
  const transposed = load<usize>(layer, Layer.TRANSPOSED);
  const out = load<usize>(below, Layer.DELTA);
  const sums = load<usize>(below, Layer.SUMS);
  const sparse = load<i32>(layer, Layer.SPARSE) & Sparse.DELTA;
  if (sparse) multiplySparse(delta, batch, rows, transposed, columns, out, batch, from, to, lists);
  for (let p = 0; p < panelCount(columns); p++) {
    const stride = panelStride(columns, p);
    if (!sparse) multiplyPanel(delta, batch, rows, panel(transposed, rows + 1, p), stride, 0, panel(out, batch, p), from, to);
    derive(plan, below, l - 1, panel(values, batch, p), sums ? panel(sums, batch, p) : 0, panel(out, batch, p), p, stride, from, to, step);
  }
}

/** Adds a batch's losses and hits to the epoch's, in the order of its rows. */
function addUp(plan: usize, size: i32, t: i32): void {
  const totals = load<usize>(plan, Plan.TOTALS);
  const losses = load<usize>(plan, Plan.LOSSES);
  const hits = load<usize>(plan, Plan.HITS);
  let loss: f64 = 0;
  let right = 0;
  for (let s = 0; s < size; s++) {
    loss += <f64>load<f32>(losses + (<usize>s << 2));
    right += load<i32>(hits + (<usize>s << 2));
  }
  if (!isFinite<f64>(loss)) {
    store<i32>(totals, t, Totals.FAILED);
    store<i32>(totals, 1, Totals.STATUS);
    return;
  }
  store<f64>(totals, load<f64>(totals, Totals.LOSS) + loss, Totals.LOSS);
  store<i32>(totals, load<i32>(totals, Totals.HITS) + right, Totals.HITS);
}

/** Adds the L2 penalty of a step, which all threads have finished, for each of its rows. */
function addPenalty(plan: usize, size: i32): void {
  if (!load<i32>(plan, Plan.PENALISED)) return;
  const totals = load<usize>(plan, Plan.TOTALS);
  const tiles = load<i32>(plan, Plan.TILES);
  let sum: f64 = 0;
  for (let i = 0; i < tiles; i++) sum += load<f64>(load<usize>(plan, Plan.PENALTIES) + (<usize>i << 3));
  store<f64>(totals, load<f64>(totals, Totals.PENALTY) + sum * size, Totals.PENALTY);
}
