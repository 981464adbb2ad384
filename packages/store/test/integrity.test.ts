import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Store } from '@layerwise/store';
import { copyChecker, findDamage, hasLostCopies, noteLooks, removeDamagedCopies } from '@layerwise/store/integrity';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { draft, outcome } from './recipe.js';

const id = 'train-0123456789ab';
let root: string;
let cache: string;
const entry = (): string => join(cache, '42');
const copy = (): string => join(entry(), 'artifacts/stages', id);

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'layerwise-integrity-'));
  [root, cache] = [join(folder, 'artifacts'), join(folder, 'cache')];
  await new Store(root).compute(draft(id), async (output) => {
    await output.json('a', { value: 1 });
    return outcome;
  });
  mkdirSync(join(entry(), 'artifacts/stages'), { recursive: true });
  await cp(join(root, 'stages', id), copy(), { recursive: true });
});
afterEach(() => rmSync(join(root, '..'), { recursive: true }));

/** One bit of a file, size and modification time kept. */
function flip(file: string): void {
  const { atime, mtime } = statSync(file);
  const bytes = readFileSync(file);
  bytes[0] = (bytes[0] as number) ^ 1;
  writeFileSync(file, bytes);
  utimesSync(file, atime, mtime);
}

describe("copies in Nx's cache", () => {
  it('leaves those that are whole, noted or not', () => {
    expect(removeDamagedCopies(root, cache)).toEqual([]);
    noteLooks(root, cache);
    expect(removeDamagedCopies(root, cache)).toEqual([]);
    expect(copyChecker(root)(copy(), id)).toBe(true);
    expect(findDamage(root)).toEqual([]);
    expect(hasLostCopies(root, cache)).toBe(false);
  });

  it('removes one whose file was changed after it was noted', () => {
    noteLooks(root, cache);
    flip(join(copy(), 'data/a.json'));
    expect(copyChecker(root)(copy(), id)).toBe(false);
    expect(removeDamagedCopies(root, cache)).toEqual([{ id, entry: entry() }]);
    expect(hasLostCopies(root, cache)).toBe(true);
    expect(findDamage(root)).toEqual([]);
  });

  it('leaves one alone that is short and new: Nx may be writing it', () => {
    rmSync(join(copy(), 'data/a.json'));
    expect(copyChecker(root)(copy(), id)).toBe(false);
    expect(removeDamagedCopies(root, cache)).toEqual([]);
  });

  it('reads those of artifacts that are doubted, whatever they look like', () => {
    flip(join(copy(), 'data/a.json'));
    noteLooks(root, cache);
    expect(removeDamagedCopies(root, cache)).toEqual([]);
    expect(removeDamagedCopies(root, cache, new Set([id]))).toEqual([{ id, entry: entry() }]);
  });
});
