import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { roles, type Role } from '@layerwise/study';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { layers } = (await import(join(root, 'docs/layers.js'))) as { layers: Record<string, readonly string[]> };
const { pageWithPicture } = (await import(join(root, 'docs/packages.mjs'))) as {
  pageWithPicture: (text: string) => string;
};
const page = read('docs/architecture.md');

/** Boxes of the picture of packages, by id, and its arrows. */
const picture = /<!-- packages[^]*?<!-- end/.exec(page)?.[0] ?? '';
const boxes = new Map(
  [...picture.matchAll(/^ {4}(\w+)\["(.+)"\]$/gm)].map((match) => [match[1], (match[2] as string).split('<br/>')]),
);
const arrows = [...picture.matchAll(/^ {2}(\w+) --> (\w+)$/gm)].flatMap(([, from, to]) =>
  (boxes.get(from) ?? []).flatMap((a) => (boxes.get(to) ?? []).map((b) => [a, b] as const)),
);

/** All that the arrows of a package lead to. */
function reached(from: string, met = new Set<string>()): Set<string> {
  for (const [a, b] of arrows)
    if (a === from && !met.has(b)) {
      met.add(b);
      reached(b, met);
    }
  return met;
}

describe('the picture of packages in docs/architecture.md', () => {
  it('is drawn from docs/layers.js as it is now', () => {
    expect(pageWithPicture(page) === page, 'run `node docs/packages.mjs`').toBe(true);
  });

  it('has every package once', () => {
    expect([...boxes.values()].flat().sort()).toEqual(Object.keys(layers).sort());
  });

  it('has no arrow that is not allowed', () => {
    expect(arrows.length).toBeGreaterThan(0);
    expect(arrows.filter(([a, b]) => !layers[a]?.includes(b))).toEqual([]);
  });

  it('leads from each package to all that it may import', () => {
    for (const [name, allowed] of Object.entries(layers))
      expect([...reached(name)]).toEqual(expect.arrayContaining([...allowed]));
  });
});

describe('the table of roles in docs/architecture.md', () => {
  it.each(Object.entries<Role>(roles))('says what %s writes, and by which package', (role, { writes, uses }) => {
    const cells = new RegExp(`^\\| ${role}(?: \\(optional\\))? \\| (.+?) \\| .* \\| (\\w+) \\|$`, 'm').exec(page);
    expect(cells?.slice(1)).toEqual([uses ?? '–', writes]);
  });
});

const prose = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'artifacts/README.md',
  'bench/README.md',
  'docs/architecture.md',
].concat(
  readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`),
  ['.', './assembly/train', './assembly/forest', './assembly/pca', './assembly/tsne'].map((folder) =>
    join('packages/kernels', folder, 'README.md'),
  ),
);

/** What commands of the prose make. */
const made = /^docs\/api\b/;

describe('paths of this repository in prose', () => {
  it.each(prose.filter((path) => path.endsWith('.md')))('in %s are there', (path) => {
    const paths = [
      ...read(path).matchAll(/`(?:node |npx vitest run )?((?:packages|test|docs|bench|pipelines)\/[\w./-]+)[` ]/g),
    ];
    expect(
      paths.map((match) => match[1] as string).filter((name) => !made.test(name) && !existsSync(join(root, name))),
    ).toEqual([]);
  });
});

describe('the tests that SECURITY.md names', () => {
  it.each(
    [...read('SECURITY.md').matchAll(/`([\w./-]+\.test\.ts)`, "([^"]+)"/g)].map(([, file, title]) => [title, file]),
  )('"%s" is in %s', (title, file) => {
    expect(read(file as string)).toContain(title);
  });
});
