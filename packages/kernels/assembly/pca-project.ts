// Projection of rows on components: out[r][k] = start[k] + sum over j of x[r][j] weights[j][k], in float32,
// columns in order, zeros of byte rows left out.

/**
 * Rows [from, to) of x (uint8[N][D]); weights float32[D][ld], start float32[ld], ld a multiple of 16; out float32[N][K].
 * scratch: D * 8 + ld * 4 bytes.
 */
export function projectBytes(x: usize, from: i32, to: i32, D: i32, weights: usize, start: usize, ld: i32, K: i32, out: usize, scratch: usize): void {
  const result = scratch + (<usize>D << 3);
  for (let r = from; r < to; r++) {
    const row = x + <usize>r * D;
    let end = scratch;
    for (let j = 0; j < D; j++) {
      const value = load<u8>(row + j);
      store<f32>(end, <f32>value);
      store<u32>(end, (<u32>j * ld) << 2, 4);
      end += value ? 8 : 0;
    }
    projectRow(scratch, end, weights, start, ld, result);
    memory.copy(out + ((<usize>r * K) << 2), result, <usize>K << 2);
  }
}

/** As projectBytes for x float32[N][D]. */
export function projectFloats(x: usize, from: i32, to: i32, D: i32, weights: usize, start: usize, ld: i32, K: i32, out: usize, scratch: usize): void {
  const result = scratch + (<usize>D << 3);
  for (let r = from; r < to; r++) {
    const row = x + ((<usize>r * D) << 2);
    for (let j = 0; j < D; j++) {
      const entry = scratch + (<usize>j << 3);
      store<f32>(entry, load<f32>(row + (<usize>j << 2)));
      store<u32>(entry, (<u32>j * ld) << 2, 4);
    }
    projectRow(scratch, result, weights, start, ld, result);
    memory.copy(out + ((<usize>r * K) << 2), result, <usize>K << 2);
  }
}

function projectRow(list: usize, end: usize, weights: usize, start: usize, ld: i32, result: usize): void {
  for (let k: usize = 0; k < <usize>ld << 2; k += 64) {
    let s0 = v128.load(start + k), s1 = v128.load(start + k, 16), s2 = v128.load(start + k, 32), s3 = v128.load(start + k, 48);
    const block = weights + k;
    for (let entry = list; entry < end; entry += 8) {
      const value = v128.load32_splat(entry);
      const w = block + load<u32>(entry, 4);
      s0 = f32x4.add(s0, f32x4.mul(value, v128.load(w)));
      s1 = f32x4.add(s1, f32x4.mul(value, v128.load(w, 16)));
      s2 = f32x4.add(s2, f32x4.mul(value, v128.load(w, 32)));
      s3 = f32x4.add(s3, f32x4.mul(value, v128.load(w, 48)));
    }
    v128.store(result + k, s0);
    v128.store(result + k, s1, 16);
    v128.store(result + k, s2, 32);
    v128.store(result + k, s3, 48);
  }
}
