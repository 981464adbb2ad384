import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileCache, readNotes } from '@layerwise/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;
let read: string[];
const at = (name: string): string => join(root, name);
const lengthOf = (fileCache: FileCache): number | undefined =>
  fileCache.get('length', at('file'), (bytes) => {
    read.push(bytes.toString());
    return bytes.length;
  });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-file-cache-'));
  read = [];
  writeFileSync(at('file'), 'abc');
});
afterEach(() => rmSync(root, { recursive: true }));

/** Beyond the time in which a file may change without looking different. */
const settle = (): Promise<void> => sleep(1100);

describe('FileCache', () => {
  it('reads a file once, and not again in the next process while it looks the same', async () => {
    await settle();
    const fileCache = new FileCache(at('notes'));
    expect([lengthOf(fileCache), lengthOf(fileCache)]).toEqual([3, 3]);
    fileCache.save();
    expect(lengthOf(new FileCache(at('notes')))).toBe(3);
    expect(read).toEqual(['abc']);
  });

  it('notices a change that keeps size and time', async () => {
    await settle();
    const fileCache = new FileCache(at('notes'));
    lengthOf(fileCache);
    fileCache.save();
    const { atime, mtime } = statSync(at('file'));
    writeFileSync(at('file'), 'xyz');
    utimesSync(at('file'), atime, mtime);
    lengthOf(new FileCache(at('notes')));
    expect(read).toEqual(['abc', 'xyz']);
  });

  it('keeps nothing of a file that changed just now: it may change again and look the same', () => {
    const fileCache = new FileCache(at('notes'));
    lengthOf(fileCache);
    fileCache.save();
    expect(readNotes(at('notes'))).toEqual({});
  });

  it('knows of no file where there is none, and starts anew from notes that were cut short', () => {
    writeFileSync(at('notes'), '{"a');
    const fileCache = new FileCache(at('notes'));
    expect(fileCache.get('length', at('absent'), () => 1)).toBeUndefined();
    expect(lengthOf(fileCache)).toBe(3);
  });
});
