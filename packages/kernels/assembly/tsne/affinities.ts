/* From squared distances of neighbours to the joint probabilities of t-SNE (van der Maaten and Hinton 2008). */

/**
 * Turns squared distances into conditional probabilities p(j|i), in place: per row exp(-beta d), with beta such that
 * the entropy is log(perplexity), found by Newton steps on log(beta) kept inside a bracket. values: float32 [N x k].
 */
export function conditional(values: usize, k: i32, perplexity: f64, first: i32, last: i32): void {
  const target = Math.log(perplexity);
  for (let i = first; i < last; i++) row(values + <usize>i * k * 4, k, target);
}

function row(at: usize, k: i32, target: f64): void {
  const nearest = <f64>load<f32>(at);
  let mean: f64 = 0;
  for (let j = 0; j < k; j++) mean += <f64>load<f32>(at + j * 4) - nearest;
  mean /= <f64>k;
  let beta = mean > 0 ? 1.0 / mean : 1.0;
  let low: f64 = 0;
  let high: f64 = Infinity;
  for (let round = 0; round < 100; round++) {
    let sum: f64 = 0, first: f64 = 0, second: f64 = 0;
    for (let j = 0; j < k; j++) {
      const d = <f64>load<f32>(at + j * 4) - nearest;
      const w = Math.exp(-beta * d);
      sum += w;
      first += w * d;
      second += w * d * d;
    }
    const e = first / sum;
    const excess = Math.log(sum) + beta * e - target;
    if (abs(excess) < 1e-9) break;
    if (excess > 0) low = beta;
    else high = beta;
    const slope = beta * beta * (second / sum - e * e);
    let next = slope > 0 ? beta * Math.exp(max(-2.0, min(2.0, excess / slope))) : beta * (excess > 0 ? 4.0 : 0.25);
    if (!(next > low && next < high)) next = high === Infinity ? low * 4 : 0.5 * (low + high);
    if (next === beta || next > 1e300) break;
    beta = next;
  }
  let total: f64 = 0;
  for (let j = 0; j < k; j++) total += Math.exp(-beta * (<f64>load<f32>(at + j * 4) - nearest));
  for (let j = 0; j < k; j++) store<f32>(at + j * 4, <f32>(Math.exp(-beta * (<f64>load<f32>(at + j * 4) - nearest)) / total));
}

/** Lists, for each row, the entries of `index` that name it. start: uint32 [N + 1], entries: uint32 [N x k], ascending within a row. */
export function transpose(index: usize, N: i32, k: i32, start: usize, entries: usize): void {
  memory.fill(start, 0, (<usize>N + 1) * 4);
  const total = <u32>N * k;
  for (let e: u32 = 0; e < total; e++) {
    const at = start + <usize>load<u32>(index + <usize>e * 4) * 4;
    store<u32>(at, load<u32>(at) + 1);
  }
  let sum: u32 = 0;
  for (let i = 0; i <= N; i++) {
    const count = load<u32>(start + i * 4);
    store<u32>(start + i * 4, sum);
    sum += count;
  }
  for (let e: u32 = 0; e < total; e++) {
    const at = start + <usize>load<u32>(index + <usize>e * 4) * 4;
    const slot = load<u32>(at);
    store<u32>(entries + <usize>slot * 4, e);
    store<u32>(at, slot + 1);
  }
  for (let i = N; i > 0; i--) store<u32>(start + i * 4, load<u32>(start + (i - 1) * 4));
  store<u32>(start, 0);
}

/** Entries of rows first..last-1 of the symmetric matrix, rounded up to a multiple of 4; sizes: uint32 [N]; mark: uint32 [N], all zero before and after. */
export function rowSizes(index: usize, k: i32, start: usize, entries: usize, sizes: usize, mark: usize, first: i32, last: i32): void {
  for (let i = first; i < last; i++) {
    const own = index + <usize>i * k * 4;
    for (let j = 0; j < k; j++) store<u32>(mark + <usize>load<u32>(own + j * 4) * 4, 1);
    let size = k;
    for (let s = load<u32>(start + i * 4); s < load<u32>(start + i * 4, 4); s++) {
      const from = load<u32>(entries + <usize>s * 4) / k;
      if (load<u32>(mark + <usize>from * 4) === 0) size++;
    }
    for (let j = 0; j < k; j++) store<u32>(mark + <usize>load<u32>(own + j * 4) * 4, 0);
    store<u32>(sizes + i * 4, (size + 3) & ~3);
  }
}

/** rowStart: uint32 [N + 1] from the sizes; may be the same array shifted. Returns the number of entries. */
export function rowStarts(sizes: usize, N: i32, rowStart: usize): u32 {
  let sum: u32 = 0;
  for (let i = 0; i < N; i++) {
    const size = load<u32>(sizes + i * 4);
    store<u32>(rowStart + i * 4, sum);
    sum += size;
  }
  store<u32>(rowStart + N * 4, sum);
  return sum;
}

/**
 * p(ij) = (p(j|i) + p(i|j)) / 2N of rows first..last-1: columns uint32 and p float32, from rowStart[i]; own neighbours first, then
 * the others by row; filled up with entries (i, 0).
 */
export function joint(
  index: usize,
  conditionals: usize,
  N: i32,
  k: i32,
  start: usize,
  entries: usize,
  rowStart: usize,
  columns: usize,
  p: usize,
  mark: usize,
  first: i32,
  last: i32,
): void {
  const factor = 0.5 / <f64>N;
  for (let i = first; i < last; i++) {
    const own = index + <usize>i * k * 4;
    const begin = load<u32>(rowStart + i * 4);
    let at = begin;
    for (let j = 0; j < k; j++) {
      const c = load<u32>(own + j * 4);
      store<u32>(columns + <usize>at * 4, c);
      store<f32>(p + <usize>at * 4, <f32>(<f64>load<f32>(conditionals + (<usize>i * k + j) * 4) * factor));
      store<u32>(mark + <usize>c * 4, at - begin + 1);
      at++;
    }
    for (let s = load<u32>(start + i * 4); s < load<u32>(start + i * 4, 4); s++) {
      const e = load<u32>(entries + <usize>s * 4);
      const from = e / k;
      const value = <f32>(<f64>load<f32>(conditionals + <usize>e * 4) * factor);
      const known = load<u32>(mark + <usize>from * 4);
      if (known) {
        const slot = p + <usize>(begin + known - 1) * 4;
        store<f32>(slot, load<f32>(slot) + value);
      } else {
        store<u32>(columns + <usize>at * 4, from);
        store<f32>(p + <usize>at * 4, value);
        at++;
      }
    }
    for (const end = load<u32>(rowStart + i * 4, 4); at < end; at++) {
      store<u32>(columns + <usize>at * 4, i);
      store<f32>(p + <usize>at * 4, 0);
    }
    for (let j = 0; j < k; j++) store<u32>(mark + <usize>load<u32>(own + j * 4) * 4, 0);
  }
}
