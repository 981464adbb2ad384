import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './files.js';
import { goldens, load, write } from './custom-data.js';

const pixels = Array.from({ length: 12 }, (_, i) => Array.from({ length: 16 }, (_, p) => (i * 37 + p * 11) % 256));
const labels = pixels.map((_, i) => i % 3);
const names = ['circle', 'square', 'été'];
const numbers = ['0', '1', '2'];

describe.each<[string, string[]]>([
  ['pandas_snappy.parquet', numbers],
  ['pandas_named_gzip.parquet', names],
  ['polars_zstd.parquet', numbers],
  ['list_brotli.parquet', numbers],
  ['fixed_list_lz4.parquet', names],
  ['nested_list.parquet', numbers],
  ['duckdb_list.parquet', numbers],
  ['pictures.parquet', numbers],
  ['pandas_lz4.feather', numbers],
  ['list_zstd.arrow', names],
  ['fixed_list.arrow', numbers],
  ['stream.arrows', numbers],
  ['polars.arrow', numbers],
  ['nested_list.arrow', numbers],
  ['nested_large.arrow', numbers],
  ['nested_fixed.arrow', numbers],
  ['nested_mixed.arrow', numbers],
  ['nested_mixed_large.arrow', numbers],
  ['nested_channel.arrow', numbers],
  ['nested_slice.arrow', numbers],
  ['fixed_binary.arrow', numbers],
])('%s, written elsewhere', (from, classes) => {
  it('holds the images and labels that were written', async () => {
    const { info, train, test } = await load(goldens, { from, test: from });
    expect(train).toEqual({ labels, pixels });
    expect(test).toEqual(train);
    expect(info).toMatchObject({ name: from, width: 4, height: 4, classes });
  });

  it('is an error, or no defect, whichever byte is changed, and when cut short', async () => {
    const bytes = readFileSync(join(goldens, from));
    const variants = Array.from({ length: 60 }, (_, i) => Math.floor((i * bytes.length) / 60)).map((at, i) =>
      i % 10 === 9 ? bytes.subarray(0, at) : Uint8Array.from(bytes, (byte, j) => (j === at ? byte ^ 0x91 : byte)),
    );
    const folder = temporaryFolder();
    for (const content of variants) {
      write(folder, { [from]: content });
      await load(folder, { from, test: from }).catch((error: Error) =>
        expect(`${error.name} ${error.message}`).toMatch(/^LayerwiseError/),
      );
    }
  });
});

describe('lists as long as they may be', () => {
  it('are read', async () => {
    const { info, train } = await load(goldens, {
      from: 'largest_list.parquet',
      test: 'largest_list.parquet',
      size: 1,
    });
    expect(info).toMatchObject({ width: 1, classes: ['0', '1'] });
    expect(train.pixels).toEqual([[100], [200]]);
  });
});

describe('a defect of a table', () => {
  it.each<[string, RegExp, RegExp]>([
    ['ragged.parquet', /column 'image' must have 16 pixels like its first row, got 15/, /row 4$/],
    ['ragged.arrow', /column 'image' must have 16 pixels like its first row, got 15/, /row 4$/],
    ['missing.parquet', /column 'image' must have no missing values/, /row 4$/],
    ['missing.arrow', /column 'image' must have no missing values/, /row 4$/],
    ['nested_missing.arrow', /column 'image' must have no missing values/, /nested_missing\.arrow/],
    [
      'nested_ragged.arrow',
      /column 'image' must have lists of the same length in a row, got one of 3 and one of 5/,
      /row 4$/,
    ],
    ['nested_ragged.parquet', /column 'image' must have lists as long as those of its first row/, /row 4$/],
    ['nested_oblong.arrow', /the lists of column 'image' must be square images, got 2 x 8/, /nested_oblong\.arrow/],
    ['nested_oblong.parquet', /the lists of column 'image' must be square images, got 2 x 8/, /nested_oblong\.parquet/],
  ])('is told: %s', async (from, message, where) => {
    const failure = load(goldens, { from });
    await expect(failure).rejects.toThrow(message);
    await expect(failure).rejects.toMatchObject({ code: 'DATA_INVALID', where: expect.stringMatching(where) });
  });

  it.each(['a.parquet', 'a.arrow', 'a.feather'])('is told of what is no such file: %s', async (from) => {
    for (const content of ['', 'hello', 'PAR1', 'ARROW1\0\0ARROW1', `PAR1${'x'.repeat(50)}\xff\xff\xff\x7fPAR1`]) {
      await expect(
        load(write(temporaryFolder(), { [from]: Buffer.from(content, 'latin1') }), { from }),
      ).rejects.toMatchObject({ code: 'DATA_INVALID', where: expect.stringContaining(from) });
    }
  });

  it('is told of a column that is neither label nor pixel', async () => {
    await expect(load(goldens, { from: 'fixed_list_lz4.parquet', label: 'pixels' })).rejects.toThrow(
      /column of labels 'pixels' must have one label a row, got lists|must be a label and numbers/,
    );
    await expect(load(goldens, { from: 'pandas_snappy.parquet', label: 'pixle3' })).rejects.toThrow(
      "did you mean 'pixel3'?",
    );
  });
});
