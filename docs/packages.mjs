// Draws the packages and who may import whom into docs/architecture.md, from docs/layers.js: node docs/packages.mjs
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { layers } from './layers.js';

const root = join(import.meta.dirname, '..');
const page = join(import.meta.dirname, 'architecture.md');

const isStage = (name) => name !== 'contracts' && existsSync(join(root, `packages/${name}/src/stage.ts`));

/** The groups of the picture, from the top; a package belongs to the first that has it. */
const groups = [
  { id: 'top', title: 'commands, Nx, engine', has: (name) => ['cli', 'nx-plugin', 'workspace'].includes(name) },
  { id: 'stages', title: 'stages', has: isStage },
  { id: 'bodies', title: 'shared by stages', has: (name) => ['fit', 'reduce'].includes(name) },
  { id: 'numbers', title: 'nets and kernels', has: (name) => ['nets', 'kernels'].includes(name) },
  { id: 'records', title: 'studies and artifacts', has: (name) => ['study', 'store'].includes(name) },
  { id: 'ground', title: 'contracts', has: (name) => name === 'contracts' },
  { id: 'beside', title: 'beside the pipeline', has: () => true },
];

/** What a package imports and nothing else that it imports leads to: the arrows that have to be drawn. */
function nearest(name) {
  const allowed = layers[name];
  const leadsTo = (from, to) => layers[from].some((next) => next === to || leadsTo(next, to));
  return allowed.filter((target) => !allowed.some((between) => between !== target && leadsTo(between, target)));
}

/** Packages of one group with the same arrows stand in one box. */
function boxes() {
  const names = Object.keys(layers);
  const arrows = (name) =>
    JSON.stringify([[...nearest(name)].sort(), names.filter((other) => nearest(other).includes(name)).sort()]);
  const found = new Map();
  for (const name of names) {
    const group = groups.find(({ has }) => has(name));
    const key = `${group.id} ${arrows(name)}`;
    found.set(key, { group, names: [...(found.get(key)?.names ?? []), name] });
  }
  return [...found.values()];
}

/** The picture as a block of Mermaid. */
export function picture() {
  const all = boxes();
  const id = (name) => `p_${all.find(({ names }) => names.includes(name)).names[0].replaceAll('-', '_')}`;
  const lines = groups.flatMap((group) => {
    const own = all.filter((box) => box.group === group);
    if (own.length === 0) return [];
    return [
      `  subgraph ${group.id}["${group.title}"]`,
      ...own.map(({ names }) => `    ${id(names[0])}["${names.join('<br/>')}"]`),
      '  end',
    ];
  });
  const arrows = all.flatMap(({ names: [first] }) =>
    [...new Set(nearest(first).map(id))].map((to) => `  ${id(first)} --> ${to}`),
  );
  return ['```mermaid', 'flowchart TB', ...lines, ...arrows, '```'].join('\n');
}

const marked = /(<!-- packages: node docs\/packages\.mjs -->\n)[^]*?(<!-- end of packages -->)/;

/** The page with the picture of today's layers. */
export const pageWithPicture = (text) => text.replace(marked, (_, start, end) => `${start}${picture()}\n${end}`);

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(page, pageWithPicture(readFileSync(page, 'utf8')));
