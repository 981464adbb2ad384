/*
 * Exact k nearest neighbours (Euclidean). Rows are cut into tiles of TILE; pairs of rows are screened by a lower
 * bound of their distance, computed in whole numbers on the leading principal components; distances of the pairs
 * that pass are computed in float32 from all columns. No pair is lost: the screen allows for its rounding.
 */

/** Rows in a tile. */
const TILE: i32 = 64;
/** Above any distance that the whole-number screen can give. */
const FAR: i32 = 1 << 30;

/** out[r] = x[r] . weights for rows first..last-1; x: [N x D], weights: [D x m], out: [N x m] float32; m a multiple of 8. */
export function projectRows(x: usize, D: i32, weights: usize, m: i32, out: usize, first: i32, last: i32): void {
  for (let r = first; r < last; r++) {
    const row = x + <usize>r * D * 4;
    const target = out + <usize>r * m * 4;
    for (let k = 0; k < m; k += 8) {
      let a = f32x4.splat(0);
      let b = f32x4.splat(0);
      let w = weights + k * 4;
      for (let c = 0; c < D; c++) {
        const v = v128.load32_splat(row + c * 4);
        a = f32x4.add(a, f32x4.mul(v, v128.load(w)));
        b = f32x4.add(b, f32x4.mul(v, v128.load(w, 16)));
        w += m * 4;
      }
      v128.store(target + k * 4, a);
      v128.store(target + k * 4, b, 16);
    }
  }
}

/** Largest squared norm of the projected rows. */
export function largestNorm(projected: usize, m: i32, first: i32, last: i32): f32 {
  let largest: f32 = 0;
  for (let r = first; r < last; r++) {
    let sum: f32 = 0;
    for (let k = 0; k < m; k++) {
      const v = load<f32>(projected + (<usize>r * m + k) * 4);
      sum += v * v;
    }
    largest = max(largest, sum);
  }
  return largest;
}

/**
 * Quantises the projected rows of tiles first..last-1, taken in the order of `order`.
 * q: int16 [N' x m]; packed: the same for the other side of the product, 4 rows x 2 columns a vector;
 * norms: int32 [N'], FAR for padding; boxes: int32 [tiles x 2 x m], lowest then highest. N' = tiles * TILE.
 */
export function packTiles(
  projected: usize,
  order: usize,
  N: i32,
  m: i32,
  scale: f32,
  q: usize,
  packed: usize,
  norms: usize,
  boxes: usize,
  first: i32,
  last: i32,
): void {
  for (let t = first; t < last; t++) {
    const low = boxes + <usize>t * m * 8;
    const high = low + m * 4;
    for (let k = 0; k < m; k++) {
      store<i32>(low + k * 4, i32.MAX_VALUE);
      store<i32>(high + k * 4, i32.MIN_VALUE);
    }
    for (let i = 0; i < TILE; i++) {
      const r = t * TILE + i;
      const row = q + <usize>r * m * 2;
      const group = packed + (<usize>(r >> 2) * (m >> 1)) * 16 + (r & 3) * 4;
      let norm: i32 = 0;
      for (let k = 0; k < m; k++) {
        let v: i32 = 0;
        if (r < N) {
          v = <i32>nearest(load<f32>(projected + (<usize>load<u32>(order + r * 4) * m + k) * 4) * scale);
          store<i32>(low + k * 4, min(v, load<i32>(low + k * 4)));
          store<i32>(high + k * 4, max(v, load<i32>(high + k * 4)));
        }
        norm += v * v;
        store<i16>(row + k * 2, <i16>v);
        store<i16>(group + (k >> 1) * 16 + (k & 1) * 2, <i16>v);
      }
      store<i32>(norms + r * 4, r < N ? norm : FAR);
    }
  }
}

/** Squared distance of two rows of D float32, D a multiple of 8. */
@inline
function distance(a: usize, b: usize, D: i32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  const end = a + <usize>D * 4;
  while (a < end) {
    const d0 = f32x4.sub(v128.load(a), v128.load(b));
    const d1 = f32x4.sub(v128.load(a, 16), v128.load(b, 16));
    s0 = f32x4.add(s0, f32x4.mul(d0, d0));
    s1 = f32x4.add(s1, f32x4.mul(d1, d1));
    a += 32;
    b += 32;
  }
  const s = f32x4.add(s0, s1);
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 2) + (f32x4.extract_lane(s, 1) + f32x4.extract_lane(s, 3));
}

// What one thread needs while it searches; instances are not shared between threads.
let X: usize, Dim: i32, Q: usize, Packed: usize, Norms: usize, Boxes: usize, M: i32;
let K: i32, Cap: i32, Scale: f32, Slack: f32;
let Buffer: usize, Count: usize, Threshold: usize, Limit: usize, Order: usize;

/** Bytes of scratch that `search` needs. */
export function searchScratch(k: i32, tiles: i32): usize {
  return <usize>TILE * capacity(k) * 8 + TILE * 16 + <usize>tiles * 8 + 64;
}

@inline
function capacity(k: i32): i32 {
  return 2 * k + 64;
}

/**
 * Neighbours of the rows of tiles first..last-1. x: [N x D] float32 in tile order, D a multiple of 8;
 * scale: quantised = real * scale. Output, in tile order: index uint32 [N x k], squared distance float32 [N x k],
 * ascending; equal distances by position.
 */
export function search(
  x: usize,
  D: i32,
  q: usize,
  packed: usize,
  norms: usize,
  boxes: usize,
  m: i32,
  N: i32,
  k: i32,
  scale: f32,
  index: usize,
  squared: usize,
  scratch: usize,
  first: i32,
  last: i32,
): i32 {
  X = x; Dim = D; Q = q; Packed = packed; Norms = norms; Boxes = boxes; M = m;
  K = k; Cap = capacity(k); Scale = scale;
  // Each coordinate of a difference is off by at most 1 by rounding; 2 more for the projection in float32.
  Slack = sqrt<f32>(<f32>m) + 2;
  Buffer = (scratch + 15) & ~15;
  Threshold = Buffer + <usize>TILE * Cap * 8;
  Count = Threshold + TILE * 8;
  Limit = Count + TILE * 4;
  Order = Limit + TILE * 4;
  const tiles = (N + TILE - 1) / TILE;
  let screened = 0;
  for (let t = first; t < last; t++) screened += searchTile(t, tiles, N, index, squared);
  return screened;
}

/** Returns how many pairs of tiles were compared. */
function searchTile(t: i32, tiles: i32, N: i32, index: usize, squared: usize): i32 {
  const r0 = t * TILE;
  const rows = min(TILE, N - r0);
  for (let i = 0; i < TILE; i++) {
    store<i32>(Count + i * 4, 0);
    store<u64>(Threshold + i * 8, u64.MAX_VALUE);
    store<i32>(Limit + i * 4, i < rows ? FAR - load<i32>(Norms + (r0 + i) * 4) : i32.MIN_VALUE);
  }
  orderTiles(t, tiles);
  let compared = 0;
  for (let u = 0; u < tiles; u++) {
    const other = <i32>load<u32>(Order + u * 8);
    if (!withinReach(t, other, r0, rows)) continue;
    compared++;
    compareTiles(r0, other * TILE);
    for (let i = 0; i < rows; i++) if (load<i32>(Count + i * 4) >= K + (K >> 1)) tighten(i, r0);
  }
  for (let i = 0; i < rows; i++) {
    const keys = Buffer + <usize>i * Cap * 8;
    const count = load<i32>(Count + i * 4);
    if (count > K) select(keys, 0, count - 1, K - 1);
    sort(keys, 0, K - 1);
    const at = <usize>(r0 + i) * K * 4;
    for (let j = 0; j < K; j++) {
      const key = load<u64>(keys + j * 8);
      store<u32>(index + at + j * 4, <u32>key);
      store<u32>(squared + at + j * 4, <u32>(key >> 32));
    }
  }
  return compared;
}

/** All tiles by the distance of their boxes' centres from this one's, nearest first. */
function orderTiles(t: i32, tiles: i32): void {
  const a = Boxes + <usize>t * M * 8;
  for (let u = 0; u < tiles; u++) {
    const b = Boxes + <usize>u * M * 8;
    let sum: f32 = 0;
    for (let k: usize = 0; k < <usize>M * 4; k += 4) {
      const d = <f32>(load<i32>(a + k) + load<i32>(a + M * 4 + k) - load<i32>(b + k) - load<i32>(b + M * 4 + k));
      sum += d * d;
    }
    store<u64>(Order + u * 8, (<u64>reinterpret<u32>(sum) << 32) | <u64>u);
  }
  sort(Order, 0, tiles - 1);
}

/** Whether some pair of the two tiles' boxes can be near enough to matter to a row. */
function withinReach(t: i32, u: i32, r0: i32, rows: i32): bool {
  const a = Boxes + <usize>t * M * 8;
  const b = Boxes + <usize>u * M * 8;
  let gap: f32 = 0;
  for (let k: usize = 0; k < <usize>M * 4; k += 4) {
    const d = <f32>max(0, max(load<i32>(a + k) - load<i32>(b + M * 4 + k), load<i32>(b + k) - load<i32>(a + M * 4 + k)));
    gap += d * d;
  }
  let reach: i32 = 0;
  for (let i = 0; i < rows; i++) reach = max(reach, load<i32>(Limit + i * 4) + load<i32>(Norms + (r0 + i) * 4));
  return gap * 0.999 < <f32>reach;
}

/** Screens TILE x TILE pairs, 4 rows x 8 columns at a time. */
function compareTiles(r0: i32, c0: i32): void {
  const half = M >> 1;
  const stride = <usize>M * 2;
  for (let i = 0; i < TILE; i += 4) {
    const l0 = v128.load32_splat(Limit + i * 4);
    const l1 = v128.load32_splat(Limit + i * 4, 4);
    const l2 = v128.load32_splat(Limit + i * 4, 8);
    const l3 = v128.load32_splat(Limit + i * 4, 12);
    for (let j = 0; j < TILE; j += 8) {
      let q = Q + <usize>(r0 + i) * stride;
      let p = Packed + (<usize>((c0 + j) >> 2) * half) * 16;
      const step = <usize>half * 16;
      const end = q + stride;
      let a0 = i32x4.splat(0), a1 = i32x4.splat(0), a2 = i32x4.splat(0), a3 = i32x4.splat(0);
      let b0 = i32x4.splat(0), b1 = i32x4.splat(0), b2 = i32x4.splat(0), b3 = i32x4.splat(0);
      while (q < end) {
        const pa = v128.load(p);
        const pb = v128.load(p + step);
        const q0 = v128.load32_splat(q);
        a0 = i32x4.add(a0, i32x4.dot_i16x8_s(q0, pa));
        b0 = i32x4.add(b0, i32x4.dot_i16x8_s(q0, pb));
        const q1 = v128.load32_splat(q + stride);
        a1 = i32x4.add(a1, i32x4.dot_i16x8_s(q1, pa));
        b1 = i32x4.add(b1, i32x4.dot_i16x8_s(q1, pb));
        const q2 = v128.load32_splat(q + stride * 2);
        a2 = i32x4.add(a2, i32x4.dot_i16x8_s(q2, pa));
        b2 = i32x4.add(b2, i32x4.dot_i16x8_s(q2, pb));
        const q3 = v128.load32_splat(q + stride * 3);
        a3 = i32x4.add(a3, i32x4.dot_i16x8_s(q3, pa));
        b3 = i32x4.add(b3, i32x4.dot_i16x8_s(q3, pb));
        q += 4;
        p += 16;
      }
      const na = v128.load(Norms + (c0 + j) * 4);
      const nb = v128.load(Norms + (c0 + j) * 4, 16);
      const m0 = passing(a0, b0, na, nb, l0);
      const m1 = passing(a1, b1, na, nb, l1);
      const m2 = passing(a2, b2, na, nb, l2);
      const m3 = passing(a3, b3, na, nb, l3);
      if (m0) consider(m0, i, r0, c0 + j);
      if (m1) consider(m1, i + 1, r0, c0 + j);
      if (m2) consider(m2, i + 2, r0, c0 + j);
      if (m3) consider(m3, i + 3, r0, c0 + j);
    }
  }
}

/** One bit for each of 8 columns whose bound, column norm - 2 product, is below the row's limit. */
@inline
function passing(a: v128, b: v128, na: v128, nb: v128, limit: v128): i32 {
  const ga = i32x4.lt_s(i32x4.sub(na, i32x4.shl(a, 1)), limit);
  const gb = i32x4.lt_s(i32x4.sub(nb, i32x4.shl(b, 1)), limit);
  return i32x4.bitmask(ga) | (i32x4.bitmask(gb) << 4);
}

/** Computes the distances of the columns in `mask` from row i of the tile and keeps those below its threshold. */
function consider(mask: i32, i: i32, r0: i32, c0: i32): void {
  const row = X + <usize>(r0 + i) * Dim * 4;
  while (mask) {
    const c = c0 + ctz(mask);
    mask &= mask - 1;
    if (c === r0 + i) continue;
    const d = distance(row, X + <usize>c * Dim * 4, Dim);
    const key = (<u64>reinterpret<u32>(d) << 32) | <u64>c;
    if (key >= load<u64>(Threshold + i * 8)) continue;
    const count = load<i32>(Count + i * 4);
    store<u64>(Buffer + (<usize>i * Cap + count) * 8, key);
    store<i32>(Count + i * 4, count + 1);
    if (count + 1 === Cap) tighten(i, r0);
  }
}

/** Keeps the K best of row i and lowers its threshold and limit. */
function tighten(i: i32, r0: i32): void {
  const keys = Buffer + <usize>i * Cap * 8;
  const count = load<i32>(Count + i * 4);
  if (count <= K) return;
  select(keys, 0, count - 1, K - 1);
  const worst = load<u64>(keys + (K - 1) * 8);
  store<i32>(Count + i * 4, K);
  store<u64>(Threshold + i * 8, worst);
  const reach = sqrt<f32>(reinterpret<f32>(<u32>(worst >> 32))) * Scale + Slack;
  const square = min<f32>(reach * reach * 1.0001, <f32>FAR);
  store<i32>(Limit + i * 4, <i32>min<i64>(<i64>square + 1, FAR) - load<i32>(Norms + (r0 + i) * 4));
}

/** Moves the keys so that key n is the one that sorting would put there, smaller ones before it (Hoare's selection). */
function select(keys: usize, low: i32, high: i32, n: i32): void {
  while (low < high) {
    const pivot = median(keys, low, high);
    let i = low;
    let j = high;
    while (i <= j) {
      while (load<u64>(keys + i * 8) < pivot) i++;
      while (load<u64>(keys + j * 8) > pivot) j--;
      if (i <= j) {
        swap(keys, i, j);
        i++;
        j--;
      }
    }
    if (n <= j) high = j;
    else if (n >= i) low = i;
    else return;
  }
}

/** Ascending: quicksort down to short runs, then insertion. */
function sort(keys: usize, low: i32, high: i32): void {
  while (high - low > 16) {
    const pivot = median(keys, low, high);
    let i = low;
    let j = high;
    while (i <= j) {
      while (load<u64>(keys + i * 8) < pivot) i++;
      while (load<u64>(keys + j * 8) > pivot) j--;
      if (i <= j) {
        swap(keys, i, j);
        i++;
        j--;
      }
    }
    if (j - low < high - i) {
      sort(keys, low, j);
      low = i;
    } else {
      sort(keys, i, high);
      high = j;
    }
  }
  for (let i = low + 1; i <= high; i++) {
    const key = load<u64>(keys + i * 8);
    let j = i - 1;
    while (j >= low && load<u64>(keys + j * 8) > key) {
      store<u64>(keys + (j + 1) * 8, load<u64>(keys + j * 8));
      j--;
    }
    store<u64>(keys + (j + 1) * 8, key);
  }
}

@inline
function median(keys: usize, low: i32, high: i32): u64 {
  const a = load<u64>(keys + low * 8);
  const b = load<u64>(keys + ((low + high) >> 1) * 8);
  const c = load<u64>(keys + high * 8);
  return max(min(a, b), min(max(a, b), c));
}

@inline
function swap(keys: usize, i: i32, j: i32): void {
  const held = load<u64>(keys + i * 8);
  store<u64>(keys + i * 8, load<u64>(keys + j * 8));
  store<u64>(keys + j * 8, held);
}
