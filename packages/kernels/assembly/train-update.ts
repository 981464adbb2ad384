// Gradients of the weights and their update: each thread has weights of its own, and sums run over the rows of the batch in order.
import { Layer, SCRATCH_BYTES, Sparse, Plan, buffer, layerAt, listsOf, panel, panelCount, panelStride, share } from './train-plan';
import { correlatePair, sumRows } from './train-dense';
import { RECORD, columnRange } from './train-sparse';
import { sumRecord } from './gather';
import { updateScattered } from './train-scatter';
import { listColumns, sumColumns } from './train-lists';
import { advance, penalise, usualDecay } from './train-optimizer';
import { transposePair } from './train-transpose';

/** Phase 3: gradients of this thread's weights, and their update. */
export function update(plan: usize, worker: i32, parity: i32, size: i32, step: u32): void {
  const workers = load<i32>(plan, Plan.WORKERS);
  const layers = load<i32>(plan, Plan.LAYERS);
  const scratch = load<usize>(plan, Plan.SCRATCH) + <usize>worker * SCRATCH_BYTES;
  const layer = layerAt(plan, 0);
  const panels = panelCount(load<i32>(layer, Layer.OUT));
  const from = share(panels, worker, workers);
  const to = share(panels, worker + 1, workers);
  if (load<i32>(plan, Plan.SPARSE) && panels > 1) updateSparse(plan, layer, parity, size, from, to, scratch);
  else if (load<i32>(plan, Plan.SPARSE)) updateNarrow(plan, layer, parity, size, step, from, to, scratch);
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
  const sparse = load<i32>(layer, Layer.SPARSE) & Sparse.INPUT;
  for (let tile = share(tiles, worker, workers); tile < share(tiles, worker + 1, workers); tile++) {
    const row = tile << 4;
    const end = min(inputs, row + 16);
    let penalty: f64 = 0;
    if (sparse) {
      const lists = listsOf(plan, worker);
      listColumns(panel(x, batch, tile), panelStride(inputs, tile), size, end - row, lists);
      penalty = updateTileSparse(plan, layer, lists, row, end, size, scratch);
    } else {
      for (let p = 0; p < across; p++) penalty += updateRows(plan, layer, x, p, row, end, size, scratch);
    }
    store<f64>(load<usize>(plan, Plan.PENALTIES) + (<usize>(load<i32>(layer, Layer.TILE) + tile) << 3), penalty);
    if (row == 0) for (let p = 0; p < across; p++) updateBias(layer, batch, p, size, scratch);
  }
}

/** Rows [row, end) of a layer's weights from the lists of the columns below. Returns the penalty. */
function updateTileSparse(plan: usize, layer: usize, lists: usize, row: i32, end: i32, size: i32, scratch: usize): f64 {
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
    sumColumns(lists, end - row, size, delta, stride, count == 2 ? panel(0, batch, 1) : 0, scratch);
    for (let i = row; i < end; i++) {
      for (let q = 0; q < count; q++) {
        const w = panel(load<usize>(layer, Layer.WEIGHTS), inputs + 1, p + q) + <usize>i * stride;
        const g = scratch + (<usize>(i - row) << 7) + (q << 6);
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
  advance(
    panel(load<usize>(layer, Layer.WEIGHTS), inputs + 1, p) + <usize>inputs * stride,
    load<usize>(layer, Layer.SLOT1),
    load<usize>(layer, Layer.SLOT2),
    scratch,
    stride,
    usualDecay(),
  );
}

/** The first layer where it is one panel wide, and that is this thread's. */
function updateNarrow(plan: usize, layer: usize, parity: i32, size: i32, step: u32, first: i32, last: i32, scratch: usize): void {
  if (first == last) return;
  const penalty = updateScattered(plan, layer, parity, size, step, panelStride(load<i32>(layer, Layer.OUT), 0));
  store<f64>(load<usize>(plan, Plan.PENALTIES), penalty);
  updateBias(layer, load<i32>(plan, Plan.BATCH), 0, size, scratch);
}

/** Panels [first, last) of the first layer by the lists of the batch's columns. */
function updateSparse(plan: usize, layer: usize, parity: i32, size: i32, first: i32, last: i32, scratch: usize): void {
  const columns = load<i32>(layer, Layer.OUT);
  const batch = load<i32>(plan, Plan.BATCH);
  let p = first;
  while (p < last) {
    const stride = panelStride(columns, p);
    const two = p + 1 < last && panelStride(columns, p + 1) == 64;
    const penalty = updateSparsePanel(plan, layer, parity, p, stride, two, scratch);
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
function updateSparsePanel(plan: usize, layer: usize, parity: i32, p: i32, stride: i32, two: bool, scratch: usize): f64 {
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
