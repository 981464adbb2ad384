import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const { compiled, lanes } = (await import(`${import.meta.dirname}/../bench/native/compiler.mjs`)) as {
  compiled: (count: number) => string;
  lanes: () => number[];
};

/** Sparse images of two classes, told apart by the half that is lit. */
function writeImages(folder: string, split: string, rows: number): void {
  const images = new Uint8Array(rows * 784);
  const labels = Uint8Array.from({ length: rows }, (_, row) => row % 2);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < 120; k++) {
      const pixel = (row * 7 + k * k * 3) % 392;
      images[row * 784 + labels[row] * 392 + pixel] = 1 + ((row * 31 + k * 17) % 255);
    }
  writeFileSync(join(folder, `${split}-images.u8`), images);
  writeFileSync(join(folder, `${split}-labels.u8`), labels);
}

describe.skipIf(lanes().length === 0)('the native prototype', () => {
  const folder = mkdtempSync(join(tmpdir(), 'native-'));
  beforeAll(() => {
    writeImages(folder, 'train', 1440);
    writeImages(folder, 'test', 200);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('learns, and gives the same weights for every number of lanes and threads', () => {
    const programs = [lanes()[0], lanes().at(-1)!].map(compiled);
    for (const net of ['exp3', 'ex4']) {
      const runs = programs.flatMap((program) =>
        ['1', '2'].map((threads) =>
          JSON.parse(execFileSync(program, [folder, net, threads, '4'], { encoding: 'utf8' })),
        ),
      ) as { hash: string; accuracy: number }[];
      expect(new Set(runs.map(({ hash }) => hash)).size).toBe(1);
      expect(runs[0].accuracy).toBeGreaterThan(0.95);
    }
  });
});
