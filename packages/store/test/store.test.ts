import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, sha256, type LayerwiseError } from '@layerwise/contracts';
import { FolderWriter, Store, storageError, type Manifest } from '@layerwise/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { draft, outcome } from './recipe.js';

let root: string;
let store: Store;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-store-'));
  store = new Store(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const failure = (work: Promise<unknown>): Promise<LayerwiseError> =>
  work.then(
    () => Promise.reject(new Error('it succeeded')),
    (error: LayerwiseError) => error,
  );

async function made(id = 'train-1', params = {}, value: unknown = { accuracy: 0.97 }): Promise<Manifest> {
  return store.compute(draft(id, params), async (output) => {
    await output.json('evaluation', value);
    await output.matrix('train', { rows: 2, columns: { x: { data: Float32Array.of(1, 2, 3, 4), width: 2 } } });
    await output.table('history', { epoch: { type: 'int32', values: [1] } });
    await output.bytes('figures/history.svg', '<svg/>');
    await output.bytes('index.html', '<html/>');
    return outcome;
  });
}
const dataFile = (file: string): string => join(root, 'stages/train-1/data', file);

describe('publishing', () => {
  it('makes the files readable, as they were written', async () => {
    await made();
    const artifact = await store.open('train-1');
    expect(artifact.files).toEqual([
      'evaluation.json',
      'figures/history.svg',
      'history.parquet',
      'index.html',
      'train.arrow',
    ]);
    expect(await artifact.json('evaluation')).toEqual({ accuracy: 0.97 });
    expect((await artifact.matrix('train')).columns.x).toEqual({ data: Float32Array.of(1, 2, 3, 4), width: 2 });
    expect(await artifact.table('history')).toEqual({ epoch: { type: 'int32', values: [1] } });
    expect(Buffer.from(await artifact.bytes('figures/history.svg')).toString()).toBe('<svg/>');
    expect(artifact.made).toMatchObject({ stage: 'train', seconds: 1, peakMemoryMB: 50 });
    expect(await store.list()).toEqual(['train-1']);
  });

  it('gives equal content for equal files, whatever else differs', async () => {
    const [a, b, c] = [
      await made('train-1', { epochs: 1 }),
      await made('train-2', { epochs: 2 }),
      await made('train-3', {}, { accuracy: 0.5 }),
    ];
    expect(a.content).toBe(b.content);
    expect(a.content).not.toBe(c.content);
  });

  it('shows nothing before the stage is done, nor if it throws; what it wrote is kept aside', async () => {
    const failed = store.compute(draft('train-1'), async (output) => {
      await output.json('history', [1, 2]);
      expect(await store.list()).toEqual([]);
      throw new Error('diverged');
    });
    await expect(failed).rejects.toThrow('diverged');
    expect(await store.list()).toEqual([]);
    expect(readdirSync(join(root, 'stages'))).toEqual([]);
    expect(JSON.parse(readFileSync(join(root, 'failed/train-1/data/history.json'), 'utf8'))).toEqual([1, 2]);
  });

  it('leaves the last good artifact when a later run fails', async () => {
    await made();
    await expect(store.compute(draft('train-1'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await (await store.open('train-1')).verify();
  });

  it('clears what processes that died left of this instance, and of no other', async () => {
    const uuid = '01234567-89ab-cdef-0123-456789abcdef';
    for (const name of [`.new-train-1-${uuid}`, `.old-train-1-${uuid}`, `.new-train-1-b-${uuid}`])
      mkdirSync(join(root, 'stages', name, 'data'), { recursive: true });
    await made();
    expect(readdirSync(join(root, 'stages')).sort()).toEqual([`.new-train-1-b-${uuid}`, 'train-1']);
  });

  it('two that compute the same, since one was suspended and the other took over: nothing that is not whole is published', async () => {
    const whole = { warnings: [], seconds: 0, peakMemoryMB: 0 };
    let goOn = (): void => undefined;
    const resumed = new Promise<void>((done) => (goOn = done));
    const suspended = store.compute(draft('train-1'), async (output) => {
      await output.bytes('index.html', '1');
      await resumed;
      await output.json('deep/b', 2);
      return whole;
    });
    while (
      !existsSync(join(root, 'stages')) ||
      !readdirSync(join(root, 'stages'), { recursive: true }).some((name) => String(name).endsWith('index.html'))
    )
      await new Promise((done) => setTimeout(done, 5));
    const write = async (output: FolderWriter): Promise<typeof whole> => {
      await output.bytes('index.html', '1');
      await output.json('deep/b', 2);
      return whole;
    };
    const other = await store.compute(draft('train-1'), write);
    goOn();
    expect(await failure(suspended)).toMatchObject({ code: 'ENOENT' });
    const { manifest } = await store.open('train-1');
    expect(Object.keys(manifest.files)).toEqual(['deep/b.json', 'index.html']);
    expect(manifest.content).toBe(other.content);
    await (await store.open('train-1')).verify();
  });

  it('never shows half an artifact to those who read meanwhile', async () => {
    await made();
    let writing = true;
    let whole = 0;
    const reading = (async (): Promise<void> => {
      while (writing) {
        const outcome = await store
          .open('train-1')
          .then((artifact) => artifact.verify())
          .then(
            () => 'whole',
            (error: LayerwiseError) => error.code,
          );
        expect(['whole', 'ARTIFACT_MISSING', 'ARTIFACT_CORRUPT']).toContain(outcome);
        if (outcome === 'whole') whole++;
      }
    })();
    for (let i = 0; i < 20; i++) await made('train-1', {}, { accuracy: i });
    writing = false;
    await reading;
    expect(whole).toBeGreaterThan(0);
  });

  it.each(['../evil', '/etc/passwd', 'a/../b', 'a//b', '.hidden', 'a\\b', 'c:x', '', 'a\u0000b'])(
    'refuses the file name %j',
    async (file) => {
      const output = new FolderWriter(join(root, 'data'));
      await expect(output.bytes(file, 'x')).rejects.toThrow('a file of an artifact must have a name');
      expect(existsSync(join(root, 'data'))).toBe(false);
    },
  );

  it('refuses to write a file twice, and an id that is a path', async () => {
    const output = new FolderWriter(join(root, 'data'));
    await output.bytes('a.txt', 'x');
    await expect(output.bytes('a.txt', 'y')).rejects.toThrow("the stage wrote 'a.txt' twice");
    expect(() => store.folder('../../etc')).toThrow('the id of an instance must consist of');
  });
});

describe('reading', () => {
  const remedy = expect.stringMatching(/^Run the experiment again/) as string;
  const flip = (file: string): void => {
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    writeFileSync(file, bytes);
  };

  it.each<[string, string, (file: string) => void, string, string]>([
    ['truncated', 'train.arrow', (file) => truncateSync(file, 100), 'ARTIFACT_CORRUPT', 'got 100'],
    ['longer', 'train.arrow', (file) => appendFileSync(file, 'x'), 'ARTIFACT_CORRUPT', 'bytes, got'],
    ['flipped in one bit', 'train.arrow', flip, 'ARTIFACT_CORRUPT', 'must have SHA-256'],
    ['flipped in one bit', 'evaluation.json', flip, 'ARTIFACT_CORRUPT', 'must have SHA-256'],
    ['gone', 'history.parquet', (file) => rmSync(file), 'ARTIFACT_MISSING', 'must be there, but is missing'],
    [
      'replaced by another',
      'history.parquet',
      (file) => renameSync(dataFile('evaluation.json'), file),
      'ARTIFACT_CORRUPT',
      'bytes, got',
    ],
    [
      'a folder',
      'history.parquet',
      (file) => (rmSync(file), mkdirSync(file)),
      'STORAGE_FAILED',
      'history.parquet must be a file, got a folder',
    ],
  ])('notices a file that is %s: %s', async (_what, file, damage, code, said) => {
    await made();
    const artifact = await store.open('train-1');
    damage(dataFile(file));
    const error = await failure(artifact.bytes(file));
    expect(error).toMatchObject({ code, where: dataFile(file), message: expect.stringContaining(said) as string });
    expect(error.remedy).toBeTruthy();
    await expect(failure(artifact.verify())).resolves.toMatchObject({ name: 'LayerwiseError' });
  });

  it('names a file whose hash is right and whose content cannot be read', async () => {
    await store.compute(draft('train-1'), async (output) => {
      for (const file of ['a.json', 'a.arrow', 'a.parquet']) await output.bytes(file, '{"half');
      return outcome;
    });
    const artifact = await store.open('train-1');
    for (const [read, type] of [
      [() => artifact.json('a'), 'json'],
      [() => artifact.matrix('a'), 'arrow'],
      [() => artifact.table('a'), 'parquet'],
    ] as const) {
      expect(await failure(read())).toMatchObject({
        code: 'ARTIFACT_CORRUPT',
        where: dataFile(`a.${type}`),
        remedy,
        message: expect.stringContaining(`must be readable as ${type}`) as string,
      });
    }
  });

  const manifestFile = (): string => join(root, 'stages/train-1/manifest.json');
  const rewrite = (change: (manifest: Record<string, unknown>) => object, seal = true): void => {
    const { seal: _old, ...rest } = change(
      JSON.parse(readFileSync(manifestFile(), 'utf8')) as Record<string, unknown>,
    ) as Record<string, unknown>;
    writeFileSync(manifestFile(), JSON.stringify({ ...rest, seal: seal ? sha256(canonicalJson(rest)) : _old }));
  };

  it.each<[string, () => void, string, string]>([
    ['missing', () => rmSync(manifestFile()), 'ARTIFACT_MISSING', 'must have a manifest.json, got none'],
    ['truncated', () => truncateSync(manifestFile(), 60), 'ARTIFACT_CORRUPT', 'must be JSON'],
    ['empty', () => truncateSync(manifestFile(), 0), 'ARTIFACT_CORRUPT', 'must be JSON'],
    ['null', () => writeFileSync(manifestFile(), 'null'), 'ARTIFACT_CORRUPT', 'must be a group of fields'],
    ['an empty group', () => writeFileSync(manifestFile(), '{}'), 'ARTIFACT_CORRUPT', 'must be of schema 1, got none'],
    [
      'of another schema',
      () => rewrite((m) => ({ ...m, schema: 2 })),
      'ARTIFACT_CORRUPT',
      'must be of schema 1, got 2: it was made by another version of Layerwise',
    ],
    [
      'changed in its figures',
      () => rewrite((m) => ({ ...m, seconds: 2 }), false),
      'ARTIFACT_CORRUPT',
      'must match its checksum',
    ],
    [
      'of another instance',
      () => rewrite((m) => ({ ...m, id: 'train-2' })),
      'ARTIFACT_CORRUPT',
      'must be of train-1, got that of train-2',
    ],
    [
      'pointing out of its folder',
      () => rewrite((m) => ({ ...m, files: { '../../../etc/passwd': { bytes: 1, sha256: 'x' } } })),
      'ARTIFACT_CORRUPT',
      'must list files below its folder',
    ],
    [
      'at odds with its content',
      () => rewrite((m) => ({ ...m, content: 'x' })),
      'ARTIFACT_CORRUPT',
      'must match the files it lists',
    ],
  ])('notices a manifest that is %s', async (_what, damage, code, said) => {
    await made();
    damage();
    expect(await failure(store.open('train-1'))).toMatchObject({
      code,
      where: manifestFile(),
      remedy,
      message: expect.stringContaining(said) as string,
    });
  });

  it('knows only the files of the manifest', async () => {
    await made();
    const artifact = await store.open('train-1');
    expect([artifact.has('train.arrow'), artifact.has('constructor')]).toEqual([true, false]);
    await expect(artifact.bytes('constructor')).rejects.toThrow(
      "artifact train-1 must be as artifacts of kind report are, but: it has no file 'constructor'; it has evaluation.json",
    );
    await expect(artifact.bytes('../manifest.json')).rejects.toThrow('has no file');
  });
});

describe('finding an artifact by its recipe', () => {
  it('finds it under its own id or another', async () => {
    await made('train-1', { epochs: 3 });
    expect((await store.find(draft('train-1', { epochs: 3 })))?.manifest.id).toBe('train-1');
    expect((await store.find(draft('train-2', { epochs: 3 })))?.manifest.id).toBe('train-1');
    expect(await store.find(draft('train-1', { epochs: 4 }))).toBeUndefined();
  });

  it('passes over what is damaged, gone, or noted wrongly', async () => {
    await made('train-1', { epochs: 3 });
    truncateSync(dataFile('train.arrow'), 5);
    expect(await store.find(draft('train-1', { epochs: 3 }))).toBeUndefined();
    await store.remove('train-1');
    expect(await store.find(draft('train-2', { epochs: 3 }))).toBeUndefined();
    for (const note of readdirSync(join(root, '.recipes'))) writeFileSync(join(root, '.recipes', note), '../../../etc');
    expect(await store.find(draft('train-2', { epochs: 3 }))).toBeUndefined();
  });

  it('gives it a second place, of its own', async () => {
    const from = await made('train-1', { epochs: 3 });
    const adopted = await store.adopt(draft('train-2', { epochs: 3 }), await store.open('train-1'));
    expect(adopted).toMatchObject({ id: 'train-2', content: from.content, seconds: from.seconds, files: from.files });
    await store.remove('train-1');
    await (await store.open('train-2')).verify();
  });

  it('does not adopt what was damaged since', async () => {
    await made('train-1', { epochs: 3 });
    const from = await store.open('train-1');
    truncateSync(dataFile('train.arrow'), 5);
    expect(await failure(store.adopt(draft('train-2', { epochs: 3 }), from))).toMatchObject({
      code: 'ARTIFACT_CORRUPT',
    });
    expect(await store.list()).toEqual(['train-1']);
  });
});

describe('a file system that fails', () => {
  it.each(['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EXDEV'])('%s becomes an error with path and remedy', (code) => {
    const cause = Object.assign(new Error('x'), { code, path: '/a/b', syscall: 'write' });
    expect(storageError(cause, '/c')).toMatchObject({
      code: 'STORAGE_FAILED',
      where: '/a/b',
      message: expect.stringContaining(code) as string,
      cause,
      remedy: expect.stringMatching(/.{20,}/) as string,
    });
  });

  it('leaves other errors as they are', () => {
    const error = new TypeError('a mistake in a stage');
    expect(storageError(error, '/c')).toBe(error);
  });

  it('names a file that stands where a folder is needed', async () => {
    writeFileSync(join(root, 'stages'), '');
    expect(await failure(made())).toMatchObject({
      code: 'STORAGE_FAILED',
      where: expect.stringContaining('stages') as string,
    });
  });

  it.skipIf(process.getuid?.() === 0)('names a folder that may not be written to', async () => {
    mkdirSync(join(root, 'stages'));
    chmodSync(join(root, 'stages'), 0o500);
    expect(await failure(made())).toMatchObject({
      code: 'STORAGE_FAILED',
      where: expect.stringContaining('stages') as string,
    });
  });
});
