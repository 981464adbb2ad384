import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { heldLocks, withLock } from '@layerwise/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-lock-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const calm = { signal: new AbortController().signal };

/** What the lease does, which a lock is, stands in contracts/test/lease.test.ts. */
describe('withLock', () => {
  it('hands on what the work returns, and what it throws as it is', async () => {
    expect(await withLock(join(root, 'lock'), calm, () => Promise.resolve(5))).toBe(5);
    const failure = Object.assign(new Error('no'), { code: 'ENOSPC' });
    await expect(withLock(join(root, 'lock'), calm, () => Promise.reject(failure))).rejects.toBe(failure);
  });

  it('stops waiting when told to', async () => {
    mkdirSync(join(root, 'lock'));
    writeFileSync(join(root, 'lock/1'), '{"pid":1,"host":"gone","began":null}');
    const stop = new AbortController();
    await expect(
      withLock(join(root, 'lock'), { signal: stop.signal, onWait: () => stop.abort() }, () => Promise.resolve()),
    ).rejects.toMatchObject({ code: 'ABORTED' });
    expect(readdirSync(join(root, 'lock'))).toEqual(['1']);
  });

  it('refuses a link to a folder in the place of the lock, and leaves what lies there', async () => {
    mkdirSync(join(root, 'other'));
    writeFileSync(join(root, 'other/5'), 'a file of its own');
    symlinkSync(join(root, 'other'), join(root, 'train-1'));
    await expect(withLock(join(root, 'train-1'), calm, () => Promise.resolve())).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      message: 'the lock train-1 must be a folder, got a link',
      where: join(root, 'train-1'),
    });
    expect(readdirSync(join(root, 'other'))).toEqual(['5']);
  });

  it('says which place is at fault where no lock can be made', async () => {
    writeFileSync(join(root, '.locks'), '');
    await expect(withLock(join(root, '.locks/train-1'), calm, () => Promise.resolve())).rejects.toMatchObject({
      code: 'STORAGE_FAILED',
      where: join(root, '.locks'),
    });
  });
});

describe('heldLocks', () => {
  it('names those that are held by a process that is there, not those that are over or of one that is gone', async () => {
    expect(await heldLocks(join(root, 'none'))).toEqual([]);
    await withLock(join(root, 'over'), calm, () => Promise.resolve());
    mkdirSync(join(root, 'gone'));
    writeFileSync(join(root, 'gone/1'), '{"pid":1,"host":"gone","beats":5}');
    writeFileSync(join(root, 'file'), '');
    await withLock(join(root, 'held'), calm, async () => {
      expect(await heldLocks(root)).toMatchObject([{ name: 'held', holder: { pid: process.pid } }]);
    });
  });
});
