// Kills a stage, Nx, or the whole group of processes, at random moments; after each round of one to three kills a run must end well:
// every artifact with the bytes of the undisturbed run, whatever was finished before it kept, nothing half-written ever accepted.
//   node test/faults/kills.mjs [--kills 100] [--seed <a number>]
import { execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cleanEnvironment } from '../workspace/folder.mjs';
import { generator, Trial } from './trial.mjs';

/** What is forgotten before a round: all is then computed, restored by Nx, recognised, or there; and what can be killed. */
const victims = ['a stage', 'Nx', 'the group'];
const beginnings = [
  { forgotten: ['artifacts', '.nx'], time: 'computing', victims },
  { forgotten: ['artifacts'], time: 'restoring', victims: ['Nx', 'the group'] },
  { forgotten: ['.nx'], time: 'computing', victims },
  { forgotten: [], time: 'restoring', victims: ['Nx', 'the group'] },
];

/** Processes below another, by id, with their commands. */
function below(top) {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8', maxBuffer: 16 << 20 }).split(
    '\n',
  );
  const all = lines.flatMap((line) =>
    (([, pid, parent, command]) => (pid ? [{ pid: Number(pid), parent: Number(parent), command }] : []))(
      /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [],
    ),
  );
  const under = (parent) => all.filter((one) => one.parent === parent).flatMap((child) => [child, ...under(child.pid)]);
  return under(top);
}

/** The stage's own process; Nx starts it through a shell. */
const stageBelow = (nx) =>
  below(nx).find(({ command }) => /^\S*node\S* packages\/cli\/bin\/layerwise\.mjs stage/.test(command));

function send(pid) {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Starts a run in a group of its own and kills when `ms` have passed; a stage, as soon as there is one then. Returns whether something was killed. */
async function kill(trial, victim, ms) {
  const nx = spawn(process.execPath, [trial.nx, 'run', 'tiny:all'], {
    cwd: trial.root,
    env: cleanEnvironment(),
    stdio: 'ignore',
    detached: true,
  });
  let over = false;
  const ended = new Promise((done) => nx.on('exit', () => done((over = true))));
  await Promise.race([sleep(ms), ended]);
  let stage;
  while (victim === 'a stage' && !over && !(stage = stageBelow(nx.pid))) await Promise.race([sleep(50), ended]);
  if (over) return false;
  const hit = send(victim === 'a stage' ? stage.pid : victim === 'Nx' ? nx.pid : -nx.pid);
  await ended;
  return hit;
}

/** One round. Returns what went wrong, how many were killed, and how many folders no reader accepted. */
async function round(trial, random, most) {
  const { forgotten, time, victims } = beginnings[random(2) && random(beginnings.length)];
  trial.forget(...forgotten);
  const found = { problems: [], killed: [], refused: 0, kept: 0 };
  for (let n = 1 + random(3); n > 0 && found.killed.length < most; n--) {
    const victim = victims[random(victims.length)];
    const ms = random(trial[time]);
    if (await kill(trial, victim, ms)) found.killed.push(`${victim} after ${ms} ms`);
    found.refused += trial.refused().length;
    found.problems.push(...trial.differences());
  }
  const before = trial.artifacts();
  const counts = trial.computed();
  const { code, output } = await trial.run('all');
  const after = trial.artifacts();
  if (code !== 0) found.problems.push(`the next run ended with ${code}:\n${output}`);
  found.problems.push(
    ...trial.differences(after),
    ...trial.refused().map((id) => `${id} is not whole after the next run`),
  );
  for (const id of trial.reference.keys())
    if (!after.has(id)) found.problems.push(`${id} is missing after the next run`);
  const again = trial.computed();
  for (const id of before.keys()) {
    found.kept++;
    if ((again[id] ?? 0) > (counts[id] ?? 0)) found.problems.push(`${id} was finished, and computed again`);
  }
  found.problems = found.problems.map(
    (problem) => `${problem}\n  forgotten: ${forgotten.join(', ') || 'nothing'}; killed: ${found.killed.join(', ')}`,
  );
  return found;
}

/** As many kills as asked for, in rounds. `report` is called after each round. */
export async function killTrials(trial, { kills, seed, report = (/** @type {unknown[]} */ ..._) => undefined }) {
  const random = generator(seed);
  const total = { problems: [], killed: [], refused: 0, kept: 0 };
  while (total.killed.length < kills) {
    const { problems, killed, refused, kept } = await round(trial, random, kills - total.killed.length);
    total.problems.push(...problems);
    total.killed.push(...killed);
    total.refused += refused;
    total.kept += kept;
    report(total, killed, problems);
  }
  return total;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { kills: { type: 'string', default: '100' }, seed: { type: 'string', default: String(Date.now() % 1e6) } },
  });
  console.log(`seed ${values.seed}`);
  const trial = await Trial.create();
  const report = ({ killed: { length } }, killed, problems) =>
    console.log([`${length}: ${killed.join(', ') || 'the run was over before'}`, ...problems].join('\n'));
  const { problems, killed, refused, kept } = await killTrials(trial, {
    kills: Number(values.kills),
    seed: Number(values.seed),
    report,
  });
  const each = victims.map((victim) => `${victim} ${killed.filter((one) => one.startsWith(victim)).length}`).join(', ');
  console.log(
    `${killed.length} kills (${each}), ${problems.length} problems; ${kept} finished artifacts kept, ${refused} half-restored folders refused`,
  );
  trial.remove();
  process.exitCode = problems.length > 0 ? 1 : 0;
}
