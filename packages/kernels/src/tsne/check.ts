import type { Matrix } from './components.js';

/** @throws RangeError when the matrix is empty, of the wrong length, or holds a number that is not finite */
export function checkMatrix({ data, rows, width }: Matrix): void {
  if (!Number.isInteger(rows) || rows < 1) throw new RangeError(`the number of rows must be at least 1, got ${rows}`);
  if (!Number.isInteger(width) || width < 1) throw new RangeError(`the number of columns must be at least 1, got ${width}`);
  if (data.length !== rows * width) throw new RangeError(`a matrix of ${rows} rows and ${width} columns needs ${rows * width} numbers, got ${data.length}`);
  if (data instanceof Uint8Array) return;
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) throw new RangeError(`every number must be finite, got ${data[i]} in row ${Math.floor(i / width)}, column ${i % width}; remove or replace it`);
  }
}
