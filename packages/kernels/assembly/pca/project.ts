// Projection of rows on components: out[r][k] = start[k] + sum over j of x[r][j] weights[j][k], in float32,
// columns in order, zeros of byte rows left out. 32 rows are listed at once; then two panels of 16 components at a time.
import { gatherPanels } from '../shared/gather';

const ROWS: i32 = 32;

/**
 * Rows of x, uint8[N][D] or float32[N][D] as `bytes` says: whichever 128 of them are next by the shared counter (int32), until none
 * are left. weights: panels float32[D + 1][16] of the components, ceil(K / 16) of them, the start in the last row; out float32[N][K].
 * x may be read up to 16 bytes past its end. scratch: 32 * (8 * D + 64 * ceil(K / 16) + 4) bytes.
 */
export function projectShare(bytes: i32, x: usize, N: i32, counter: usize, D: i32, weights: usize, K: i32, out: usize, scratch: usize): void {
  const step = ROWS << 2;
  for (;;) {
    const from = atomic.add<i32>(counter, step);
    if (from >= N) return;
    const to = min(N, from + step);
    for (let r = from; r < to; r += ROWS) {
      const data = x + ((<usize>r * D) << (bytes ? 0 : 2));
      projectRows(bytes, data, min(ROWS, to - r), D, weights, K, out + ((<usize>r * K) << 2), scratch);
    }
  }
}

function projectRows(bytes: i32, x: usize, rows: i32, D: i32, weights: usize, K: i32, out: usize, scratch: usize): void {
  const ends = scratch + (<usize>(ROWS * D) << 3);
  const sums = ends + (ROWS << 2);
  for (let r = 0; r < rows; r++) {
    const list = scratch + ((<usize>r * D) << 3);
    store<usize>(ends + (<usize>r << 2), bytes ? listBytes(x + <usize>r * D, D, list) : listFloats(x + ((<usize>r * D) << 2), D, list));
  }
  const next = <usize>(D + 1) << 6;
  const panels = (K + 15) >> 4;
  let p = 0;
  while (p < panels) {
    const count = min(2, panels - p);
    const panel = weights + <usize>p * next;
    const start = panel + (<usize>D << 6);
    let sum = sums + (<usize>p << 6);
    for (let r = 0; r < rows; r++, sum += <usize>panels << 6) {
      const list = scratch + ((<usize>r * D) << 3);
      const end = load<usize>(ends + (<usize>r << 2));
      gatherPanels(count, list, end, panel, 64, next, start, next, sum, 64);
    }
    p += count;
  }
  const rowBytes = <usize>K << 2;
  for (let r = 0; r < rows; r++) memory.copy(out + <usize>r * rowBytes, sums + ((<usize>(r * panels)) << 6), rowBytes);
}

/** Lists the bytes that are not zero, in order, as offset of their weights in a panel and value; returns the list's end. */
function listBytes(row: usize, D: i32, list: usize): usize {
  let end = list;
  for (let j = 0; j < D; j += 16) {
    if (!v128.any_true(v128.load(row + j))) continue;
    const last = min(16, D - j);
    for (let i = 0; i < last; i++) {
      const value = <u32>load<u8>(row + j + i);
      store<u32>(end, <u32>(j + i) << 6);
      store<f32>(end, <f32>value, 4);
      end += value ? 8 : 0;
    }
  }
  return end;
}

function listFloats(row: usize, D: i32, list: usize): usize {
  let end = list;
  for (let j = 0; j < D; j++, end += 8) {
    store<u32>(end, j << 6);
    store<f32>(end, load<f32>(row + (<usize>j << 2)), 4);
  }
  return end;
}
