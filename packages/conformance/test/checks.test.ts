import {
  choice,
  column,
  defineStage,
  integer,
  LayerwiseError,
  list,
  object,
  throwIfAborted,
  type AnyStage,
  type StageContext,
} from '@layerwise/contracts';
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { conformance, sampleFeatures, type Check, type Fixture, type Sizes } from '@layerwise/conformance';
import { describe, expect, it } from 'vitest';

const inputs = async (sizes: Sizes) => ({ features: await sampleFeatures(sizes) });
const fixture: Fixture = { params: { times: 2 }, inputs };

type Context = StageContext<{ readonly times: number; readonly mode: string }>;

const twins = list(object({ a: integer({ doc: 'a' }) }, { doc: 'b' }), { doc: 'c', unique: true, optional: true });

/** Multiplies features: a stage that keeps every rule. */
const sound = defineStage({
  id: 'multiply',
  summary: 'multiplies features',
  params: {
    times: integer({ doc: 'factor', min: 1, max: 9 }),
    mode: choice(['plain', 'fancy'], { doc: 'how', default: 'plain' }),
  },
  reads: { features: 'features' },
  writes: 'features',
  seeded: () => false,
  run: multiply,
});

async function multiply({ params, inputs: given, output, progress, signal }: Context): Promise<void> {
  const names = ['train', 'validation', 'test'];
  for (const [i, name] of names.entries()) {
    throwIfAborted(signal);
    const table = await given.features!.matrix(name);
    const { data, width } = column(table, 'features', Uint8Array);
    await output.matrix(name, {
      rows: table.rows,
      columns: {
        ...table.columns,
        features: { data: Float32Array.from(data, (value) => value * params.times), width },
      },
    });
    progress({ done: i + 1, total: names.length, unit: 'splits' });
  }
  await output.json('features', { ...((await given.features!.json('features')) as object), columns: 64 });
}

/** The same stage with some members replaced. */
function broken(change: Partial<AnyStage>): AnyStage {
  return { ...sound, ...change };
}

/** Runs after the sound stage's own work. */
function after(work: (context: Context) => unknown): Partial<AnyStage> {
  return {
    run: async (context: Context) => {
      await multiply(context);
      await work(context);
    },
  };
}

async function failures(stage: AnyStage, with_: Fixture = fixture): Promise<string[]> {
  const broke = async ({ name, run }: Check): Promise<string[]> =>
    run().then(
      () => [],
      (error: unknown) => [`${name}: ${(error as Error).message}`],
    );
  const found: string[] = [];
  for (const check of conformance(stage, with_)) found.push(...(await broke(check)));
  return found;
}

let calls = 0;

/** Runs code in a thread of its own, from a file: code without one cannot be told from Node's. */
async function inThread(code: string): Promise<void> {
  const file = join(tmpdir(), `layerwise-conformance-${process.pid}-${calls++}.cjs`);
  writeFileSync(file, code);
  const thread = new Worker(file);
  await new Promise((done, fail) => thread.on('exit', done).on('error', fail));
  rmSync(file);
}

describe('conformance', () => {
  it('passes a stage that keeps every rule', async () => expect(await failures(sound)).toEqual([]));

  const cases: [string, AnyStage, RegExp, Fixture?][] = [
    ['a bad id', broken({ id: 'My Stage' }), /^declares.*its id must be/],
    [
      'a parameter without a doc',
      broken({ params: { ...sound.params, more: integer({ doc: '', default: 1 }) } }),
      /parameter more must have a doc/,
    ],
    [
      'no progress',
      broken({ run: (context: Context) => multiply({ ...context, progress: () => {} }) }),
      /must report progress at least once/,
    ],
    [
      'progress past its total',
      broken(after(({ progress }) => progress({ done: 4, total: 3, unit: 'splits' }))),
      /got 4 of 3 'splits'/,
    ],
    ['a missing file', broken({ writes: 'model' }), /history\.parquet is missing/],
    [
      'a column of a wrong type',
      broken(
        after(({ output }) =>
          output.matrix('test', {
            rows: 0,
            columns: {
              id: { data: new Uint8Array(0), width: 1 },
              label: { data: new Uint16Array(0), width: 1 },
              features: { data: new Uint8Array(0), width: 1 },
            },
          }),
        ),
      ),
      /column id must be uint32, is uint8/,
    ],
    [
      'a column of a wrong length',
      broken(
        after(({ output }) =>
          output.matrix('extra', { rows: 3, columns: { a: { data: new Uint8Array(5), width: 2 } } }),
        ),
      ),
      /has 5 values, must have 3 x 2/,
    ],
    ...(
      [
        [
          'another number of columns',
          { columns: 3 },
          'column features is 64 wide, must be 3 \\(features\\.json: columns\\)',
        ],
        [
          'an origin that is none',
          { origin: 'banana' },
          'origin must be one of pixels, selected, components, got "banana"',
        ],
        [
          'selected pixels that are not listed',
          { origin: 'selected' },
          'selected must list 64 pixels below 64, ascending, got nothing',
        ],
        [
          'selected pixels that the image has not',
          { origin: 'selected', selected: Array.from({ length: 64 }, (_, i) => i + 1) },
          'selected must list 64 pixels below 64',
        ],
        ['components that are not there', { origin: 'components' }, 'components\\.arrow is missing'],
        [
          'a scale of another length',
          { scale: { factor: [1, 2, 3], offset: 0 } },
          'scale must have a factor and an offset, each a number or one for each of 64 columns',
        ],
        ['no scale', { scale: undefined }, 'scale must have a factor and an offset'],
        ['no data set', { dataset: undefined }, 'features\\.json\\.dataset must be a group of fields, got nothing'],
        [
          'fewer pixels than columns',
          { dataset: { name: 'x', width: 8, height: 9, classes: [...'0123456789'], origin: 'x' } },
          "got 'pixels' with 64 columns of 72 pixels",
        ],
        [
          'fewer classes than labels',
          { dataset: { name: 'x', width: 8, height: 8, classes: ['a', 'b'], origin: 'x' } },
          'column label must be below 2, the number of classes, got 9',
        ],
      ] as const
    ).map(([what, change, said]): [string, AnyStage, RegExp] => [
      `features.json with ${what}`,
      broken(
        after(async ({ output, inputs: given }) =>
          output.json('features', { ...((await given.features!.json('features')) as object), ...change }),
        ),
      ),
      new RegExp(said),
    ]),
    [
      'nothing but features.json',
      broken({
        run: async ({ output, inputs: given }: Context) =>
          output.json('features', await given.features!.json('features')),
      }),
      /train\.arrow is missing/,
    ],
    [
      'NaN in a matrix',
      broken(
        after(({ output }) =>
          output.matrix('extra', { rows: 1, columns: { a: { data: Float32Array.of(NaN), width: 1 } } }),
        ),
      ),
      /extra\.arrow column a holds NaN at 0/,
    ],
    [
      'NaN in JSON',
      broken(after(({ output }) => output.json('extra', { deep: { loss: NaN } }))),
      /extra\.json holds NaN in 'loss'/,
    ],
    [
      'an infinite number in a table',
      broken(after(({ output }) => output.table('extra', { a: { type: 'float64', values: [1, -Infinity] } }))),
      /extra\.parquet column a holds an infinite number/,
    ],
    [
      'bytes that differ from run to run',
      broken(after(({ output }) => output.bytes('extra.bin', Uint8Array.of(calls++)))),
      /gives the same bytes.*another run wrote other bytes to extra\.bin/,
    ],
    [
      'bytes that depend on the workers',
      broken(after(({ output, workers }) => output.json('extra', { workers }))),
      /with 2 workers it wrote other bytes to extra\.json/,
    ],
    [
      'JSON keys in another order',
      broken(after(({ output, workers }) => output.json('extra', workers === 2 ? { b: 1, a: 1 } : { a: 1, b: 1 }))),
      /with 2 workers it wrote other bytes to extra\.json/,
    ],
    [
      'a parameter that is not declared',
      broken(after(({ params }) => (params as unknown as { factor?: number }).factor)),
      /uses only.*but used parameter factor/,
    ],
    [
      'an environment variable',
      broken(after(() => process.env.LAYERWISE_SECRET)),
      /but used environment variable LAYERWISE_SECRET/,
    ],
    ['all environment variables', broken(after(() => ({ ...process.env }))), /but used all environment variables/],
    ['a file', broken(after(() => readFile(import.meta.filename))), /but used file .*checks\.test\.ts/],
    [
      'a file that is opened',
      broken(after(async () => (await open(import.meta.filename)).close())),
      /but used file .*checks\.test\.ts/,
    ],
    ['whether a file is there', broken(after(() => existsSync('/some/where'))), /but used what lies at \/some\/where/],
    [
      'a file written',
      broken(after(() => writeFileSync(join(tmpdir(), 'layerwise-conformance-test'), ''))),
      /but used file .*layerwise-conformance-test, to write it/,
    ],
    ['a program', broken(after(() => execFileSync(process.execPath, ['--version']))), /but used program .*node/],
    [
      'what a thread reads',
      broken(after(() => inThread(`require('node:fs').readFileSync('/dev/null'); process.env.IN_THREAD;`))),
      /but used environment variable IN_THREAD; file \/dev\/null/,
    ],
    [
      'a checkpoint that leaves out what counts',
      broken(
        after(async ({ output, checkpoint }) => {
          const resumed = (await checkpoint?.load()) !== undefined;
          await checkpoint?.save(Uint8Array.of(1), { done: 1, total: 2, unit: 'steps', table: {} });
          await output.json('extra', { steps: resumed ? 1 : 2 });
        }),
      ),
      /from its checkpoint 1 of 1 it wrote other bytes to extra\.json/,
      { ...fixture, checkpoints: true },
    ],
    [
      'an undeclared use of the seed',
      broken(after(({ output, seed }) => output.json('extra', [...seed('x')]))),
      /another seed changed extra\.json/,
    ],
    [
      'a seed that changes nothing',
      broken({ seeded: () => true }),
      /says that it draws random numbers, but another seed changed nothing/,
    ],
    [
      'an input changed',
      broken(after(async ({ inputs: given }) => ((await given.features!.matrix('train')).columns.label!.data[0] = 9))),
      /changed train\.arrow of its input 'features'/,
    ],
    [
      'a signal ignored',
      broken({ run: (context: Context) => multiply({ ...context, signal: new AbortController().signal }) }),
      /stops at once.*must fail with ABORTED, got a result/,
    ],
    [
      'another error for a signal',
      broken({
        run: async (context: Context) => {
          await multiply({ ...context, signal: new AbortController().signal });
          if (context.signal.aborted) throw new Error('oops');
        },
      }),
      /stops in the middle.*got Error: oops/,
    ],
    [
      'a crash on no rows',
      broken(
        after(async ({ inputs: given }) => {
          if ((await given.features!.matrix('train')).rows === 0) throw new TypeError('undefined is not a row');
        }),
      ),
      /meets no rows at all.*TypeError: undefined is not a row/,
    ],
    [
      'NaN for one row',
      broken(
        after(async ({ inputs: given, output }) => {
          const { rows } = await given.features!.matrix('train');
          await output.matrix('extra', {
            rows: 1,
            columns: { standardDeviation: { data: Float64Array.of(Math.sqrt(0 / (rows - 1))), width: 1 } },
          });
        }),
      ),
      /meets one row in each split.*standardDeviation holds NaN/,
    ],
  ];
  it.each(cases)('notices %s', async (_, stage, message, given = fixture) => {
    const found = await failures(stage, given);
    expect(found.join('\n')).toMatch(new RegExp(message.source, 's'));
  });

  it('lets figures of a split without rows be missing', async () => {
    const accuracy = (rows: number): number => (rows > 0 ? 1 : NaN);
    const stage = broken(
      after(async ({ inputs: given, output }) =>
        output.json('extra', { accuracy: accuracy((await given.features!.matrix('validation')).rows) }),
      ),
    );
    expect(await failures(stage)).toEqual([]);
  });

  it('accepts a clear error for an odd size', async () => {
    const stage = broken(
      after(async ({ inputs: given }) => {
        if ((await given.features!.matrix('train')).rows < 2)
          throw new LayerwiseError('DATA_INVALID', 'needs at least 2 rows');
      }),
    );
    expect(await failures(stage)).toEqual([]);
  });

  it('notices a stage that says it keeps checkpoints and keeps none, and one that keeps some and does not say so', async () => {
    expect((await failures(sound, { ...fixture, checkpoints: true })).join('\n')).toMatch(
      /^goes on from each.*must keep a checkpoint, but kept none$/,
    );
    const keeping = broken(
      after(({ checkpoint }) => checkpoint?.save(Uint8Array.of(1), { done: 1, total: 2, unit: 'steps', table: {} })),
    );
    expect(await failures(keeping, { ...fixture, checkpoints: true })).toEqual([]);
    expect((await failures(keeping)).join('\n')).toMatch(/^keeps no checkpoints: it kept 1 checkpoints/);
  });

  it('has one check of refusals, whatever the number of parameters', async () => {
    const stage = broken({ params: { ...sound.params, pairs: twins } });
    const names = conformance(stage, fixture).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('refuses'))).toHaveLength(1);
    // Groups are not compared: a table that asks for it is not kept to.
    const given = { ...fixture, params: { times: 2, pairs: [{ a: 1 }] } };
    expect((await failures(stage, given)).join('\n')).toMatch(
      /^refuses every parameter.*pairs = \[\{"a":1\},\{"a":1\}\]: it must refuse pairs and say .*different, got no problem$/,
    );
  });
});
