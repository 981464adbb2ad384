// Projection of rows on components: out[r][k] = start[k] + sum over j of x[r][j] weights[j][k], in float32,
// columns in order, zeros of byte rows left out.

/**
 * Rows of x, uint8[N][D] or float32[N][D] as `bytes` says: whichever `step` of them are next by the shared counter (int32), until none
 * are left. weights float32[D][ld], start float32[ld], ld a multiple of 16; out float32[N][K]. scratch: D * 8 + ld * 4 bytes.
 */
export function projectShare(bytes: i32, x: usize, N: i32, step: i32, counter: usize, D: i32, weights: usize, start: usize, ld: i32, K: i32, out: usize, scratch: usize): void {
  const result = scratch + (<usize>D << 3);
  for (;;) {
    const from = atomic.add<i32>(counter, step);
    if (from >= N) return;
    const to = min(N, from + step);
    for (let r = from; r < to; r++) {
      const end = bytes ? listBytes(x + <usize>r * D, D, ld, scratch) : listFloats(x + ((<usize>r * D) << 2), D, ld, scratch);
      projectRow(scratch, end, weights, start, ld, result);
      memory.copy(out + ((<usize>r * K) << 2), result, <usize>K << 2);
    }
  }
}

/** Lists the bytes that are not zero, in order, as value and offset of their weights; returns the end of the list. */
function listBytes(row: usize, D: i32, ld: i32, list: usize): usize {
  let end = list;
  let j = 0;
  for (; j + 8 <= D; j += 8) {
    let eight = load<u64>(row + j);
    while (eight) {
      const shift = ctz(eight) & 56;
      end = listOne(end, <f32>(<u32>(eight >> shift) & 255), j + <i32>(shift >> 3), ld);
      eight &= ~(<u64>255 << shift);
    }
  }
  for (; j < D; j++) {
    const value = load<u8>(row + j);
    if (value) end = listOne(end, <f32>value, j, ld);
  }
  return end;
}

function listFloats(row: usize, D: i32, ld: i32, list: usize): usize {
  let end = list;
  for (let j = 0; j < D; j++) end = listOne(end, load<f32>(row + (<usize>j << 2)), j, ld);
  return end;
}

@inline
function listOne(end: usize, value: f32, j: i32, ld: i32): usize {
  store<f32>(end, value);
  store<u32>(end, (<u32>j * ld) << 2, 4);
  return end + 8;
}

function projectRow(list: usize, end: usize, weights: usize, start: usize, ld: i32, result: usize): void {
  const bytes = <usize>ld << 2;
  let k: usize = 0;
  for (; k + 128 <= bytes; k += 128) project32(list, end, weights + k, start + k, result + k);
  if (k < bytes) project16(list, end, weights + k, start + k, result + k);
}

/** 32 components: eight sums under way hide the latency of the additions. */
function project32(list: usize, end: usize, block: usize, start: usize, result: usize): void {
  let s0 = v128.load(start), s1 = v128.load(start, 16), s2 = v128.load(start, 32), s3 = v128.load(start, 48);
  let s4 = v128.load(start, 64), s5 = v128.load(start, 80), s6 = v128.load(start, 96), s7 = v128.load(start, 112);
  for (let entry = list; entry < end; entry += 8) {
    const value = v128.load32_splat(entry);
    const w = block + load<u32>(entry, 4);
    s0 = f32x4.add(s0, f32x4.mul(value, v128.load(w)));
    s1 = f32x4.add(s1, f32x4.mul(value, v128.load(w, 16)));
    s2 = f32x4.add(s2, f32x4.mul(value, v128.load(w, 32)));
    s3 = f32x4.add(s3, f32x4.mul(value, v128.load(w, 48)));
    s4 = f32x4.add(s4, f32x4.mul(value, v128.load(w, 64)));
    s5 = f32x4.add(s5, f32x4.mul(value, v128.load(w, 80)));
    s6 = f32x4.add(s6, f32x4.mul(value, v128.load(w, 96)));
    s7 = f32x4.add(s7, f32x4.mul(value, v128.load(w, 112)));
  }
  v128.store(result, s0);
  v128.store(result, s1, 16);
  v128.store(result, s2, 32);
  v128.store(result, s3, 48);
  v128.store(result, s4, 64);
  v128.store(result, s5, 80);
  v128.store(result, s6, 96);
  v128.store(result, s7, 112);
}

function project16(list: usize, end: usize, block: usize, start: usize, result: usize): void {
  let s0 = v128.load(start), s1 = v128.load(start, 16), s2 = v128.load(start, 32), s3 = v128.load(start, 48);
  for (let entry = list; entry < end; entry += 8) {
    const value = v128.load32_splat(entry);
    const w = block + load<u32>(entry, 4);
    s0 = f32x4.add(s0, f32x4.mul(value, v128.load(w)));
    s1 = f32x4.add(s1, f32x4.mul(value, v128.load(w, 16)));
    s2 = f32x4.add(s2, f32x4.mul(value, v128.load(w, 32)));
    s3 = f32x4.add(s3, f32x4.mul(value, v128.load(w, 48)));
  }
  v128.store(result, s0);
  v128.store(result, s1, 16);
  v128.store(result, s2, 32);
  v128.store(result, s3, 48);
}
