/** Value used in computation = stored value * factor + offset; numbers, or one per column. */
export interface Affine {
  readonly factor: number | readonly number[];
  readonly offset: number | readonly number[];
}

/** Factor of a column. */
export function factorOf({ factor }: Affine, column: number): number {
  return typeof factor === 'number' ? factor : factor[column];
}

/** Offset of a column. */
export function offsetOf({ offset }: Affine, column: number): number {
  return typeof offset === 'number' ? offset : offset[column];
}

/** The map written out for D columns: factor and offset float64[D]. */
export function perColumn(
  affine: Affine,
  columns: number,
): { readonly factor: Float64Array; readonly offset: Float64Array } {
  return {
    factor: Float64Array.from({ length: columns }, (_, j) => factorOf(affine, j)),
    offset: Float64Array.from({ length: columns }, (_, j) => offsetOf(affine, j)),
  };
}

/** The map of some of the columns, in their order. */
export function selectAffine({ factor, offset }: Affine, columns: readonly number[]): Affine {
  const pick = (value: number | readonly number[]): number | readonly number[] =>
    typeof value === 'number' ? value : columns.map((j) => value[j]);
  return { factor: pick(factor), offset: pick(offset) };
}

/** Whether the map changes nothing. */
export function isIdentity({ factor, offset }: Affine): boolean {
  return [factor].flat().every((value) => value === 1) && [offset].flat().every((value) => value === 0);
}

/** Whether it is a map of finite numbers: one factor and one offset, or one for each column. */
export function isAffine(value: unknown, columns: number): value is Affine {
  const parts = value !== null && typeof value === 'object' ? (value as Partial<Affine>) : {};
  return [parts.factor, parts.offset].every((part) =>
    Array.isArray(part) ? part.length === columns && part.every(Number.isFinite) : Number.isFinite(part),
  );
}
