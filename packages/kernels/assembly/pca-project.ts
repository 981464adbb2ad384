// Projection of rows on components: out[r][k] = start[k] + sum over j of x[r][j] weights[j][k], in float32,
// columns in order, zeros of byte rows left out.
//
// 32 rows are listed at once; then 32 components and 256 columns at a time, whose weights fit in the first-level cache.

const ROWS: i32 = 32;
const COLUMNS: i32 = 256;

/**
 * Rows of x, uint8[N][D] or float32[N][D] as `bytes` says: whichever 128 of them are next by the shared counter (int32), until none
 * are left. weights float32[D][ld], start float32[ld], ld a multiple of 16; out float32[N][K]. x may be read up to 16 bytes past its end.
 * scratch: 32 * (8 * D + 4 * ld + 4 * (D / 256 + 2)) + 128 bytes.
 */
export function projectShare(bytes: i32, x: usize, N: i32, counter: usize, D: i32, weights: usize, start: usize, ld: i32, K: i32, out: usize, scratch: usize): void {
  const step = ROWS << 2;
  for (;;) {
    const from = atomic.add<i32>(counter, step);
    if (from >= N) return;
    const to = min(N, from + step);
    for (let r = from; r < to; r += ROWS) {
      const data = x + ((<usize>r * D) << (bytes ? 0 : 2));
      projectRows(bytes, data, min(ROWS, to - r), D, weights, start, ld, K, out + ((<usize>r * K) << 2), scratch);
    }
  }
}

function projectRows(bytes: i32, x: usize, rows: i32, D: i32, weights: usize, start: usize, ld: i32, K: i32, out: usize, scratch: usize): void {
  const cuts = <usize>((D + COLUMNS - 1) / COLUMNS);
  const result = scratch + (<usize>(ROWS * D) << 3);
  const edges = result + (<usize>(ROWS * ld) << 2);
  const rowBytes = <usize>ld << 2;
  for (let r = 0; r < rows; r++) {
    const edge = edges + <usize>r * ((cuts + 1) << 2);
    const list = scratch + ((<usize>r * D) << 3);
    if (bytes) listBytes(x + <usize>r * D, D, rowBytes, list, edge);
    else listFloats(x + ((<usize>r * D) << 2), D, rowBytes, list, edge);
    memory.copy(result + <usize>r * rowBytes, start, rowBytes);
  }
  for (let k: usize = 0; k < rowBytes; k += 64) {
    for (let cut: usize = 0; cut < cuts; cut++) {
      let edge = edges + (cut << 2);
      let sums = result + k;
      for (let r = 0; r < rows; r++, edge += (cuts + 1) << 2, sums += rowBytes) {
        project16(load<usize>(edge), load<usize>(edge, 4), weights + k, sums);
      }
    }
  }
  for (let r = 0; r < rows; r++) memory.copy(out + ((<usize>r * K) << 2), result + <usize>r * rowBytes, <usize>K << 2);
}

/** Lists the bytes that are not zero, in order, as value and offset of their weights, and where each 256 columns begin. */
function listBytes(row: usize, D: i32, rowBytes: usize, list: usize, edges: usize): void {
  let end = list;
  let edge = edges;
  for (let j = 0; j < D; j += 16) {
    if ((j & (COLUMNS - 1)) == 0) {
      store<usize>(edge, end);
      edge += 4;
    }
    if (!v128.any_true(v128.load(row + j))) continue;
    const last = min(16, D - j);
    let offset = <usize>j * rowBytes;
    for (let i = 0; i < last; i++, offset += rowBytes) {
      const value = <u32>load<u8>(row + j + i);
      store<f32>(end, <f32>value);
      store<usize>(end, offset, 4);
      end += value ? 8 : 0;
    }
  }
  store<usize>(edge, end);
}

function listFloats(row: usize, D: i32, rowBytes: usize, list: usize, edges: usize): void {
  let end = list;
  let edge = edges;
  let offset: usize = 0;
  for (let j = 0; j < D; j++, end += 8, offset += rowBytes) {
    if ((j & (COLUMNS - 1)) == 0) {
      store<usize>(edge, end);
      edge += 4;
    }
    store<f32>(end, load<f32>(row + (<usize>j << 2)));
    store<usize>(end, offset, 4);
  }
  store<usize>(edge, end);
}

/** Adds the entries of a list to the sums of 16 components. */
function project16(list: usize, end: usize, block: usize, sums: usize): void {
  let s0 = v128.load(sums), s1 = v128.load(sums, 16), s2 = v128.load(sums, 32), s3 = v128.load(sums, 48);
  for (let entry = list; entry < end; entry += 8) {
    const value = v128.load32_splat(entry);
    const w = block + load<usize>(entry, 4);
    s0 = f32x4.add(s0, f32x4.mul(value, v128.load(w)));
    s1 = f32x4.add(s1, f32x4.mul(value, v128.load(w, 16)));
    s2 = f32x4.add(s2, f32x4.mul(value, v128.load(w, 32)));
    s3 = f32x4.add(s3, f32x4.mul(value, v128.load(w, 48)));
  }
  v128.store(sums, s0);
  v128.store(sums, s1, 16);
  v128.store(sums, s2, 32);
  v128.store(sums, s3, 48);
}
