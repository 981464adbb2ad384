// Gradients of the weights and their update: each thread has weights of its own, and sums run over the rows of the batch in order.
import { Layer, Plan, SCRATCH_BYTES, SUMS, SUM_BYTES, Sparse, buffer, fullPanels, layerAt, listsOf, panel, panelCount, panelStride, share } from './plan';
import { correlatePair, sumRows } from './dense';
import { partsOf, recordBytes } from './sparse';
import { gatherPanels, panelsAtOnce } from '../shared/gather';
import { updateScattered } from './scatter';
import { listColumns, sumColumns } from './lists';
import { advance, penalise, usualDecay } from './optimizer';
import { transposePair } from './transpose';

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
    const count = panelsAtOnce(fullPanels(columns, p, across));
    const delta = panel(load<usize>(layer, Layer.DELTA), batch, p);
    sumColumns(lists, end - row, size, count, delta, stride, panel(0, batch, 1), scratch);
    for (let i = row; i < end; i++) {
      for (let q = 0; q < count; q++) {
        const w = panel(load<usize>(layer, Layer.WEIGHTS), inputs + 1, p + q) + <usize>i * stride;
        const g = scratch + <usize>(i - row) * SUM_BYTES + (q << 6);
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
    const count = panelsAtOnce(fullPanels(columns, p, last));
    updateSparsePanels(plan, layer, parity, size, p, count, scratch);
    for (let q = 0; q < count; q++) updateBias(layer, batch, p + q, size, scratch);
    p += count;
  }
}

/** `count` panels from `p` on, with the sums of up to SUMS columns at a time, and their penalties. */
function updateSparsePanels(plan: usize, layer: usize, parity: i32, size: i32, p: i32, count: i32, scratch: usize): void {
  const workers = load<i32>(plan, Plan.WORKERS);
  const inputs = load<i32>(plan, Plan.INPUTS);
  const batch = load<i32>(plan, Plan.BATCH);
  const bytes = recordBytes(batch);
  const stride = panelStride(load<i32>(layer, Layer.OUT), p);
  const weights = panel(load<usize>(layer, Layer.WEIGHTS), inputs + 1, p);
  const delta = panel(load<usize>(layer, Layer.DELTA), batch, p);
  const penalties = load<usize>(plan, Plan.PENALTIES) + (<usize>p << 3);
  const decay = load<f32>(layer, Layer.DECAY);
  // One at a time where there is but one part: the next sum then runs beside the divisions of an update.
  const most = partsOf(size) == 1 ? 1 : SUMS;
  for (let q = 0; q < count; q++) store<f64>(penalties + (<usize>q << 3), 0);
  for (let owner = 0; owner < workers; owner++) {
    let record = buffer(plan, Plan.RECORDS, parity) + <usize>share(inputs, owner, workers) * bytes;
    let left = load<i32>(load<usize>(plan, Plan.RECORD_COUNTS) + (<usize>(parity * workers + owner) << 2));
    for (; left > 0; left -= most, record += <usize>most * bytes) {
      const some = min(left, most);
      sumRecords(record, bytes, some, size, count, delta, stride, panel(0, batch, 1), scratch);
      for (let i = 0; i < some; i++) {
        const at = record + <usize>i * bytes;
        const w = weights + (load<usize>(at) >> 6) * <usize>stride;
        advanceRow(layer, w, panel(0, inputs + 1, 1), scratch + <usize>i * SUM_BYTES, count, stride, load<f32>(at, 12), decay, penalties);
      }
    }
  }
  for (let q: usize = 0; q < <usize>count; q++) store<f64>(penalties + (q << 3), load<f64>(penalties + (q << 3)) * <f64>decay * 0.5);
}

/** One row of `count` panels by its gradients, f32[count][16]; `keep`: what its mean squares decay by. */
@inline
function advanceRow(layer: usize, w: usize, next: usize, g: usize, count: i32, stride: i32, keep: f32, decay: f32, penalties: usize): void {
  const d1 = load<usize>(layer, Layer.SLOT1);
  const d2 = load<usize>(layer, Layer.SLOT2);
  for (let q: usize = 0; q < <usize>count; q++, w += next, g += 64) {
    if (decay != 0) store<f64>(penalties + (q << 3), load<f64>(penalties + (q << 3)) + penalise(w, g, stride, decay));
    advance(w, d1, d2, g, stride, keep);
  }
}

/** The sums of `some` records' entries over `count` panels of delta, to f32[some][3][16]. */
function sumRecords(record: usize, bytes: usize, some: i32, rows: i32, count: i32, delta: usize, stride: i32, next: usize, sums: usize): void {
  const parts = partsOf(rows);
  for (let part = 0; part < parts; part++) {
    let at = record;
    let sum = sums;
    for (let i = 0; i < some; i++, at += bytes, sum += SUM_BYTES) {
      const begin = load<usize>(part ? at + (<usize>part << 2) + 12 : at + 4);
      const end = load<usize>(part + 1 < parts ? at + (<usize>part << 2) + 16 : at + 8);
      gatherPanels(count, begin, end, delta, stride, next, part ? sum : 0, 64, sum, 64);
    }
  }
}
