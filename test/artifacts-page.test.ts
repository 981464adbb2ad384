import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemas } from '@layerwise/contracts';
import { expect, it } from 'vitest';

const docs = join(import.meta.dirname, '../docs');
const { artifactsPage } = (await import(join(docs, 'artifacts.mjs'))) as { artifactsPage(): string };

it('docs/artifacts.md is as the schemas are; else run node docs/artifacts.mjs', () =>
  expect(readFileSync(join(docs, 'artifacts.md'), 'utf8')).toBe(artifactsPage()));

it('docs/artifacts.md names every file and column of every kind', () => {
  const page = readFileSync(join(docs, 'artifacts.md'), 'utf8').replaceAll('\\<', '<');
  const missing = Object.values(schemas).flatMap(({ files }) =>
    Object.entries(files).flatMap(([name, file]) => [
      ...(page.includes(`\`${name}\``) ? [] : [name]),
      ...Object.keys('columns' in file ? file.columns : {}).filter((column) => !page.includes(`\n| ${column} |`)),
    ]),
  );
  expect(missing).toEqual([]);
});
