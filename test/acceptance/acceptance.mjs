// Writes table.md beside it: published and measured accuracy of every experiment of every study. Computes nothing: run
// the studies on real MNIST first (LAYERWISE_DATA_DIR=... npx nx run-many -t all). The exit code is 1 if a figure is out of its
// band, or a net is not the one that its source states (nets.json).
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseStudy } from '@layerwise/study';
import { judge, table, wrongNets } from './judge.mjs';

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
process.exitCode = out.length + wrong.length > 0 ? 1 : 0;

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
