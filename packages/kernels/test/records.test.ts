import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kernels, recordFiles } from '../assembly/records.mjs';

describe.each(Object.keys(kernels) as (keyof typeof kernels)[])('the records of %s', (kernel) => {
  it.each(Object.entries(recordFiles(kernel)))('stand in %s as the table has them', (path, text) => {
    expect(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')).toBe(text);
  });
});
