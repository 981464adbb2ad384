import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const src = join(import.meta.dirname, '../src');
/** From the ground up: what stands in a folder imports from its own and those before it. */
const folders = ['samples', 'codecs', 'synthetic-digits', 'interpretation', 'formats', 'download', 'datasets'];

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const imports = new Map(
  files.map((file) => {
    const text = readFileSync(join(src, file), 'utf8');
    const specifiers = [...text.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)\.js'/g)].map(
      ([, path]) => path as string,
    );
    return [file, specifiers.map((path) => normalize(join(dirname(file), `${path}.ts`)))];
  }),
);

describe('the folders of packages/ingest/src', () => {
  it('are all in the order', () => {
    expect([...new Set(files.map((file) => dirname(file)))].sort()).toEqual(['.', ...folders].sort());
  });

  it('import nothing from above', () => {
    const rank = (file: string): number => (dirname(file) === '.' ? folders.length : folders.indexOf(dirname(file)));
    const upwards = files.flatMap((file) =>
      imports
        .get(file)!
        .filter((target) => rank(target) > rank(file))
        .map((target) => `${file} -> ${target}`),
    );
    expect(upwards).toEqual([]);
    expect(imports.get('stage.ts')).toContain('datasets/mnist.ts');
  });

  it('have no circles of files', () => {
    const walk = (file: string, path: readonly string[]): void => {
      expect(path, [...path, file].join(' -> ')).not.toContain(file);
      for (const next of imports.get(file)!) walk(next, [...path, file]);
    };
    for (const file of files) walk(file, []);
  });
});
