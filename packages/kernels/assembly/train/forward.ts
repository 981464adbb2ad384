// Forward passes: a layer's product, activation and dropout for some rows, and whole nets without dropout.
import { Layer, Sparse, Plan, Rows, buffer, layerAt, panel, panelCount, panelStride } from './plan';
import { multiplyPanel } from './dense';
import { multiplySparseInput } from './sparse';
import { multiplySparse } from './lists';
import { fillList, fillPanels, layLists } from './input';
import { activate, drop, raisePeaks, softmax, unpack } from './units';

/** Rows [from, to) of a layer after the first, before the activation; x and values have `rows` rows. */
export function multiplyLayer(layer: usize, x: usize, values: usize, rows: i32, from: i32, to: i32, lists: usize): void {
  const inputs = load<i32>(layer, Layer.IN);
  const columns = load<i32>(layer, Layer.OUT);
  const weights = load<usize>(layer, Layer.WEIGHTS);
  if (load<i32>(layer, Layer.SPARSE) & Sparse.INPUT) {
    multiplySparse(x, rows, inputs, weights, columns, values, rows, from, to, lists);
    return;
  }
  for (let p = 0; p < panelCount(columns); p++) densePanel(layer, x, rows, weights, values, rows, p, from, to);
}

@inline
export function densePanel(layer: usize, x: usize, xRows: i32, weights: usize, values: usize, rows: i32, p: i32, from: i32, to: i32): void {
  const inputs = load<i32>(layer, Layer.IN);
  const stride = panelStride(load<i32>(layer, Layer.OUT), p);
  const w = panel(weights, inputs + 1, p);
  multiplyPanel(x, xRows, inputs, w, stride, w + <usize>inputs * stride, panel(values, rows, p), from, to);
}

/** Activation, and dropout when training (step > 0), when sums are kept where the way back needs them; values have `capacity` rows. */
@inline
export function finishPanel(plan: usize, layer: usize, index: i32, values: usize, capacity: i32, p: i32, from: i32, to: i32, step: u32): void {
  const stride = panelStride(load<i32>(layer, Layer.OUT), p);
  const sums = load<usize>(layer, Layer.SUMS);
  if (step && sums) memory.copy(panel(sums, capacity, p) + <usize>from * stride, values + <usize>from * stride, <usize>(to - from) * stride);
  activate(load<i32>(layer, Layer.ACTIVATION), values, stride, from, to);
  if (step) drop(plan, layer, index, values, p, stride, from, to, step);
}

/**
 * Rows [from, to) of a set through the net without dropout, `chunk` rows at a time. desk: this thread's buffers: input,
 * starts, lists, one for each layer, then one f32[H] of maxima for each hidden layer. Written for row r at place r - base:
 * losses f32, best i32, and where not 0 probabilities f32[K] and hidden f32[H] (one pointer for each hidden layer).
 */
export function evaluateRows(
  plan: usize,
  set: usize,
  from: i32,
  to: i32,
  chunk: i32,
  desk: usize,
  base: i32,
  losses: usize,
  best: usize,
  probabilities: usize,
  hidden: usize,
  peaks: i32,
): void {
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
  const sparse = load<i32>(set, Rows.KIND) >= 2;
  if (sparse) {
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
    if (l == 0 && sparse) multiplySparseInput(starts, 1, load<usize>(layer, Layer.WEIGHTS), inputs + 1, inputs, columns, values, chunk, 0, panels, 0, rows);
    else multiplyLayer(layer, x, values, chunk, 0, rows, load<usize>(desk, 8));
    for (let p = 0; p < panels; p++) finishPanel(plan, layer, l, panel(values, chunk, p), chunk, p, 0, rows, 0);
    x = values;
  }
}
