import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileCache } from '@layerwise/store/file-cache';
import { readNotes, writeNotes } from '@layerwise/store/notes';
import { StatCache } from '@layerwise/store/stat-cache';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'layerwise-notes-'));
  file = join(folder, 'notes.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const notes = { 'a/b': { look: '1 2 3 4', found: { sha256: 'x' } }, constructor: { look: '', found: {} } };

describe('notes', () => {
  it('come back as they were written', () => {
    writeNotes(file, notes);
    expect(readNotes(file)).toEqual(notes);
  });

  it.each([
    ['no file', undefined],
    ['nothing', () => ''],
    ['null', () => 'null'],
    ['notes without their digest', () => JSON.stringify(notes)],
    ['null with its digest', (text: string) => text.replace(/\n.*/s, '\nnull')],
    ['half of it', (text: string) => text.slice(0, text.length / 2)],
    ['a value changed', (text: string) => text.replace('1 2 3 4', '1 2 3 5')],
    ['a value taken away', (text: string) => text.replace('"1 2 3 4"', 'null')],
    ['more behind it', (text: string) => `${text} `],
  ])('are as if there were none where the file holds %s', (_what, forge) => {
    writeNotes(file, notes);
    if (forge) writeFileSync(file, forge(readFileSync(file, 'utf8')));
    else rmSync(file);
    expect(readNotes(file)).toBeUndefined();
    writeFileSync(join(folder, 'data'), 'some bytes');
    expect(new FileCache(file).get('length', join(folder, 'data'), ({ length }) => length)).toBe(10);
    expect(new StatCache(file).damageOf({ id: 'train-1', key: 'train-1', folder })).toMatchObject([
      { what: 'missing' },
    ]);
  });
});
