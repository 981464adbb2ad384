import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LayerwiseError, type Standing } from '@layerwise/contracts';
import { Store, type CheckpointFile } from '@layerwise/store';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { draft, outcome } from './recipe.js';

let root: string;
let store: Store;
let logged: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-checkpoint-'));
  store = new Store(root);
  logged = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const path = (): string => join(root, '.checkpoints/train-1');
const open = (params = {}, every = 0): CheckpointFile =>
  store.checkpoint(draft('train-1', params), { every, log: (line) => logged.push(line) });
const standing: Standing = {
  done: 2,
  total: 9,
  unit: 'epochs',
  table: { epoch: { type: 'int32', values: [1, 2] }, valLoss: { type: 'float64', values: Float64Array.of(0.5, NaN) } },
};

describe('a checkpoint', () => {
  it('hands out what was saved last, to the same recipe alone', async () => {
    expect(await open().load()).toBeUndefined();
    for (const state of [
      [1, 2],
      [3, 10, 4],
    ])
      await open().save(Uint8Array.from(state), standing);
    expect([...((await open().load()) as Uint8Array)]).toEqual([3, 10, 4]);
    expect(await open({ epochs: 3 }).load()).toBeUndefined();
    expect(logged).toEqual([
      'train-1 continues from epoch 2 of 9',
      `train-1: its checkpoint is of other inputs, code or Node.js and is ignored (${path()})`,
    ]);
    expect(readdirSync(join(root, '.checkpoints'))).toEqual(['train-1']);
  });

  it('tells where the run stands', async () => {
    expect(await store.unfinished('train-1')).toBeUndefined();
    await open().save(new Uint8Array(5), standing);
    expect(await store.unfinished('train-1')).toMatchObject({
      id: 'train-1',
      standing: { done: 2, total: 9, table: { epoch: { values: [1, 2] }, valLoss: { values: [0.5, NaN] } } },
    });
  });

  it('sums up the time of the runs', async () => {
    const first = open();
    await first.save(new Uint8Array(1), standing);
    const second = open();
    await second.load();
    expect(second.secondsBefore).toBeGreaterThan(0);
    await second.save(new Uint8Array(1), standing);
    expect((await store.unfinished('train-1'))?.seconds).toBeGreaterThan(second.secondsBefore);
  });

  it('with any byte changed, or cut short, is ignored', async () => {
    await open().save(
      Uint8Array.from({ length: 300 }, (_, i) => i),
      standing,
    );
    const whole = readFileSync(path());
    await fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        async (at, change, cut) => {
          const bytes = Buffer.from(whole);
          bytes[at] = (bytes[at] as number) ^ change;
          writeFileSync(path(), cut ? whole.subarray(0, at) : bytes);
          expect(await open().load()).toBeUndefined();
          expect(await store.unfinished('train-1')).toBeUndefined();
        },
      ),
      { numRuns: 200, seed: 1 },
    );
    expect(new Set(logged)).toEqual(new Set([`train-1: its checkpoint is damaged and is ignored (${path()})`]));
  });

  it('is due after its time, not before', async () => {
    expect(open({}, 0).due()).toBe(true);
    expect(open({}, 3600).due()).toBe(false);
  });

  it('that cannot be written is logged once, and the run goes on', async () => {
    writeFileSync(join(root, '.checkpoints'), 'a file where the folder should be');
    const checkpoint = open();
    await checkpoint.save(new Uint8Array(1), standing);
    expect(logged).toEqual([
      expect.stringMatching(/^train-1: no checkpoint could be kept: .*; it continues without one$/),
    ]);
    expect(checkpoint.due()).toBe(false);
  });

  it('goes with what a save that was cut off left', async () => {
    const checkpoint = open();
    await checkpoint.save(new Uint8Array(9), standing);
    writeFileSync(`${path()}.new`, 'half');
    truncateSync(`${path()}.new`, 2);
    await checkpoint.remove();
    expect(readdirSync(join(root, '.checkpoints'))).toEqual([]);
  });
});

describe('a run that failed', () => {
  const fail = (): Promise<unknown> =>
    store.compute(draft('train-1'), async (output) => {
      await output.json('history', [1]);
      throw new Error('the loss must stay finite');
    });

  it('leaves its files and why', async () => {
    await expect(fail()).rejects.toThrow('finite');
    expect(await store.failure('train-1')).toMatchObject({
      code: 'STAGE_FAILED',
      message: 'the loss must stay finite',
      files: ['history.json'],
    });
  });

  it('leaves its place and its remedy', async () => {
    const place = { where: '/data/own.csv:62', remedy: 'correct the file' };
    const error = new LayerwiseError('DATA_INVALID', "column 2 must be a number, got 'red'", place);
    await expect(store.compute(draft('train-1'), () => Promise.reject(error))).rejects.toThrow('column 2');
    expect(await store.failure('train-1')).toEqual({
      recipe: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      code: 'DATA_INVALID',
      message: "column 2 must be a number, got 'red'",
      ...place,
      files: [],
    });
  });

  it('is forgotten when the next one succeeds', async () => {
    await expect(fail()).rejects.toThrow('finite');
    await store.compute(draft('train-1'), async () => outcome);
    expect(await store.failure('train-1')).toBeUndefined();
    expect(existsSync(join(root, 'failed/train-1'))).toBe(false);
  });
});
