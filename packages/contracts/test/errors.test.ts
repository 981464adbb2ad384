import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { column, LayerwiseError, throwIfAborted } from '@layerwise/contracts';
import { describe, expect, it } from 'vitest';

describe('LayerwiseError', () => {
  it('describes message, place and remedy', () => {
    const cause = new Error('below');
    const error = new LayerwiseError('DATA_INVALID', 'labels must be in [0, 9], got 10', {
      where: 'train.csv:7',
      remedy: 'Mend the line.',
      cause,
    });
    expect(error.describe()).toBe('labels must be in [0, 9], got 10 (train.csv:7)\n  Mend the line.');
    expect(error).toMatchObject({ name: 'LayerwiseError', code: 'DATA_INVALID', cause });
  });

  it('describes a message alone', () => {
    expect(new LayerwiseError('USAGE', 'no such study').describe()).toBe('no such study');
    expect(new LayerwiseError('USAGE', 'no such study')).not.toHaveProperty('cause');
  });

  it('is known for one where another version of this package, installed beside it, made it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'layerwise-copy-'));
    try {
      const dist = dirname(createRequire(import.meta.url).resolve('@layerwise/contracts'));
      for (const file of ['errors.js', 'errors.js.map', 'printable.js', 'printable.js.map'])
        copyFileSync(join(dist, file), join(folder, file));
      const copy = (await import(pathToFileURL(join(folder, 'errors.js')).href)) as {
        LayerwiseError: typeof LayerwiseError;
      };
      expect(copy.LayerwiseError).not.toBe(LayerwiseError);
      expect(new copy.LayerwiseError('USAGE', 'no such study')).toBeInstanceOf(LayerwiseError);
      expect(new LayerwiseError('USAGE', 'no such study')).toBeInstanceOf(copy.LayerwiseError);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is nothing else that is thrown, whatever it is called', () => {
    const alike = Object.assign(new Error('no such study'), { name: 'LayerwiseError', code: 'USAGE' });
    for (const other of [alike, {}, null, undefined, 'USAGE'])
      expect(other instanceof (LayerwiseError as unknown as new () => object)).toBe(false);
  });
});

describe('throwIfAborted', () => {
  it('throws once the signal has fired', () => {
    const stop = new AbortController();
    expect(() => throwIfAborted(stop.signal)).not.toThrow();
    stop.abort();
    expect(() => throwIfAborted(stop.signal)).toThrow(expect.objectContaining({ code: 'ABORTED' }));
  });
});

describe('column', () => {
  const table = { rows: 2, columns: { features: { data: new Float32Array(6), width: 3 } } };

  it('hands out the column itself', () => {
    expect(column(table, 'features', Float32Array, 3)).toBe(table.columns.features);
  });

  it('names what is wrong', () => {
    expect(() => column(table, 'labels', Float32Array)).toThrow("no column 'labels'; the table has features");
    expect(() => column(table, 'constructor', Float32Array)).toThrow("no column 'constructor'");
    expect(() => column(table, 'features', Uint8Array)).toThrow(
      "column 'features' holds Float32Array, wanted Uint8Array",
    );
    expect(() => column(table, 'features', Float32Array, 4)).toThrow("column 'features' is 3 wide, wanted 4");
  });
});
