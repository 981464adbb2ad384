import { describe, expect, it } from 'vitest';
import { gather, heldCount } from '../src/gather.js';

describe('rows that are held', () => {
  it.each([
    ['train', 55_000, 784 + 4 * 300 + 80, 55_000],
    ['train', 55_000, 784 + 4 * 4096 + 80, 7_781],
    ['test', 10_000, 784 + 4 * 4096 + 80, 3_890],
    ['test', 10, 1e12, 1],
    ['validation', 0, 100, 0],
  ] as const)('of %s, %i rows of %i bytes, are %i', (split, rows, bytes, held) => {
    expect(heldCount(split, rows, bytes)).toBe(held);
  });

  it('are the chosen ones in their order, from blocks that overwrite one another', async () => {
    const [rows, width] = [9000, 300];
    const value = (row: number, column: number): number => row * 7 + column;
    const block = new Float32Array(rows * width);
    let most = 0;
    const read = async (from: number, to: number): Promise<Float32Array> => {
      most = Math.max(most, to - from);
      for (let r = from; r < to; r++) for (let c = 0; c < width; c++) block[(r - from) * width + c] = value(r, c);
      return block.subarray(0, (to - from) * width);
    };
    const chosen = Uint32Array.from([0, 1, 17, 4000, 4001, 8998, 8999]);
    const into = new Float32Array(chosen.length * width);
    await gather(read, width, chosen, into);
    expect([...into]).toEqual([...chosen].flatMap((row) => Array.from({ length: width }, (_, c) => value(row, c))));
    expect(most).toBeLessThan(rows);
  });
});
