import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Store } from '@layerwise/store';
import { copyChecker, hasLostCopies, noteCopies, removeDamagedCopies } from '@layerwise/store/nx-cache';
import { readNotes } from '@layerwise/store/notes';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { draft, outcome } from './recipe.js';

/** What is done in the place of waiting for the next look; nothing else in this file waits. */
let meanwhile = (): void => undefined;
vi.mock('node:timers/promises', () => ({ setTimeout: async () => meanwhile() }));

const id = 'train-0123456789ab';
let root: string;
let cache: string;
let notes: string;
const entry = (): string => join(cache, '42');
const copy = (): string => join(entry(), 'artifacts/stages', id);

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'layerwise-integrity-'));
  [root, cache, notes] = [join(folder, 'artifacts'), join(folder, 'cache'), join(folder, 'notes.json')];
  await new Store(root).compute(draft(id), async (output) => {
    await output.json('a', { value: 1 });
    return outcome;
  });
  mkdirSync(join(entry(), 'artifacts/stages'), { recursive: true });
  await cp(join(root, 'stages', id), copy(), { recursive: true });
});
afterEach(() => {
  meanwhile = () => undefined;
  rmSync(join(root, '..'), { recursive: true });
});

/** One bit of a file, size and modification time kept. */
function flip(file: string): void {
  const { atime, mtime } = statSync(file);
  const bytes = readFileSync(file);
  bytes[0] = (bytes[0] as number) ^ 1;
  writeFileSync(file, bytes);
  utimesSync(file, atime, mtime);
}

describe("copies in Nx's cache", () => {
  it('leaves those that are whole, noted or not', async () => {
    expect(await removeDamagedCopies(cache, notes)).toEqual([]);
    noteCopies(cache, notes);
    expect(await removeDamagedCopies(cache, notes)).toEqual([]);
    expect(copyChecker(notes)(copy(), id)).toBe(true);
    expect(hasLostCopies(cache, notes)).toBe(false);
  });

  it('removes one whose file was changed after it was noted', async () => {
    noteCopies(cache, notes);
    flip(join(copy(), 'data/a.json'));
    expect(copyChecker(notes)(copy(), id)).toBe(false);
    expect(await removeDamagedCopies(cache, notes)).toEqual([{ id, entry: entry() }]);
    expect(hasLostCopies(cache, notes)).toBe(true);
  });

  it('notes no change of a file whose manifest is as it was: nobody has read it', async () => {
    noteCopies(cache, notes);
    flip(join(copy(), 'data/a.json'));
    noteCopies(cache, notes);
    expect(await removeDamagedCopies(cache, notes)).toEqual([{ id, entry: entry() }]);
  });

  it('notes what it has read and found whole, so that it is read once', async () => {
    noteCopies(cache, notes);
    const before = readFileSync(notes, 'utf8');
    utimesSync(join(copy(), 'data/a.json'), 1, 1);
    expect(await removeDamagedCopies(cache, notes)).toEqual([]);
    const after = readFileSync(notes, 'utf8');
    expect(after).not.toBe(before);
    noteCopies(cache, notes);
    expect(readFileSync(notes, 'utf8')).toBe(after);
    expect(readNotes(notes)).toEqual({
      [`42/${id}`]: {
        'manifest.json': expect.any(String) as string,
        'data/a.json': expect.stringMatching(/^\d+ 1000000000 /) as string,
      },
    });
  });

  it('leaves one alone that is short and new as long as it changes: Nx is writing it', async () => {
    const [file, bytes] = [join(copy(), 'data/a.json'), readFileSync(join(copy(), 'data/a.json'))];
    writeFileSync(file, bytes.subarray(0, 1));
    expect(copyChecker(notes)(copy(), id)).toBe(false);
    let looks = 0;
    meanwhile = () => {
      if (++looks % 4 === 0) writeFileSync(file, bytes.subarray(0, 1 + looks / 4));
    };
    expect(await removeDamagedCopies(cache, notes)).toEqual([]);
    expect(looks).toBe(40);
    expect(statSync(file).size).toBeLessThan(bytes.length);
    rmSync(notes, { force: true });
    looks = 0;
    meanwhile = () => void looks++;
    expect(await removeDamagedCopies(cache, notes)).toEqual([{ id, entry: entry() }]);
    expect(looks).toBe(4);
  });

  it.each([
    ['cut short', (file: string) => truncateSync(file, 1)],
    ['missing', (file: string) => rmSync(file)],
    ['changed', flip],
  ])('removes one at once whose file is %s, however new it is', async (_what, damage) => {
    damage(join(copy(), 'data/a.json'));
    expect(await removeDamagedCopies(cache, notes)).toEqual([{ id, entry: entry() }]);
  });

  it('notes nothing of one whose file has another size than its manifest says', async () => {
    truncateSync(join(copy(), 'data/a.json'), 1);
    noteCopies(cache, notes);
    expect(await removeDamagedCopies(cache, notes)).toEqual([{ id, entry: entry() }]);
  });

  it('reads those of artifacts that are doubted, whatever they look like', async () => {
    flip(join(copy(), 'data/a.json'));
    noteCopies(cache, notes);
    expect(await removeDamagedCopies(cache, notes)).toEqual([]);
    expect(await removeDamagedCopies(cache, notes, new Set([id]))).toEqual([{ id, entry: entry() }]);
  });
});
