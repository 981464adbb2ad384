import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stage } from '@layerwise/ingest';
import { describe, expect, it } from 'vitest';
import { describeFormats, formatOf, formats, formatTable } from '../src/formats/list.js';
import { temporaryFolder } from './files.js';
import { load, write } from './custom-data.js';

const root = join(import.meta.dirname, '../../..');
const suffixes = formats.flatMap((format) =>
  [...format.suffixes, ...(format.rareSuffixes ?? [])].map((suffix) => ({ format, suffix })),
);

describe('the formats of data files', () => {
  it.each(suffixes)('$suffix is known by one of them', ({ format, suffix }) => {
    for (const name of [`a${suffix}`, `A${suffix.toUpperCase()}`, `a.csv.d${suffix}`])
      expect(formatOf(name)?.name).toBe(format.name);
    expect(formatOf(`a${suffix}.gz`)?.name).toBe(format.gzipped ? format.name : undefined);
    expect(formatOf(`a${suffix}x`)).toBeUndefined();
  });

  it('have each a name of their own, and something that reads them', () => {
    expect(new Set(formats.map(({ name }) => name)).size).toBe(formats.length);
    for (const { file, folder } of formats) expect([!!file, !!folder]).toContain(true);
    for (const { file, suffixes } of formats) expect(suffixes.length > 0).toBe(file !== undefined);
  });

  it('are all named where a file is of none of them, and in the schema of studies', async () => {
    const folder = write(temporaryFolder(), { 'digits.bmp': 'x' });
    await expect(load(folder, { from: 'digits.bmp' })).rejects.toThrow(describeFormats());
    for (const { name, suffixes } of formats) {
      expect(describeFormats()).toContain(name);
      for (const suffix of suffixes) expect(describeFormats()).toContain(suffix);
    }
    expect(stage.params.from.doc).toContain(describeFormats());
    expect(readFileSync(join(root, 'pipelines/study.schema.json'), 'utf8')).toContain(describeFormats());
  });

  it('are those of the table in README.md', () => {
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(`\n${formatTable()}\n`);
  });
});
