/** Keeps the figures of each part in docs/benchmarks.json and draws the page and the plot from all of them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { plot } from './plot.mjs';
import { rowMarkdown } from './table.mjs';

/** Where the page is kept. */
export const docs = fileURLToPath(new URL('../docs', import.meta.url));

/** Parts in the order of the page. */
const order = ['main', 'train', 'ex4', 'wide', 'native', 'predict', 'pca', 'forest', 'tsne', 'growth'];

const round = (_, value) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;

/** What is worth keeping of a row: no file names, no lists of columns. */
function slim(row) {
  const figures = (all) =>
    all.map((figure) => Object.fromEntries(Object.entries(figure).filter(([, value]) => typeof value === 'number')));
  return { ...row, entries: row.entries.map((entry) => ({ ...entry, figures: figures(entry.figures) })) };
}

function machine() {
  const [first] = cpus();
  return `${first.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}, Node ${process.version}`;
}

function page(record) {
  const sections = order
    .filter((part) => record[part])
    .map((part) => {
      const { rows, repetitions, load, data, machine: where, date } = record[part];
      const busy = load === undefined ? '' : `, load average ${load.toFixed(1)} when it began`;
      return [
        `## ${part}`,
        `\`npm run bench -- ${part}\`, up to ${repetitions} repetitions, data set ${data}, ${date}, ${where}${busy}.`,
        rows.map(rowMarkdown).join('\n'),
      ].join('\n\n');
    });
  const versions = new Set(
    Object.values(record)
      .flatMap(({ rows }) => rows.flatMap(({ entries }) => entries.map((entry) => entry.version?.split(',')[0])))
      .filter((version) => version && !version.startsWith('Node')),
  );
  return `# Benchmarks

Written by \`npm run bench\` (bench/README.md says how it measures); peers: ${[...versions].join(', ') || 'none'}.
Seconds drift on shared machines: read the ratios, which come from one run, program after program in turn.

![Seconds of the peers as multiples of ours, and growth with the number of rows](benchmarks.svg)

${sections.join('\n')}`;
}

/**
 * Adds the rows of a part to the figures in `folder`, in the place of its older ones, and draws all anew.
 * @param {string} part @param {import('./parts.mjs').Row[]} rows
 */
export function keep(part, rows, { repetitions, data, load }, folder) {
  if (!rows.length) return;
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/benchmarks.json`;
  const record = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  record[part] = {
    rows: rows.map(slim),
    repetitions,
    load,
    data: data.name,
    machine: machine(),
    date: new Date().toISOString().slice(0, 10),
  };
  writeFileSync(file, `${JSON.stringify(record, round, 1)}\n`);
  writeFileSync(`${folder}/benchmarks.md`, page(record));
  writeFileSync(`${folder}/benchmarks.svg`, plot(record));
}
