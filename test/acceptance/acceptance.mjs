// Writes table.md beside it: published and measured accuracy of every experiment of every study. Computes nothing: run
// the studies on real MNIST first (LAYERWISE_DATA_DIR=... npx nx run-many -t all). The exit code is 1 if a figure is out of its
// band, a net is not the one that its source states (nets.json), or a study's page lacks a figure of its source (sources.csv).
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseStudy } from '@layerwise/study';
import { judge, table, wrongNets } from './judge.mjs';
import { unshown } from './shown.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Folders, in the order of the table. */
const studies = ['assignment', 'a1', 'msds422', 'ex4', 'problem1'];

const nets = JSON.parse(await readFile(new URL('nets.json', import.meta.url), 'utf8'));
const parsed = [];
for (const folder of studies) {
  const file = `pipelines/${folder}/study.yaml`;
  parsed.push(parseStudy(await readFile(join(root, file), 'utf8'), file));
}
const wrong = wrongNets(parsed, nets);
for (const line of wrong) process.stdout.write(`${line}\n`);
const rows = [];
for (const { name, experiments } of parsed) {
  for (const { name: experiment, published } of experiments) {
    const address = `${name}:${experiment}`;
    rows.push({ address, published, expected: nets[address], ...(await show(address)) });
  }
}
await writeFile(fileURLToPath(new URL('table.md', import.meta.url)), table(rows));
const judged = rows.map(({ address, result, published, expected }) => ({
  address,
  ...judge(result, published, expected),
}));
const out = judged.filter(({ state }) => state === 'out');
for (const { address, words } of out) process.stdout.write(`${address}: ${words}\n`);
process.stdout.write(
  `${judged.filter(({ state }) => state === 'in').length} of ${rows.length} experiments in their band; test/acceptance/table.md\n`,
);
const lacking = await lackingFigures();
for (const line of lacking) process.stdout.write(`${line}\n`);
process.exitCode = out.length + wrong.length + lacking.length > 0 ? 1 : 0;

/** What the pages of the studies that are built lack of the figures of their sources. */
async function lackingFigures() {
  const lacking = [];
  for (const [i, folder] of studies.entries()) {
    const { name } = parsed[i];
    const built = rows.filter(({ address, result }) => result && address.startsWith(`${name}:`));
    if (built.length === 0) continue;
    const csv = await readFile(join(root, `pipelines/${folder}/sources.csv`), 'utf8');
    const page = await readFile(join(root, `artifacts/${name}/report/index.html`), 'utf8');
    const names = built.map(({ address }) => address.slice(name.length + 1));
    lacking.push(...unshown(csv, page, names).map((line) => `${name}: pipelines/${folder}/sources.csv: ${line}`));
  }
  return lacking;
}

/** The figures of an experiment; nothing if it is not built. `stale`: they are of an earlier plan. */
function show(address) {
  return new Promise((done, fail) => {
    execFile(
      process.execPath,
      [join(root, 'packages/cli/bin/layerwise.mjs'), 'show', address, '--json'],
      { cwd: root, maxBuffer: 16 << 20 },
      (error, stdout, stderr) => {
        if (!error) done({ result: JSON.parse(stdout), stale: stderr.includes('the last run') });
        else if (/is not built/.test(stderr)) done({});
        else fail(new Error(`${address}: ${stderr}`));
      },
    );
  });
}
