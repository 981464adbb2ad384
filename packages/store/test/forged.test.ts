import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  Float64,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchReader,
  Schema,
  Field,
  Struct,
} from 'apache-arrow';
import { sampleActivations, sampleDataset, sampleEmbedding, sampleFeatures, sampleModel } from '@layerwise/conformance';
import { sha256, type ArtifactKind } from '@layerwise/contracts';
import {
  contentDigest,
  encodeParquet,
  parseManifest,
  repackEntry,
  withChecksum,
  Store,
  StoredArtifact,
  type Manifest,
} from '@layerwise/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveOf, packed } from './archives.js';
import { draft } from './recipe.js';

/** Artifacts that somebody forges who can: data, manifest and seal fit one another. */
let root: string;
const id = 'train-1';
const sizes = { train: 20, validation: 4, test: 4 };
const folder = (path = ''): string => join(root, 'artifacts/stages', id, path);
const score = { accuracy: 0.5, loss: 1 };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-forged-'));
  writeFileSync(join(root, 'terminalOutput'), 'computed\n');
  writeFileSync(join(root, 'code'), Buffer.alloc(4));
});
afterEach(() => rmSync(root, { recursive: true }));

const samples = {
  dataset: () => sampleDataset(sizes),
  features: () => sampleFeatures(sizes),
  model: () => sampleModel(),
  activations: () => sampleActivations(sizes),
  embedding: () => sampleEmbedding(sizes),
} satisfies Partial<Record<ArtifactKind, unknown>>;
type Sampled = keyof typeof samples;

/** The files of a sound artifact. */
async function filesOf(kind: Sampled): Promise<Record<string, Uint8Array>> {
  const artifact = await samples[kind]();
  const store = new Store(join(root, 'sample'));
  await store.compute({ ...draft('sample-1'), kind }, async (output) => {
    for (const file of artifact.files) {
      const name = file.slice(0, file.lastIndexOf('.'));
      if (file.endsWith('.json')) await output.json(name, await artifact.json(name));
      else if (file.endsWith('.arrow')) await output.matrix(name, await artifact.matrix(name));
      else if (file.endsWith('.parquet')) await output.table(name, await artifact.table(name));
      else await output.bytes(file, await artifact.bytes(file));
    }
    return { warnings: [], seconds: 1, peakMemoryMB: 1 };
  });
  const { manifest } = await store.open('sample-1');
  return Object.fromEntries(
    Object.keys(manifest.files).map((file) => [file, readFileSync(join(root, 'sample/stages/sample-1/data', file))]),
  );
}

/** Lays an artifact whose manifest and seal fit whatever it is. */
function forge(
  kind: string,
  files: Readonly<Record<string, Uint8Array | string>>,
  change: (manifest: Record<string, unknown> & { recipe: Record<string, unknown> }) => void = () => undefined,
): void {
  rmSync(folder(), { recursive: true, force: true });
  for (const [file, bytes] of Object.entries(files)) {
    mkdirSync(dirname(folder(`data/${file}`)), { recursive: true });
    writeFileSync(folder(`data/${file}`), bytes);
  }
  mkdirSync(folder('data'), { recursive: true });
  const records = Object.fromEntries(
    Object.entries(files)
      .sort()
      .map(([file, bytes]) => [file, { bytes: Buffer.byteLength(bytes), sha256: sha256(Buffer.from(bytes)) }]),
  );
  const manifest = {
    schema: 1,
    ...structuredClone(draft(id)),
    kind,
    files: records,
    warnings: [],
    seconds: 1,
    peakMemoryMB: 1,
    finished: '',
  } as unknown as Record<string, unknown> & { recipe: Record<string, unknown> };
  change(manifest);
  const content = contentDigest(manifest['files'] as never, manifest['warnings'] as never);
  writeFileSync(
    folder('manifest.json'),
    `${JSON.stringify(withChecksum({ ...manifest, content } as unknown as Omit<Manifest, 'seal'>))}\n`,
  );
  writeFileSync(folder('content'), `${content}\n`);
}

/** What the gate says of it, packed as Nx would. */
async function faultAtGate(): Promise<string | undefined> {
  const archive = await archiveOf(
    join(root, 'scratch'),
    gzipSync(packed(root, ['artifacts', 'terminalOutput', 'code'])),
  );
  try {
    return await repackEntry(archive, id);
  } finally {
    await archive.file.close();
  }
}

const parse = (): Manifest | string => parseManifest(readFileSync(folder('manifest.json'), 'utf8'));

describe('an artifact in an entry', () => {
  it.each(Object.keys(samples) as Sampled[])('of kind %s that is sound is taken', async (kind) => {
    forge(kind, await filesOf(kind));
    expect(await faultAtGate()).toBeUndefined();
    await (await StoredArtifact.open(folder())).verify();
  });

  it.each<[string, Sampled, (files: Record<string, Uint8Array | string>) => void, RegExp]>([
    [
      'no files',
      'model',
      (files) => Object.keys(files).forEach((file) => delete files[file]),
      /model\.json is missing/,
    ],
    ['a file less', 'model', (files) => delete files['history.parquet'], /history\.parquet is missing/],
    [
      'an evaluation of null',
      'model',
      (files) => (files['evaluation.json'] = 'null'),
      /evaluation\.json must be a group/,
    ],
    ['half its JSON', 'model', (files) => (files['model.json'] = '{"a":'), /model\.json must be readable as json/],
    [
      'JSON nested a million levels deep',
      'model',
      (files) => (files['evaluation.json'] = `${'['.repeat(1e6)}${']'.repeat(1e6)}`),
      /evaluation\.json/,
    ],
    [
      'a model without weights',
      'model',
      (files) => (files['model.json'] = '{"modelTopology":{}}'),
      /weightsManifest must be a list/,
    ],
    [
      'weights in a file that is not there',
      'model',
      (files) => (files['model.json'] = String(files['model.json']).replace('"weights.bin"', '"other.bin"')),
      /other\.bin is missing, which model\.json names/,
    ],
    [
      'nodes that are dead in no list',
      'model',
      (files) =>
        (files['evaluation.json'] = JSON.stringify({
          ...(JSON.parse(String(files['evaluation.json'])) as object),
          deadUnits: [null],
        })),
      /evaluation\.json\.deadUnits\[0\] must be a list, got null/,
    ],
    [
      'a history of another form',
      'model',
      (files) => (files['history.parquet'] = 'PAR1PAR1'),
      /history\.parquet must be readable/,
    ],
    [
      'a matrix of another form',
      'features',
      (files) => (files['train.arrow'] = 'ARROW1'),
      /train\.arrow must be readable as arrow/,
    ],
    ['features of a list', 'features', (files) => (files['features.json'] = '[]'), /features\.json must be a group/],
    [
      'classes that are numbers',
      'dataset',
      (files) => (files['dataset.json'] = String(files['dataset.json']).replace('"0"', '0')),
      /classes\[0\] must be a text, got 0/,
    ],
    ['views of null', 'embedding', (files) => (files['views.json'] = '[null]'), /views\.json\[0\] must be a group/],
    [
      'a view that is not there',
      'embedding',
      (files) => delete files['hidden2-nodes.arrow'],
      /hidden2-nodes\.arrow is missing/,
    ],
  ])('with %s is refused', async (_what, kind, change, fault) => {
    const files: Record<string, Uint8Array | string> = await filesOf(kind);
    change(files);
    forge(kind, files);
    const said = await faultAtGate();
    expect(said).toMatch(fault);
    expect(said).toMatch(/^holds no sound artifact/);
    expect(said).not.toContain('\n');
  });

  it('with a column of batches that lie on one another is refused, before it takes memory', async () => {
    forge('features', { ...(await filesOf('features')), 'train.arrow': stacked(200, 10_000) });
    expect(await faultAtGate()).toMatch(/column 'x' must lie within \d+ bytes, got 16000000/);
  });

  it('with a table of more values than memory should take is refused', async () => {
    const rows = 700_000;
    const values = new Float64Array(rows);
    const columns = ['epoch', 'loss', 'accuracy', 'valLoss', 'valAccuracy'];
    const table = await encodeParquet(Object.fromEntries(columns.map((name) => [name, { type: 'float64', values }])));
    forge('model', { ...(await filesOf('model')), 'history.parquet': table });
    expect(await faultAtGate()).toMatch(
      /history\.parquet must be readable as parquet: a table must have at most 2000000/,
    );
  });
});

describe('a manifest that fits its seal', () => {
  type Change = Parameters<typeof forge>[2];
  it.each<[string, Change, RegExp]>([
    [
      'a warning of null',
      (m) => (m['warnings'] = [null, 3]),
      /manifest\.warnings\[0\] must be a group of fields, got null/,
    ],
    [
      'a warning without a text',
      (m) => (m['warnings'] = [{ code: 'X' }]),
      /warnings\[0\]\.message must be a text, got nothing/,
    ],
    ['a raw file of null', (m) => (m.recipe['raw'] = [null]), /manifest\.recipe\.raw\[0\] must be a group/],
    ['inputs of null', (m) => (m['inputs'] = null), /manifest\.inputs must be a group of fields, got null/],
    [
      'inputs that are numbers',
      (m) => (m['inputs'] = { features: 3 }),
      /manifest\.inputs\.features must be a text, got 3/,
    ],
    [
      'a recipe of nothing',
      (m) => ((m as Record<string, unknown>)['recipe'] = {}),
      /manifest\.recipe\.uses must be a text/,
    ],
    [
      'code of null',
      (m) => (m.recipe['code'] = { digest: 'x', modules: null, dependencies: {} }),
      /code\.modules must be a group/,
    ],
    ['a seed of text', (m) => (m.recipe['seed'] = 'x'), /recipe\.seed must be a number/],
    ['a kind that is none', (m) => (m['kind'] = 'constructor'), /kind must be one of dataset, features/],
    ['no date', (m) => delete m['finished'], /finished must be a text/],
    [
      'a size below zero',
      (m) => (m['files'] = { 'index.html': { bytes: -1, sha256: '' } }),
      /files\.index\.html\.bytes must be a whole/,
    ],
  ])('with %s is refused, at the gate and in artifacts/', async (_what, change, fault) => {
    forge('report', { 'index.html': '<html/>' }, change);
    expect(parse()).toMatch(fault);
    expect(await faultAtGate()).toMatch(fault);
    await expect(StoredArtifact.open(folder())).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
  });

  it.each([
    [['a', 'a/b'], 'a'],
    [['x/y/z', 'b', 'x/y'], 'x/y'],
    [['x/y/z', 'x'], 'x'],
  ])('listing %j is refused: a file cannot be a folder', (names, named) => {
    forge('report', { 'index.html': '<html/>' }, (manifest) => {
      manifest['files'] = Object.fromEntries(names.map((name) => [name, { bytes: 0, sha256: sha256('') }]));
    });
    expect(parse()).toBe(`must not list ${named} as a file, since it lists files in it too`);
  });

  it.each([
    ['a', 'ab/c'],
    ['a.b', 'a/b'],
    ['x/y', 'x/z'],
  ])('listing %s and %s is taken', (...names) => {
    forge('report', Object.fromEntries(names.map((name) => [name, ''])));
    expect(parse()).toMatchObject({ id });
  });
});

describe('a forged artifact in artifacts/', () => {
  it.each([
    ['null', /evaluation\.json must be a group of fields, got null/],
    [JSON.stringify({ train: score, validation: score, test: 3 }), /evaluation\.json\.test must be a group/],
  ])('whose evaluation is %s is a damaged one to whoever reads it, and serves no recipe', async (evaluation, fault) => {
    forge('model', { ...(await filesOf('model')), 'evaluation.json': evaluation });
    const artifact = await StoredArtifact.open(folder());
    await expect(artifact.json('evaluation')).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      message: expect.stringMatching(fault) as string,
    });
    const store = new Store(join(root, 'artifacts'));
    expect(await store.find({ ...draft(id), kind: 'model' })).toBeUndefined();
  });

  it('that lacks a file of its kind is a damaged one too', async () => {
    const files: Record<string, Uint8Array> = await filesOf('model');
    delete files['model.json'];
    forge('model', files);
    const artifact = await StoredArtifact.open(folder());
    await expect(artifact.json('model')).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    expect(await new Store(join(root, 'artifacts')).find({ ...draft(id), kind: 'model' })).toBeUndefined();
  });
});

/** An Arrow file whose footer names the first of its batches, of so many numbers, again and again. */
function stacked(batches: number, numbers: number): Buffer {
  const field = new Field('x', new Float64(), false);
  const writer = new RecordBatchFileWriter();
  for (let n = 0; n < batches; n++) {
    const length = n === 0 ? numbers : 1;
    const child = makeData({ type: new Float64(), length, nullCount: 0, data: new Float64Array(length) });
    const data = makeData({ type: new Struct([field]), length, nullCount: 0, children: [child] });
    writer.write(new RecordBatch(new Schema([field]), data as never));
  }
  writer.finish();
  const bytes = Buffer.from(writer.toUint8Array(true));
  const { _footer: footer } = (RecordBatchReader.from(bytes).open() as unknown as { _impl: { _footer: Footer } })._impl;
  const struct = (index: number): Buffer => {
    const { offset, metaDataLength, bodyLength } = footer.getRecordBatch(index);
    const block = Buffer.alloc(24);
    block.writeBigInt64LE(BigInt(offset), 0);
    block.writeInt32LE(metaDataLength, 8);
    block.writeBigInt64LE(BigInt(bodyLength), 16);
    return block;
  };
  const first = struct(0);
  for (let n = 1; n < batches; n++) first.copy(bytes, bytes.lastIndexOf(struct(n)));
  return bytes;
}

interface Footer {
  getRecordBatch(index: number): {
    readonly offset: number;
    readonly metaDataLength: number;
    readonly bodyLength: number;
  };
}
