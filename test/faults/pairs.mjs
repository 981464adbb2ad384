// Two runs at once in one workspace, of the same and of different experiments, the second begun at a random moment: both must end well,
// no stage be computed twice, every artifact have the bytes of the undisturbed run; who waits for the other must say so.
//   node test/faults/pairs.mjs [--pairs 50] [--seed <a number>]
import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generator, Trial } from './trial.mjs';

/** Locks as a process leaves them that was killed while it computed. */
function leaveLocks(trial) {
  for (const id of trial.reference.keys()) {
    mkdirSync(join(trial.root, 'artifacts/.locks', id), { recursive: true });
    writeFileSync(
      join(trial.root, 'artifacts/.locks', id, '1'),
      JSON.stringify({ pid: 4194000, host: hostname(), began: null }),
    );
  }
}

async function pair(trial, random) {
  trial.forget('artifacts', '.nx');
  const locks = random(2) === 0;
  if (locks) leaveLocks(trial);
  const [first, second] = [
    ['one', 'one'],
    ['one', 'two'],
    ['all', 'two'],
  ][random(3)];
  const ms = random(trial.computing);
  const runs = await Promise.all([trial.run(first), sleep(ms).then(() => trial.run(second))]);
  const waits = trial.journal().filter(({ waited }) => waited > 0);
  const twice = Object.entries(trial.computed()).filter(([, count]) => count > 1);
  const output = runs.map((run) => run.output).join('\n');
  const problems = [
    ...runs.filter(({ code }) => code !== 0).map((run) => `a run ended with ${run.code}:\n${run.output}`),
    ...trial.differences(),
    ...trial.refused().map((id) => `${id} is not whole`),
    ...twice.map(([id, count]) => `${id} was computed ${count} times`),
    ...waits
      .filter(
        ({ id }) =>
          !new RegExp(`${id}: process \\d+ on \\S+ is computing it, for \\d+ s so far; waiting until `).test(output),
      )
      .map(({ id }) => `a run waited for ${id} and did not say so`),
    ...waits.filter(({ status }) => status === 'computed').map(({ id }) => `a run waited for ${id}, then computed it`),
    ...(waits.length > 0 && !output.includes('for another run: ')
      ? ['the summary of the run that waited does not say so']
      : []),
  ];
  const what = `${first} and, ${ms} ms later, ${second}${locks ? ', over locks of dead processes' : ''}`;
  return { what, waited: waits.length, problems: problems.map((problem) => `${problem}\n  ${what}`) };
}

/** As many pairs as asked for. `report` is called after each. */
export async function pairTrials(trial, { pairs, seed, report = (/** @type {unknown[]} */ ..._) => undefined }) {
  const random = generator(seed);
  const total = { problems: [], waited: 0 };
  for (let n = 1; n <= pairs; n++) {
    const found = await pair(trial, random);
    total.problems.push(...found.problems);
    total.waited += found.waited > 0 ? 1 : 0;
    report(n, found);
  }
  return total;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { pairs: { type: 'string', default: '50' }, seed: { type: 'string', default: String(Date.now() % 1e6) } },
  });
  console.log(`seed ${values.seed}`);
  const trial = await Trial.create();
  const report = (n, { what, waited, problems }) =>
    console.log([`${n}: ${what}; waited for ${waited}`, ...problems].join('\n'));
  const { problems, waited } = await pairTrials(trial, {
    pairs: Number(values.pairs),
    seed: Number(values.seed),
    report,
  });
  console.log(`${values.pairs} pairs, in ${waited} of them one run waited for the other; ${problems.length} problems`);
  trial.remove();
  process.exitCode = problems.length > 0 ? 1 : 0;
}
