import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFile, replaceFileSync } from '@layerwise/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'layerwise-replacement-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const ways: [string, (path: string, text: string) => Promise<void>][] = [
  ['replaceFile', (path, text) => replaceFile(path, [text.slice(0, 2), Buffer.from(text.slice(2))])],
  ['replaceFile, durable', (path, text) => replaceFile(path, [text], { durable: true, temporary: `${path}.new` })],
  ['replaceFileSync', async (path, text) => replaceFileSync(path, text)],
];

describe.each(ways)('%s', (_, replace) => {
  it('writes a file, making the folders on its way, and leaves nothing beside it', async () => {
    await replace(join(folder, 'a/b/c'), 'first');
    await replace(join(folder, 'a/b/c'), 'second');
    expect(readFileSync(join(folder, 'a/b/c'), 'utf8')).toBe('second');
    expect(readdirSync(join(folder, 'a/b'))).toEqual(['c']);
  });

  it('gives a reader who has opened the old file the old one to its end', async () => {
    writeFileSync(join(folder, 'a'), 'old');
    const { openSync, readSync, closeSync } = await import('node:fs');
    const file = openSync(join(folder, 'a'), 'r');
    await replace(join(folder, 'a'), 'newer');
    const read = Buffer.alloc(8);
    expect(read.toString('utf8', 0, readSync(file, read))).toBe('old');
    closeSync(file);
  });

  it('leaves nothing beside what it could not replace', async () => {
    mkdirSync(join(folder, 'a/full'), { recursive: true });
    await expect(replace(join(folder, 'a'), 'text')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(folder)).toEqual(['a']);
    expect(readdirSync(join(folder, 'a'))).toEqual(['full']);
  });

  it.skipIf(process.getuid?.() === 0)('fails in a folder that cannot be written, which stays as it was', async () => {
    writeFileSync(join(folder, 'a'), 'old');
    chmodSync(folder, 0o500);
    await expect(replace(join(folder, 'a'), 'text')).rejects.toMatchObject({ code: 'EACCES' });
    chmodSync(folder, 0o700);
    expect(readdirSync(folder)).toEqual(['a']);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('old');
  });
});
