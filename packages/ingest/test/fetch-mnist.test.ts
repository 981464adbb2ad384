import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Progress } from '@layerwise/contracts';
import { fetchMnist, MNIST_FILES, MNIST_MIRRORS, type FetchOptions, type MnistFile } from '@layerwise/ingest';
import { describe, expect, it, vi } from 'vitest';
import { temporaryFolder } from './files.js';
import { mirror, serve, type Behaviour } from './server.js';

const patience = { connect: 10_000, stall: 10_000, rounds: 3, pause: 10 };
// Stands for a file of MNIST: 400 KB that do not compress, so that a transfer comes in many pieces.
const content = Buffer.concat(
  Array.from({ length: 12_500 }, (_, i) => createHash('sha256').update(String(i)).digest()),
);
const wanted: MnistFile[] = [
  {
    name: 'a-images',
    split: 'train',
    content: 'images',
    size: content.length,
    compressed: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  },
];
const packed = gzipSync(content);
const good = serve(new Map([['a-images.gz', packed]]));

function get(folder: string, mirrors: readonly string[], more: Partial<FetchOptions> = {}): Promise<readonly string[]> {
  return fetchMnist({ folder, mirrors, wanted, patience, ...more });
}

/** Sends the first bytes, then closes the connection. */
const breakAfter =
  (bytes: number): Behaviour =>
  (_, __, response) => {
    response.writeHead(200, { 'content-length': packed.length });
    response.write(packed.subarray(0, bytes), () => response.socket?.end());
  };

describe('fetchMnist', () => {
  it('names at least three public mirrors and the four canonical files', () => {
    expect(new Set(MNIST_MIRRORS.map((address) => new URL(address).host)).size).toBeGreaterThanOrEqual(3);
    expect(MNIST_FILES.map((file) => file.size)).toEqual([47_040_016, 60_008, 7_840_016, 10_008]);
  });

  it('downloads a file, puts it in place whole, and reports progress', async () => {
    const folder = join(temporaryFolder(), 'deep', 'mnist');
    const { address } = await mirror(good);
    const steps: Progress[] = [];
    const [path] = await get(folder, [address], { progress: (step) => steps.push(step) });
    expect(path).toBe(join(folder, 'a-images.gz'));
    expect(readFileSync(path as string).equals(packed)).toBe(true);
    expect(readdirSync(folder)).toEqual(['a-images.gz']);
    expect(steps.length).toBeGreaterThan(1);
    expect(steps.at(-1)).toMatchObject({ done: 400, total: 400, unit: 'KB' });
  });

  it('leaves files alone that are there', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a-images'), 'mine');
    const { address, seen } = await mirror(good);
    expect(await get(folder, [address])).toEqual([join(folder, 'a-images')]);
    expect(seen).toEqual([]);
  });

  it('keeps a file that arrives unpacked under its name without .gz', async () => {
    const folder = temporaryFolder();
    const { address } = await mirror(serve(new Map([['a-images.gz', content]])));
    expect(await get(folder, [address])).toEqual([join(folder, 'a-images')]);
  });

  it('resumes a broken transfer where it stopped', async () => {
    const folder = temporaryFolder();
    let calls = 0;
    const { address, seen } = await mirror((...args) => (calls++ === 0 ? breakAfter(150_000)(...args) : good(...args)));
    await get(folder, [address]);
    const gets = seen.filter(({ method }) => method === 'GET');
    expect(gets.map(({ range }) => range)).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
    expect(readdirSync(folder)).toEqual(['a-images.gz']);
  });

  it('resumes in a later run', async () => {
    const folder = temporaryFolder();
    const broken = await mirror(breakAfter(150_000));
    await expect(get(folder, [broken.address], { patience: { ...patience, rounds: 1 } })).rejects.toMatchObject({
      code: 'DATA_MISSING',
    });
    expect(readdirSync(folder)).toEqual(['a-images.gz.part']);
    const { size } = statSync(join(folder, 'a-images.gz.part'));
    expect(size).toBeGreaterThan(0);
    const { address, seen } = await mirror(good);
    await get(folder, [address]);
    expect(seen.at(-1)?.range).toBe(`bytes=${size}-`);
  });

  it('starts anew where a server ignores the range', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a-images.gz.part'), packed.subarray(0, 1000));
    const { address } = await mirror((_, __, response) => void response.writeHead(200).end(packed));
    const [path] = await get(folder, [address]);
    expect(readFileSync(path as string).equals(packed)).toBe(true);
  });

  it('starts anew where the part here is longer than the file, or of another file', async () => {
    for (const part of [Buffer.concat([packed, packed]), Buffer.alloc(1000, 7)]) {
      const folder = temporaryFolder();
      writeFileSync(join(folder, 'a-images.gz.part'), part);
      const { address } = await mirror(good);
      const [path] = await get(folder, [address]);
      expect(readFileSync(path as string).equals(packed)).toBe(true);
    }
  });

  it('goes on to the next mirror after 404, 500, a wrong checksum, damaged gzip, and a flood', async () => {
    const folder = temporaryFolder();
    const bad: Behaviour[] = [
      (_, __, response) => void response.writeHead(404).end(),
      (_, __, response) => void response.writeHead(503).end(),
      serve(new Map([['a-images.gz', gzipSync(Buffer.alloc(content.length, 1))]])),
      serve(new Map([['a-images.gz', packed.subarray(0, 1000)]])),
      (_, __, response) => void response.writeHead(200).end(Buffer.alloc(content.length + 100_000)),
    ];
    const mirrors = await Promise.all([...bad, good].map((behaviour) => mirror(behaviour)));
    const [path] = await get(
      folder,
      mirrors.map(({ address }) => address),
    );
    expect(readFileSync(path as string).equals(packed)).toBe(true);
    expect(mirrors.map(({ seen }) => seen.filter(({ method }) => method === 'GET').length)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('gives up a server that stops sending, and resumes at another', async () => {
    const folder = temporaryFolder();
    const slow = await mirror((_, __, response) => {
      response.writeHead(200, { 'content-length': packed.length });
      response.write(packed.subarray(0, 70_000));
    });
    const { address, seen } = await mirror(good);
    await get(folder, [slow.address, address], { patience: { ...patience, stall: 1500 } });
    expect(seen.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it('retries a mirror that fails now and then, but only so often', async () => {
    const { address, seen } = await mirror((_, __, response) => void response.writeHead(503).end());
    await expect(get(temporaryFolder(), [address])).rejects.toThrow(/answered 503/);
    expect(seen.filter(({ method }) => method === 'GET')).toHaveLength(3);
  });

  it('says each reason when all mirrors fail, and does so soon', async () => {
    const silent = await mirror(() => {});
    const gone = await mirror((_, __, response) => void response.writeHead(404).end());
    const started = performance.now();
    const failure = get(
      temporaryFolder(),
      ['http://127.0.0.1:9', 'http://no-such-host.invalid', gone.address, silent.address],
      { patience: { ...patience, connect: 400 } },
    );
    await expect(failure).rejects.toMatchObject({ code: 'DATA_MISSING' });
    const { message } = (await failure.catch((error: unknown) => error)) as Error;
    expect(message).toMatch(/none|any of 4 mirrors/);
    expect(message).toMatch(/127\.0\.0\.1:9: /);
    expect(message).toMatch(/no-such-host\.invalid: its name cannot be resolved/);
    expect(message).toMatch(/answered 404/);
    expect(message).toMatch(/no answer for 0\.4 s/);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('stops on request and keeps what came for the next time', async () => {
    const folder = temporaryFolder();
    const stop = new AbortController();
    const { address } = await mirror((_, __, response) => {
      response.writeHead(200, { 'content-length': packed.length });
      response.write(packed.subarray(0, 70_000));
    });
    const failure = get(folder, [address], {
      signal: stop.signal,
      patience: { ...patience, stall: 60_000 },
      progress: () => stop.abort(),
    });
    await expect(failure).rejects.toMatchObject({ code: 'ABORTED' });
    expect(existsSync(join(folder, 'a-images.gz.part'))).toBe(true);
    expect(readdirSync(folder)).toEqual(['a-images.gz.part']);
  });

  it('lets two downloads of the same file run at once', async () => {
    const folder = temporaryFolder();
    const { address } = await mirror(good);
    const both = await Promise.all([get(folder, [address]), get(folder, [address])]);
    expect(both[0]).toEqual(both[1]);
    expect(readdirSync(folder)).toEqual(['a-images.gz']);
  });

  it('goes on with what a process left that was killed in a download, and waits no longer for it than its lease says', async () => {
    const folder = temporaryFolder();
    const { address, seen } = await mirror(good);
    mkdirSync(join(folder, '.downloading'));
    writeFileSync(join(folder, '.downloading/1'), '{"pid":1,"host":"gone","began":null}');
    writeFileSync(join(folder, 'a-images.gz.part-0b9b5c9e'), packed.subarray(0, 500));
    writeFileSync(join(folder, 'a-images.gz.part'), packed.subarray(0, 300));
    const said: string[] = [];
    // At each look at the lease another second has passed.
    const now = performance.now.bind(performance);
    let passed = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now() + (passed += 1000));
    await get(folder, [address], { progress: ({ detail = '' }) => said.push(detail) });
    vi.restoreAllMocks();
    expect(said[0]).toMatch(
      /^process 1 on gone is downloading, for 0 s so far; waiting until .*\.downloading\/1 is over, or stands still for 5 s$/,
    );
    expect(seen.filter(({ method }) => method === 'GET').map(({ range }) => range)).toEqual(['bytes=500-']);
    expect(readdirSync(folder)).toEqual(['a-images.gz']);
  });

  it('says that a folder cannot be written to', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const { address } = await mirror(good);
    await expect(get(join(file, 'mnist'), [address])).rejects.toThrow(/its folder cannot be made/);
  });
});
