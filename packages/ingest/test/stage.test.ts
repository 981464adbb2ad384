import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { check, column, type DatasetInfo, type Places } from '@layerwise/contracts';
import { runInMemory, type MemoryArtifact } from '@layerwise/conformance';
import { MNIST_FILES, stage } from '@layerwise/ingest';
import { describe, expect, it } from 'vitest';
import { idxBytes, temporaryFolder } from './files.js';

const NOWHERE = ['http://127.0.0.1:9/mnist'];

/** Four small files as MNIST names them: `train` and 2 test images. */
function writeFiles(
  folder: string,
  train: number,
  options: { side?: number; packed?: boolean; label?: number; skip?: string } = {},
): void {
  const { side = 28, packed = true, label = 3, skip } = options;
  mkdirSync(folder, { recursive: true });
  for (const { name, split, content } of MNIST_FILES) {
    if (name === skip) continue;
    const rows = split === 'train' ? train : 2;
    const bytes =
      content === 'images'
        ? idxBytes([rows, side, side], new Uint8Array(rows * side * side).fill(rows))
        : idxBytes([rows], new Uint8Array(rows).fill(label));
    writeFileSync(join(folder, packed ? `${name}.gz` : name), packed ? gzipSync(bytes) : bytes);
  }
}

function places(...data: string[]): Places {
  return { data, download: join(data[0] ?? '', 'download') };
}

async function shape(output: MemoryArtifact, split: string): Promise<[number, number]> {
  const table = await output.matrix(split);
  return [table.rows, column(table, 'pixels', Uint8Array).width];
}

describe('use: mnist', () => {
  it.each([true, false])('reads the four files of a folder (gzipped: %s)', async (packed) => {
    const folder = temporaryFolder();
    writeFiles(join(folder, 'mnist'), 5, { packed });
    const { output, warnings, progress } = await runInMemory(stage, { places: places(folder) });
    expect(output.files).toEqual(['dataset.json', 'test.arrow', 'train.arrow']);
    const train = await output.matrix('train');
    expect([...column(train, 'id', Uint32Array, 1).data]).toEqual([0, 1, 2, 3, 4]);
    expect([...column(train, 'label', Uint16Array, 1).data]).toEqual([3, 3, 3, 3, 3]);
    expect(column(train, 'pixels', Uint8Array, 784).data).toEqual(new Uint8Array(5 * 784).fill(5));
    expect(await shape(output, 'test')).toEqual([2, 784]);
    expect(await output.json<DatasetInfo>('dataset')).toMatchObject({
      name: 'mnist',
      width: 28,
      height: 28,
      classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    });
    expect((await output.json<DatasetInfo>('dataset')).fallback).toBeUndefined();
    expect(warnings.map(({ code }) => code)).toEqual(['NOT_CANONICAL']);
    expect(progress.at(-1)).toMatchObject({ done: 4, total: 4 });
  });

  it('searches the folders in order, with and without mnist/', () => {
    const [a, b] = [temporaryFolder(), temporaryFolder()];
    writeFiles(b, 5);
    const params = check(stage.params, {}).value!;
    expect(stage.rawFiles!(params, places(a, b))).toEqual({
      files: MNIST_FILES.map(({ name }) => join(b, `${name}.gz`)),
      complete: true,
    });
    writeFiles(join(a, 'mnist'), 5, { packed: false, skip: 't10k-labels-idx1-ubyte' });
    expect(stage.rawFiles!(params, places(a, b)).files.map((path) => path.startsWith(a))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(stage.rawFiles!(params, places(a)).complete).toBe(false);
    expect(stage.rawFiles!(params, places())).toEqual({ files: [], complete: false });
  });

  it('says what to do where it can be neither found nor downloaded', async () => {
    const folder = temporaryFolder();
    const failure = runInMemory(stage, { params: { mirrors: NOWHERE }, places: places(folder) });
    await expect(failure).rejects.toMatchObject({
      code: 'DATA_MISSING',
      remedy: expect.stringMatching(/LAYERWISE_DATA_DIR.*offline: strokes/),
    });
    await expect(failure).rejects.toThrow(
      new RegExp(`train-images-idx3-ubyte.* not found in ${join(folder, 'mnist')}`),
    );
  });

  it('takes the offline data set instead where the study names one, and says so loudly', async () => {
    const params = { mirrors: NOWHERE, offline: 'strokes', strokes: { train: 30, test: 4 } };
    const { output, warnings } = await runInMemory(stage, { params, places: places(temporaryFolder()) });
    expect(await output.json<DatasetInfo>('dataset')).toMatchObject({
      name: 'strokes',
      fallback: { wanted: 'mnist', reason: 'mnist could be neither found nor downloaded' },
    });
    expect(await shape(output, 'train')).toEqual([30, 784]);
    expect(warnings).toMatchObject([
      {
        code: 'OFFLINE_DATA',
        message: expect.stringMatching(/'strokes' is used instead, so no figure below is a figure of mnist/),
      },
    ]);
  });

  it('does not hide a defect of files that are there behind the offline data set', async () => {
    const cases: [Parameters<typeof writeFiles>[2], RegExp][] = [
      [{ side: 27 }, /images must be 28 x 28, got 27 x 27/],
      [{ label: 10 }, /labels of 0 to 9, got 10 in row 0/],
    ];
    for (const [options, message] of cases) {
      const folder = temporaryFolder();
      writeFiles(folder, 3, options);
      await expect(runInMemory(stage, { params: { offline: 'strokes' }, places: places(folder) })).rejects.toThrow(
        message,
      );
    }
  });
});

const data = process.env.LAYERWISE_DATA_DIR;
describe.skipIf(!data || !existsSync(join(data, 'mnist')))('the real MNIST', () => {
  it('has the published counts and first labels, and is known as canonical', async () => {
    const { output, warnings } = await runInMemory(stage, { places: places(data as string) });
    expect(warnings).toEqual([]);
    const counts = (labels: Uint16Array): number[] =>
      labels.reduce((all, label) => (all[label]!++, all), new Array<number>(10).fill(0));
    const [train, test] = [
      column(await output.matrix('train'), 'label', Uint16Array).data,
      column(await output.matrix('test'), 'label', Uint16Array).data,
    ];
    expect([...train.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect([...test.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
    expect(counts(train)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(counts(test)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  });
});

describe('use: strokes', () => {
  it('generates as many rows as asked for, of its own seed, whatever the study seed', async () => {
    const params = { use: 'strokes', strokes: { train: 20, test: 5 } };
    const one = await runInMemory(stage, { params, seed: 1 });
    const two = await runInMemory(stage, { params, seed: 2 });
    expect(await shape(one.output, 'train')).toEqual([20, 784]);
    expect(await shape(one.output, 'test')).toEqual([5, 784]);
    expect(one.output.matrices).toEqual(two.output.matrices);
    expect(one.progress.at(-1)).toMatchObject({ done: 25, total: 25, unit: 'images' });
    const other = await runInMemory(stage, { params: { ...params, strokes: { train: 20, test: 5, seed: 3 } } });
    expect(other.output.matrices).not.toEqual(one.output.matrices);
  });

  it('stops when asked to', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(
      runInMemory(stage, { params: { use: 'strokes', strokes: { train: 20 } }, signal: stop.signal }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
  });
});
