// Training and evaluation of dense nets. Weights have one owner, rows have one owner, and all sums run in a fixed
// order, so that any number of threads gives the same bits.
import { Layer, Listed, Plan, Rows, Totals, panel, panelCount, panelStride } from './train-plan';
import { meet } from './train-barrier';
import { correlatePair, multiplyPanel, sumRows } from './train-dense';
import { RECORD, columnRange, gatherColumns, multiplyListed } from './train-sparse';
import { sumRecord } from './train-gather';
import { listColumns, multiplySparse } from './train-lists';
import { fillList, fillPanels, layLists, rowOf, touchRows } from './train-input';
import { activate, derive, drop, softmax, raisePeaks, softmax, softmaxDelta, unpack } from './train-units';
import { exp4, log1, sigmoid4, tanh4 } from './math';
import { advance, loadOptimizer, penalise, setAlpha, usualDecay } from './train-optimizer';

export { countRows, listRows, touchRows } from './train-input';
export { transpose } from './train-transpose';
import { transposePair } from './train-transpose';

@inline
function share(n: i32, worker: i32, workers: i32): i32 {
  return <i32>((<i64>n * worker) / workers);
}

@inline
function layerAt(plan: usize, index: i32): usize {
  return load<usize>(plan, Plan.LAYER_TABLE) + <usize>index * Layer.BYTES;
}

@inline
function buffer(base: usize, field: usize, number: i32): usize {
  return load<usize>(base + field + (<usize>number << 2));
}

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
  meet(barrier, workers);
  prepare(plan, worker, set, order, first, batch, rows);
  meet(barrier, workers);
  let done = first;
  for (let t = first; t < last; t++) {
    const size = min(batch, rows - t * batch);
    const step = load<u32>(plan, Plan.STEP) + t + 1;
    firstLayer(plan, worker, t & 1, size, step);
    meet(barrier, workers);
    if (worker == 0 && t > first) addPenalty(plan, batch);
    if (load<i32>(totals, Totals.STATUS)) break;
    middle(plan, worker, set, order, t, size, step);
    if (t + 1 < last) prepare(plan, worker, set, order, t + 1, batch, rows);
    meet(barrier, workers);
    power1 *= <f64>load<f32>(plan, Plan.FIRST);
    power2 *= <f64>load<f32>(plan, Plan.SECOND);
    setAlpha(plan, power1, power2);
    update(plan, worker, t & 1, size);
    if (worker == 0) addUp(plan, size, t);
    done = t + 1;
  }
  meet(barrier, workers);
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
    store<u32>(load<usize>(plan, Plan.SCRATCH) + (<usize>worker << 8), touchRows(set, order, t * batch, from, to));
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
    gatherColumns(plan, parity, worker, size, step);
    multiplyListed(buffer(plan, Plan.STARTS, parity), weights, inputs + 1, inputs, columns, values, batch, from, to, 0, size);
  } else {
    const x = buffer(plan, Plan.INPUT, parity);
    for (let p = from; p < to; p++) densePanel(layer, x, batch, weights, values, batch, p, 0, size);
  }
  for (let p = from; p < to; p++) finishPanel(plan, layer, 0, panel(values, batch, p), p, 0, size, step);
}

@inline
function listsOf(plan: usize, worker: i32): usize {
  return load<usize>(plan, Plan.LISTS) + <usize>worker * load<usize>(plan, Plan.LISTS_STRIDE);
}

/** Rows [from, to) of a layer after the first, before the activation; x and values have `rows` rows. */
function multiplyLayer(layer: usize, x: usize, values: usize, rows: i32, from: i32, to: i32, lists: usize): void {
  const inputs = load<i32>(layer, Layer.IN);
  const columns = load<i32>(layer, Layer.OUT);
  const weights = load<usize>(layer, Layer.WEIGHTS);
  if (load<i32>(layer, Layer.LISTED) & Listed.INPUT) {
    multiplySparse(x, rows, inputs, weights, columns, values, rows, from, to, lists);
    return;
  }
  for (let p = 0; p < panelCount(columns); p++) densePanel(layer, x, rows, weights, values, rows, p, from, to);
}

@inline
function densePanel(layer: usize, x: usize, xRows: i32, weights: usize, values: usize, rows: i32, p: i32, from: i32, to: i32): void {
  const inputs = load<i32>(layer, Layer.IN);
  const stride = panelStride(load<i32>(layer, Layer.OUT), p);
  const w = panel(weights, inputs + 1, p);
  multiplyPanel(x, xRows, inputs, w, stride, w + <usize>inputs * stride, panel(values, rows, p), from, to);
}

/** Activation, and dropout when training (step > 0). */
@inline
function finishPanel(plan: usize, layer: usize, index: i32, values: usize, p: i32, from: i32, to: i32, step: u32): void {
  const stride = panelStride(load<i32>(layer, Layer.OUT), p);
  activate(load<i32>(layer, Layer.ACTIVATION), values, stride, from, to);
  if (step) drop(plan, layer, index, values, p, stride, from, to, step);
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
    for (let p = 0; p < panels; p++) finishPanel(plan, layer, l, panel(values, batch, p), p, from, to, step);
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
  const listed = load<i32>(layer, Layer.LISTED) & Listed.DELTA;
  if (listed) multiplySparse(delta, batch, rows, transposed, columns, out, batch, from, to, lists);
  for (let p = 0; p < panelCount(columns); p++) {
    const stride = panelStride(columns, p);
    if (!listed) multiplyPanel(delta, batch, rows, panel(transposed, rows + 1, p), stride, 0, panel(out, batch, p), from, to);
    derive(plan, below, l - 1, panel(values, batch, p), panel(out, batch, p), p, stride, from, to, step);
  }
}

/** Phase 3: gradients of this thread's weights, and their update. */
function update(plan: usize, worker: i32, parity: i32, size: i32): void {
  const workers = load<i32>(plan, Plan.WORKERS);
  const layers = load<i32>(plan, Plan.LAYERS);
  const scratch = load<usize>(plan, Plan.SCRATCH) + (<usize>worker << 8);
  const layer = layerAt(plan, 0);
  const panels = panelCount(load<i32>(layer, Layer.OUT));
  const from = share(panels, worker, workers);
  const to = share(panels, worker + 1, workers);
  if (load<i32>(plan, Plan.SPARSE)) updateListed(plan, layer, parity, size, from, to, scratch);
  else for (let p = from; p < to; p++) updatePanel(plan, layer, buffer(plan, Plan.INPUT, parity), p, size, scratch);
  for (let l = 1; l < layers; l++) updateTiles(plan, worker, l, parity, size, scratch);
}

/** This thread's tiles of a layer after the first: 16 rows of the weights each, the first one with the bias. */
function updateTiles(plan: usize, worker: i32, l: i32, parity: i32, size: i32, scratch: usize): void {
  const layer = layerAt(plan, l);
  const inputs = load<i32>(layer, Layer.IN);
  const workers = load<i32>(plan, Plan.WORKERS);
  const batch = load<i32>(plan, Plan.BATCH);
  const across = panelCount(load<i32>(layer, Layer.OUT));
  const tiles = panelCount(inputs);
  const x = buffer(layerAt(plan, l - 1), Layer.VALUES, parity);
  const listed = load<i32>(layer, Layer.LISTED) & Listed.INPUT;
  for (let tile = share(tiles, worker, workers); tile < share(tiles, worker + 1, workers); tile++) {
    const row = tile << 4;
    const end = min(inputs, row + 16);
    let penalty: f64 = 0;
    if (listed) {
      const records = listColumns(panel(x, batch, tile), panelStride(inputs, tile), size, end - row, listsOf(plan, worker));
      penalty = updateTileListed(plan, layer, records, row, end, scratch);
    } else {
      for (let p = 0; p < across; p++) penalty += updateRows(plan, layer, x, p, row, end, size, scratch);
    }
    store<f64>(load<usize>(plan, Plan.PENALTIES) + (<usize>(load<i32>(layer, Layer.TILE) + tile) << 3), penalty);
    if (row == 0) for (let p = 0; p < across; p++) updateBias(layer, batch, p, size, scratch);
  }
}

/** Rows [row, end) of a layer's weights from the lists of the columns below. Returns the penalty. */
function updateTileListed(plan: usize, layer: usize, records: usize, row: i32, end: i32, scratch: usize): f64 {
  const batch = load<i32>(plan, Plan.BATCH);
  const inputs = load<i32>(layer, Layer.IN);
  const columns = load<i32>(layer, Layer.OUT);
  const d1 = load<usize>(layer, Layer.SLOT1);
  const d2 = load<usize>(layer, Layer.SLOT2);
  const decay = load<f32>(layer, Layer.DECAY);
  const transposed = load<usize>(layer, Layer.TRANSPOSED);
  const usual = usualDecay();
  const across = panelCount(columns);
  let squares: f64 = 0;
  let p = 0;
  while (p < across) {
    const stride = panelStride(columns, p);
    const count = p + 1 < across && panelStride(columns, p + 1) == 64 ? 2 : 1;
    const delta = panel(load<usize>(layer, Layer.DELTA), batch, p);
    for (let i = row; i < end; i++) {
      sumRecord(records + <usize>(i - row) * RECORD, delta, stride, count == 2 ? panel(0, batch, 1) : 0, scratch);
      for (let q = 0; q < count; q++) {
        const w = panel(load<usize>(layer, Layer.WEIGHTS), inputs + 1, p + q) + <usize>i * stride;
        const g = scratch + (q << 6);
        if (decay != 0) squares += penalise(w, g, stride, decay);
        advance(w, d1, d2, g, stride, usual);
        transposePair(w, stride, i, false, p + q, inputs, columns, transposed);
      }
    }
    p += count;
  }
  return squares * <f64>decay * 0.5;
}

/** All rows of one panel of the dense first layer, and its bias. */
function updatePanel(plan: usize, layer: usize, x: usize, p: i32, size: i32, scratch: usize): void {
  const penalty = updateRows(plan, layer, x, p, 0, load<i32>(layer, Layer.IN), size, scratch);
  store<f64>(load<usize>(plan, Plan.PENALTIES) + (<usize>p << 3), penalty);
  updateBias(layer, load<i32>(plan, Plan.BATCH), p, size, scratch);
}

/** Rows [row, end) of one panel of a layer's weights, from the values `x` of the layer below. Returns the sum of squares if penalised. */
function updateRows(plan: usize, layer: usize, x: usize, p: i32, row: i32, end: i32, size: i32, scratch: usize): f64 {
  const batch = load<i32>(plan, Plan.BATCH);
  const inputs = load<i32>(layer, Layer.IN);
  const columns = load<i32>(layer, Layer.OUT);
  const stride = panelStride(columns, p);
  const delta = panel(load<usize>(layer, Layer.DELTA), batch, p);
  const weights = panel(load<usize>(layer, Layer.WEIGHTS), inputs + 1, p);
  const d1 = load<usize>(layer, Layer.SLOT1);
  const d2 = load<usize>(layer, Layer.SLOT2);
  const decay = load<f32>(layer, Layer.DECAY);
  const transposed = load<usize>(layer, Layer.TRANSPOSED);
  const usual = usualDecay();
  let squares: f64 = 0;
  for (let i = row; i < end; i += 2) {
    const xStride = panelStride(inputs, i >> 4);
    correlatePair(panel(x, batch, i >> 4) + ((i & 15) << 2), xStride, delta, stride, size, scratch);
    const bytes = i + 1 < end ? stride << 1 : stride;
    const w = weights + <usize>i * stride;
    if (decay != 0) squares += penalise(w, scratch, bytes, decay);
    advance(w, d1, d2, scratch, bytes, usual);
    if (transposed) transposePair(w, stride, i, i + 1 < end, p, inputs, columns, transposed);
  }
  return squares * <f64>decay * 0.5;
}

function updateBias(layer: usize, batch: i32, p: i32, size: i32, scratch: usize): void {
  const stride = panelStride(load<i32>(layer, Layer.OUT), p);
  const inputs = load<i32>(layer, Layer.IN);
  sumRows(panel(load<usize>(layer, Layer.DELTA), batch, p), stride, size, scratch);
  advance(panel(load<usize>(layer, Layer.WEIGHTS), inputs + 1, p) + <usize>inputs * stride, load<usize>(layer, Layer.SLOT1), load<usize>(layer, Layer.SLOT2), scratch, stride, usualDecay());
}

/** Panels [first, last) of the first layer by the lists of the batch's columns. */
function updateListed(plan: usize, layer: usize, parity: i32, size: i32, first: i32, last: i32, scratch: usize): void {
  const columns = load<i32>(layer, Layer.OUT);
  const batch = load<i32>(plan, Plan.BATCH);
  let p = first;
  while (p < last) {
    const stride = panelStride(columns, p);
    const two = p + 1 < last && panelStride(columns, p + 1) == 64;
    const penalty = updateListedPanel(plan, layer, parity, p, stride, two, scratch);
    store<f64>(load<usize>(plan, Plan.PENALTIES) + (<usize>p << 3), penalty);
    updateBias(layer, batch, p, size, scratch);
    if (two) {
      store<f64>(load<usize>(plan, Plan.PENALTIES) + (<usize>(p + 1) << 3), load<f64>(scratch, 128));
      updateBias(layer, batch, p + 1, size, scratch);
    }
    p += two ? 2 : 1;
  }
}

/** One panel, or two neighbours at once (the second one's penalty is left at scratch + 128). */
function updateListedPanel(plan: usize, layer: usize, parity: i32, p: i32, stride: i32, two: bool, scratch: usize): f64 {
  const workers = load<i32>(plan, Plan.WORKERS);
  const inputs = load<i32>(plan, Plan.INPUTS);
  const batch = load<i32>(plan, Plan.BATCH);
  const weights = panel(load<usize>(layer, Layer.WEIGHTS), inputs + 1, p);
  const next = panel(0, inputs + 1, 1);
  const delta = panel(load<usize>(layer, Layer.DELTA), batch, p);
  const d1 = load<usize>(layer, Layer.SLOT1);
  const d2 = load<usize>(layer, Layer.SLOT2);
  const decay = load<f32>(layer, Layer.DECAY);
  let squares: f64 = 0;
  let squares2: f64 = 0;
  for (let owner = 0; owner < workers; owner++) {
    let record = buffer(plan, Plan.RECORDS, parity) + <usize>columnRange(inputs, owner, workers) * RECORD;
    const end = record + <usize>load<i32>(load<usize>(plan, Plan.RECORD_COUNTS) + (<usize>(parity * workers + owner) << 2)) * RECORD;
    for (; record < end; record += RECORD) {
      sumRecord(record, delta, stride, two ? panel(0, batch, 1) : 0, scratch);
      const w = weights + (load<usize>(record) >> 6) * <usize>stride;
      const keep = load<f32>(record, 12);
      if (decay != 0) squares += penalise(w, scratch, stride, decay);
      advance(w, d1, d2, scratch, stride, keep);
      if (two) {
        if (decay != 0) squares2 += penalise(w + next, scratch + 64, 64, decay);
        advance(w + next, d1, d2, scratch + 64, 64, keep);
      }
    }
  }
  store<f64>(scratch, squares2 * <f64>decay * 0.5, 128);
  return squares * <f64>decay * 0.5;
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

/**
 * Rows [from, to) of a set through the net without dropout, `chunk` rows at a time. desk: this thread's buffers: input,
 * starts, lists, one for each layer, then one f32[H] of maxima for each hidden layer. Written for row r at place r - base:
 * losses f32, best i32, and where not 0 probabilities f32[K] and hidden f32[H] (one pointer for each hidden layer).
 */
export function evaluateRows(plan: usize, set: usize, from: i32, to: i32, chunk: i32, desk: usize, base: i32, losses: usize, best: usize, probabilities: usize, hidden: usize, peaks: i32): void {
  const layers = load<i32>(plan, Plan.LAYERS);
  const classes = load<i32>(plan, Plan.CLASSES);
  const labels = load<usize>(set, Rows.LABELS);
  const output = load<usize>(desk + (<usize>(layers + 2) << 2));
  for (let r = from; r < to; r += chunk) {
    const rows = min(chunk, to - r);
    forwardChunk(plan, set, r, rows, chunk, desk);
    for (let s = 0; s < rows; s++) {
      const i = <usize>(r - base + s) << 2;
      store<f32>(losses + i, softmax(output, chunk, classes, s, load<u16>(labels + (<usize>(r + s) << 1)), best + i));
    }
    if (probabilities) unpack(output, chunk, classes, 0, rows, probabilities + ((<usize>(r - base) * classes) << 2));
    for (let l = 0; l < layers - 1; l++) {
      const columns = load<i32>(layerAt(plan, l), Layer.OUT);
      const values = load<usize>(desk + (<usize>(l + 3) << 2));
      if (hidden) unpack(values, chunk, columns, 0, rows, load<usize>(hidden + (<usize>l << 2)) + ((<usize>(r - base) * columns) << 2));
      if (peaks) raisePeaks(values, chunk, columns, rows, load<usize>(desk + (<usize>(layers + 3 + l) << 2)));
    }
  }
}

function forwardChunk(plan: usize, set: usize, first: i32, rows: i32, chunk: i32, desk: usize): void {
  const layers = load<i32>(plan, Plan.LAYERS);
  const inputs = load<i32>(plan, Plan.INPUTS);
  const input = load<usize>(desk);
  const starts = load<usize>(desk, 4);
  const listed = load<i32>(set, Rows.KIND) >= 2;
  if (listed) {
    layLists(set, 0, first, rows, input, starts);
    for (let s = 0; s < rows; s++) fillList(plan, set, first + s, starts, s, false, 0);
  } else {
    for (let s = 0; s < rows; s++) fillPanels(plan, set, first + s, input, chunk, s, false, 0);
  }
  let x = input;
  for (let l = 0; l < layers; l++) {
    const layer = layerAt(plan, l);
    const values = load<usize>(desk + (<usize>(l + 3) << 2));
    const columns = load<i32>(layer, Layer.OUT);
    const panels = panelCount(columns);
    if (l == 0 && listed) multiplyListed(starts, load<usize>(layer, Layer.WEIGHTS), inputs + 1, inputs, columns, values, chunk, 0, panels, 0, rows);
    else multiplyLayer(layer, x, values, chunk, 0, rows, load<usize>(desk, 8));
    for (let p = 0; p < panels; p++) finishPanel(plan, layer, l, panel(values, chunk, p), p, 0, rows, 0);
    x = values;
  }
}

/** One function of src/math.ts on n numbers, for comparing the two. which: 0 exp, 1 log, 2 tanh, 3 sigmoid. */
export function mapFloats(which: i32, from: usize, to: usize, n: i32): void {
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 2;
    const x = load<f32>(from + at);
    const four = f32x4.splat(x);
    if (which == 1) store<f32>(to + at, log1(x));
    else store<f32>(to + at, f32x4.extract_lane(which == 0 ? exp4(four) : which == 2 ? tanh4(four) : sigmoid4(four), 0));
  }
}
