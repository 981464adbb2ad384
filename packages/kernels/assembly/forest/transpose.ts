/** columns[j][r] = rows[r][j] for bytes, r in [from, to): N x D to D x N, in blocks that stay in the cache. */
export function transposeBytes(rows: usize, from: u32, to: u32, N: u32, D: u32, columns: usize): void {
  for (let r0 = from; r0 < to; r0 += 64) {
    const r1 = min(r0 + 64, to);
    for (let j = <u32>0; j < D; j++) {
      let source = rows + <usize>r0 * D + j;
      let target = columns + <usize>j * N + r0;
      for (let r = r0; r < r1; r++, source += D, target++) store<u8>(target, load<u8>(source));
    }
  }
}
