import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileMemo, readNotes } from '@layerwise/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;
let read: string[];
const at = (name: string): string => join(root, name);
const lengthOf = (memo: FileMemo): number | undefined =>
  memo.get('length', at('file'), (bytes) => {
    read.push(bytes.toString());
    return bytes.length;
  });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-memo-'));
  read = [];
  writeFileSync(at('file'), 'abc');
});
afterEach(() => rmSync(root, { recursive: true }));

/** Beyond the time in which a file may change without looking different. */
const settle = (): Promise<void> => sleep(1100);

describe('FileMemo', () => {
  it('reads a file once, and not again in the next process while it looks the same', async () => {
    await settle();
    const memo = new FileMemo(at('notes'));
    expect([lengthOf(memo), lengthOf(memo)]).toEqual([3, 3]);
    memo.save();
    expect(lengthOf(new FileMemo(at('notes')))).toBe(3);
    expect(read).toEqual(['abc']);
  });

  it('notices a change that keeps size and time', async () => {
    await settle();
    const memo = new FileMemo(at('notes'));
    lengthOf(memo);
    memo.save();
    const { atime, mtime } = statSync(at('file'));
    writeFileSync(at('file'), 'xyz');
    utimesSync(at('file'), atime, mtime);
    lengthOf(new FileMemo(at('notes')));
    expect(read).toEqual(['abc', 'xyz']);
  });

  it('keeps nothing of a file that changed just now: it may change again and look the same', () => {
    const memo = new FileMemo(at('notes'));
    lengthOf(memo);
    memo.save();
    expect(readNotes(at('notes'))).toEqual({});
  });

  it('knows of no file where there is none, and starts anew from notes that were cut short', () => {
    writeFileSync(at('notes'), '{"a');
    const memo = new FileMemo(at('notes'));
    expect(memo.get('length', at('absent'), () => 1)).toBeUndefined();
    expect(lengthOf(memo)).toBe(3);
  });
});
