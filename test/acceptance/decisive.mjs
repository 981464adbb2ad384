// Prints what the decisive pixels of each class do in every built experiment, beside as much change elsewhere and beside nets
// that know nothing. Computes nothing: run the studies first. The exit code is 1 if in an experiment above 90% a class does
// not beat its control tenfold and the page does not say so.
//   node test/acceptance/decisive.mjs [<study>:<experiment> ...]
import { execFile } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { StoredArtifact } from '@layerwise/store';
import { parseStudy } from '@layerwise/study';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
/** An experiment above this accuracy must beat its control so many times. */
const [ACCURATE, TENFOLD] = [0.9, 10];
const share = (value) => (Number.isFinite(value) ? `${(100 * value).toFixed(value < 0.01 ? 2 : 1)}%` : '–');

/** Rows of a table of results. */
const rowsOf = (table) =>
  Array.from({ length: Object.values(table)[0].values.length }, (_, i) =>
    Object.fromEntries(Object.entries(table).map(([name, { values }]) => [name, values[i]])),
  );

async function addresses() {
  const all = [];
  for (const folder of ['assignment', 'a1', 'msds422', 'ex4', 'problem1']) {
    const file = `pipelines/${folder}/study.yaml`;
    const { name, experiments } = parseStudy(await readFile(join(root, file), 'utf8'), file);
    all.push(...experiments.map((experiment) => `${name}:${experiment.name}`));
  }
  return all;
}

async function judge(address) {
  const { stdout } = await run(
    process.execPath,
    [join(root, 'packages/cli/bin/layerwise.mjs'), 'show', address, '--json'],
    { cwd: root, maxBuffer: 16 << 20 },
  ).catch(() => ({ stdout: '' }));
  if (stdout === '') return { address, lines: ['not built'], unsaid: [] };
  const { test, validation, report } = JSON.parse(stdout);
  const data = await realpath(join(root, 'artifacts', ...address.split(':'), 'classes'));
  const artifact = await StoredArtifact.open(dirname(data));
  const { classes: names } = await artifact.json('classes');
  const controls = rowsOf(await artifact.table('controls'));
  const page = await readFile(join(root, report), 'utf8');
  const accuracy = test?.accuracy ?? validation?.accuracy;
  const unsaid = [];
  const lines = rowsOf(await artifact.table('changes'))
    .filter(({ kind, rows }) => kind === 'pixels' && rows > 0)
    .map((change) => {
      const nets = controls
        .filter((control) => control.class === change.class)
        .map(
          ({ net, gained, toldRival, recall }) =>
            `${net}: of all ${share(gained)} (${share(toldRival)} of the ${share(recall)} told right)`,
        );
      const times = change.toldRival / change.drawsRival;
      const beats = change.draws > 0 && change.toldRival > 0 && times >= TENFOLD;
      const isSaid = page.includes(`less than ${TENFOLD} times what as much change elsewhere does`);
      if (accuracy > ACCURATE && !beats && !isSaid) unsaid.push(names[change.class]);
      const elsewhere =
        change.draws === 0 ? 'no place for it' : `${share(change.drawsRival)} (most ${share(change.drawsRivalMost)})`;
      return [
        `${names[change.class]}: ${names[change.rival]}`,
        share(change.toldRival),
        elsewhere,
        beats ? '' : 'not tenfold',
        ...nets,
      ]
        .filter(Boolean)
        .join(' | ');
    });
  return { address: `${address} (${share(accuracy)})`, lines, unsaid };
}

const asked = process.argv.slice(2);
let unsaid = 0;
for (const address of asked.length > 0 ? asked : await addresses()) {
  const found = await judge(address);
  unsaid += found.unsaid.length;
  console.log([found.address, ...found.lines.map((line) => `  ${line}`)].join('\n'));
  if (found.unsaid.length > 0)
    console.log(`  the page does not say that the control was not beaten: ${found.unsaid.join(', ')}`);
}
process.exitCode = unsaid > 0 ? 1 : 0;
