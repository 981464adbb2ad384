import type { LabelledMatrix } from '@layerwise/kernels/forest';

/** The 24 high bits of a 32-bit linear congruential generator, as goldens/pca-forest.py draws them. */
export function words(n: number, state: number): Uint32Array {
  return Uint32Array.from({ length: n }, () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8);
}

/** The bytes of goldens/pca-forest.py: class and column set the level, with noise. */
export function madeBytes(
  rows: number,
  columns: number,
  classes: number,
  state: number,
): LabelledMatrix & { readonly data: Uint8Array } {
  const labels = Uint16Array.from(words(rows, state + 1), (word) => word % classes);
  const noise = words(rows * columns, state);
  const data = Uint8Array.from(
    noise,
    (word, i) => (word % 90) + ((labels[Math.floor(i / columns)]! * ((i % columns) % 5) * 9) % 160),
  );
  return { data, rows, columns, labels, classes };
}

/** Its float32 companion: scaled, with noise below one unit. */
export function madeFloats(
  rows: number,
  columns: number,
  classes: number,
  state: number,
): LabelledMatrix & { readonly data: Float32Array } {
  const bytes = madeBytes(rows, columns, classes, state);
  const noise = words(bytes.data.length, 99);
  const factor = Math.fround(0.37);
  return {
    ...bytes,
    data: Float32Array.from(bytes.data, (value, i) =>
      Math.fround(Math.fround(value * factor) + Math.fround(noise[i]! / 2 ** 24)),
    ),
  };
}

/** The largest absolute difference of two equally long lists. */
export function maxDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i++) if (!(Math.abs(a[i]! - b[i]!) <= worst)) worst = Math.abs(a[i]! - b[i]!);
  return worst;
}
