import { Random } from './random.js';

/** Row numbers, each ascending; together all rows. */
export interface HeldOut {
  readonly kept: Uint32Array;
  readonly held: Uint32Array;
}

/**
 * Holds out a share of the rows of each class (stratified sampling without replacement): of n rows round(n x share),
 * but at least one and at most n - 1 where n >= 2, none where n < 2. Rows of a class are shuffled (Fisher-Yates), the
 * first are held out; classes are dealt with in the order of their indices.
 *
 * @param labels uint16[N]: class indices below `classes`
 * @param share above 0, below 1
 * @param seed uint32[4], not all zero
 */
export function holdOut(labels: Uint16Array, classes: number, share: number, seed: Uint32Array): HeldOut {
  if (!(share > 0 && share < 1)) throw new RangeError(`share must be in (0, 1), got ${share}`);
  const random = new Random(seed);
  const rows: number[][] = Array.from({ length: classes }, () => []);
  labels.forEach((label, row) => {
    const own = rows[label];
    if (!own) throw new RangeError(`labels must be below ${classes}, got ${label} in row ${row}`);
    own.push(row);
  });
  const held = new Uint8Array(labels.length);
  for (const own of rows) {
    const count = own.length < 2 ? 0 : Math.min(own.length - 1, Math.max(1, Math.round(own.length * share)));
    random.shuffle(own);
    for (const row of own.slice(0, count)) held[row] = 1;
  }
  const all = Uint32Array.from(labels, (_, row) => row);
  return { kept: all.filter((row) => held[row] === 0), held: all.filter((row) => held[row] === 1) };
}
