import { runInMemory, type MemoryResult } from '@layerwise/conformance';
import type { Checkpoint, Standing } from '@layerwise/contracts';
import { stage } from '@layerwise/train';
import { beforeAll, describe, expect, it } from 'vitest';
import { blobs } from './blobs.js';

/** One that is never due: it holds what is saved when the stage is told to stop. */
class Sleeping implements Checkpoint {
  readonly saved: { readonly state: Uint8Array; readonly standing: Standing }[] = [];
  constructor(private readonly state?: Uint8Array) {}
  async load(): Promise<Uint8Array | undefined> {
    return this.state;
  }
  due(): boolean {
    return false;
  }
  async save(state: Uint8Array, standing: Standing): Promise<void> {
    this.saved.push({ state, standing });
  }
}

const net = { hidden: [{ units: 40, dropout: 0.2 }], epochs: 6, optimizer: { adam: {} }, evaluateEachEpoch: true };
let features: Awaited<ReturnType<typeof blobs>>;
beforeAll(async () => {
  features = await blobs({ train: 600, validation: 60, test: 60 });
});

/** What a run leaves that is told to stop when it says the words. */
async function stoppedAt(words: string, params: object, checkpoint: Sleeping): Promise<void> {
  const stop = new AbortController();
  const onProgress = ({ detail }: { detail?: string }): void => (detail?.startsWith(words) ? stop.abort() : undefined);
  await expect(
    runInMemory(stage, { params, inputs: { features }, signal: stop.signal, onProgress, checkpoint }),
  ).rejects.toMatchObject({ code: 'ABORTED' });
}

const bytesOf = async ({ output }: MemoryResult): Promise<unknown[]> => [
  await output.bytes('weights.bin'),
  await output.json('evaluation'),
  await output.table('history'),
];

describe('a training that is told to stop', () => {
  it('keeps its state after the running epoch, and goes on to the same bytes', async () => {
    const straight = await bytesOf(await runInMemory(stage, { params: net, inputs: { features } }));
    const first = new Sleeping();
    await stoppedAt('epoch 2/6', net, first);
    expect(first.saved.map(({ standing }) => standing)).toMatchObject([
      { done: 2, total: 6, unit: 'epochs', table: { epoch: { values: [1, 2] } } },
    ]);
    const second = new Sleeping(first.saved[0].state);
    await stoppedAt('epoch 4/6', net, second);
    expect(second.saved[0].standing).toMatchObject({ done: 4, table: { testAccuracy: { values: { length: 4 } } } });
    expect(
      await bytesOf(
        await runInMemory(stage, {
          params: net,
          inputs: { features },
          checkpoint: new Sleeping(second.saved[0].state),
          workers: 2,
        }),
      ),
    ).toEqual(straight);
  });

  it('finishes where it was in its last epoch', async () => {
    const stop = new AbortController();
    const checkpoint = new Sleeping();
    const onProgress = ({ detail }: { detail?: string }): void =>
      detail?.startsWith('epoch 6/6') ? stop.abort() : undefined;
    const ended = await runInMemory(stage, {
      params: net,
      inputs: { features },
      signal: stop.signal,
      onProgress,
      checkpoint,
    });
    expect(await bytesOf(ended)).toEqual(
      await bytesOf(await runInMemory(stage, { params: net, inputs: { features } })),
    );
  });

  it('keeps the state before an epoch that is too long to be waited for', async () => {
    const many = await blobs({ train: 6000, validation: 60, test: 60 });
    const stop = new AbortController();
    const checkpoint = new Sleeping();
    // Held up here, the first epoch takes longer than half a second, and the second than the second that it is given.
    const hold = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    const onProgress = ({ done, detail }: { done: number; detail?: string }): void => {
      if (done === 3000) hold(600);
      if (!detail?.startsWith('epoch 2/3') || stop.signal.aborted) return;
      stop.abort();
      hold(1100);
    };
    await expect(
      runInMemory(stage, {
        params: { hidden: [{ units: 300 }, { units: 300 }], epochs: 3, batch: 2 },
        inputs: { features: many },
        signal: stop.signal,
        onProgress,
        checkpoint,
      }),
    ).rejects.toMatchObject({ code: 'ABORTED' });
    expect(checkpoint.saved.map(({ standing }) => standing)).toMatchObject([
      { done: 1, total: 3, table: { epoch: { values: [1] } } },
    ]);
  });
});
