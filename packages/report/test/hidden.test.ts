import { describe, expect, it } from 'vitest';
import { rowsInMemory, type MatrixTable } from '@layerwise/contracts';
import { heldRows, readHidden, type ActivationRows } from '../src/data/hidden.js';
import type { Split } from '../src/data/experiment.js';

describe('activations that a report holds', () => {
  it.each([
    [55_000, [128, 64, 2], 55_000],
    [55_000, [2048], 16_384],
    [500_000, [2], 500_000],
  ])('of %i rows and layers of %j are those of %i', (rows, widths, held) => {
    expect(heldRows(rows, widths)).toBe(held);
  });

  it('are of evenly spaced rows where the layers are wide, with the rows they are of, and of all rows of a plane', async () => {
    const [rows, width] = [9, 1 << 23]; // four rows of 32 MB each would fit
    const plane = Float32Array.from({ length: rows * 2 }, (_, i) => i);
    const all: Split = {
      name: 'train',
      rows,
      id: Uint32Array.from({ length: rows }, (_, i) => 10 + i),
      label: new Uint16Array(rows),
      predicted: Uint16Array.from({ length: rows }, (_, i) => i),
      probabilities: new Float32Array(0),
    };
    const table: MatrixTable = { rows, columns: { hidden1: { data: plane, width: 2 } } };
    const opened = {
      ...rowsInMemory(table),
      columns: { hidden1: { dtype: 'float32', width: 2 }, hidden2: { dtype: 'float32', width } },
      read: async (name: string, from: number, to: number) =>
        name === 'hidden1' ? plane.subarray(2 * from, 2 * to) : new Float32Array((to - from) * width).fill(from),
    } as unknown as ActivationRows;
    const [whole, some] = await readHidden(opened, all);
    expect(whole).toMatchObject({ name: 'hidden1', rows, data: plane });
    expect(some).toMatchObject({ name: 'hidden2', rows: 4, id: Uint32Array.of(10, 12, 14, 16) });
    expect([0, 1, 2, 3].map((i) => some?.data[i * width])).toEqual([0, 2, 4, 6]);
  });
});
