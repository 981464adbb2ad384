/**
 * The main job: the study `pipeline` from nothing, beside the same work as one Python script, and
 * `nx run pipeline:exp5` with nothing changed, beside DVC on an equal pipeline. Needs no Python itself.
 */
import { cpSync, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './compare.mjs';
import { criticalPath, describePath } from './critical-path.mjs';
import { Contender } from './contender.mjs';
import { python } from './peers.mjs';
import { timedCommand, Workspace } from './workspace.mjs';

const experiments = ['exp1', 'exp2', 'exp3', 'exp4', 'exp5'];

/** @returns {import('./parts.mjs').Row['entries'][number]} */
function entry(name, version, figures, more = {}) {
  const seconds = figures.map((figure) => figure.seconds);
  return {
    name,
    version,
    threads: 1,
    seconds: median(seconds),
    range: [Math.min(...seconds), Math.max(...seconds)],
    cpuSeconds: median(figures.map((figure) => figure.cpuSeconds)),
    repetitions: figures.length,
    figures,
    ...more,
  };
}

/** Times the study once; the compiled packages are there, everything else is made. */
function coldRun(workspace, what) {
  workspace.clear();
  const { seconds, cpuSeconds } = workspace.nx('run-many', '-p', 'pipeline', '-t', ...experiments);
  console.log(`  ours, cold${what}: ${seconds.toFixed(1)} s`);
  return { seconds, cpuSeconds };
}

function cold(workspace, repetitions) {
  const figures = Array.from({ length: repetitions }, () => coldRun(workspace, ''));
  return entry('ours', `Node ${process.version}`, figures, {
    threads: 2,
    peakMB: Math.max(...workspace.manifests().map((manifest) => manifest.peakMemoryMB)),
  });
}

/** What a stage took, longest first. */
function stages(workspace) {
  const sorted = workspace.manifests().sort((a, b) => b.seconds - a.seconds);
  const line = sorted.map(
    ({ stage, id, seconds, peakMemoryMB }) => `${stage ?? id} ${seconds.toFixed(1)} s, ${Math.round(peakMemoryMB)} MB`,
  );
  return `Stages of the last cold run (two run at once): ${line.join('; ')}`;
}

/** The same work as one Python script, for which some peers must be installed. */
const scripts = [
  { name: 'Python script', needs: ['Keras', 'scikit-learn', 'openTSNE', 'matplotlib'], options: {} },
  { name: 'Python script by JAX', needs: ['JAX', 'scikit-learn', 'openTSNE', 'matplotlib'], options: { fast: true } },
];

async function script(context, { name, options: more }) {
  const options = { ...context.data, output: `${context.work}/study`, maps: ['exp3'], ...more };
  const contender = await new Contender({ name, program: 'peers/study.py', options }, 2).ready();
  const figures = await contender.repeat();
  await contender.stop();
  console.log(`  ${name}: ${figures.seconds.toFixed(1)} s`);
  return entry(name, contender.version, [figures], { threads: 2, peakMB: figures.peakMB });
}

function scores(workspace, peers) {
  return experiments.map((name) => {
    const { test, train } = workspace.result(`pipeline:${name}`);
    const theirs = peers.map(
      ({ name: peer, figures: [figures] }) =>
        `; ${peer} ${figures[`${name} test`].toFixed(4)} and ${figures[`${name} train`].toFixed(4)}`,
    );
    return `${name}: accuracy on test ${test.accuracy.toFixed(4)}, on train ${train.accuracy.toFixed(4)}${theirs.join('')}`;
  });
}

/** The equal DVC pipeline, built once. @returns what runs `dvc repro` with nothing changed */
function dvc(context) {
  const folder = `${context.work}/dvc`;
  rmSync(folder, { recursive: true, force: true });
  cpSync(fileURLToPath(new URL('peers/dvc', import.meta.url)), folder, { recursive: true });
  mkdirSync(`${folder}/raw`);
  for (const name of ['train', 'test'])
    copyFileSync(`${context.data.data}/${name}-images.u8`, `${folder}/raw/${name}-images.u8`);
  const env = { ...process.env, PATH: `${dirname(python)}:${process.env.PATH}` };
  const run = (...args) => timedCommand([`${dirname(python)}/dvc`, ...args], { cwd: folder, env });
  run('init', '--no-scm', '--quiet');
  run('config', 'core.analytics', 'false');
  run('config', 'core.check_update', 'false');
  run('repro', '--quiet');
  return () => run('repro', 'report@exp5');
}

/** Times both tools with nothing changed, in turn. */
function cached(context, workspace) {
  const ours = [];
  const theirs = [];
  const repro = context.peers.has('DVC') ? dvc(context) : undefined;
  const shown = ({ seconds, cpuSeconds }) => ({ seconds, cpuSeconds });
  workspace.nx('run', 'pipeline:exp5');
  for (let i = 0; i < 2 * context.repetitions; i++) {
    ours.push(shown(workspace.nx('run', 'pipeline:exp5')));
    if (repro) theirs.push(shown(repro()));
  }
  const entries = [entry('ours', `Node ${process.version}`, ours)];
  return repro ? [...entries, entry('DVC', 'DVC', theirs)] : entries;
}

/** @param {import('./parts.mjs').Context} context @returns {Promise<import('./parts.mjs').Row[]>} */
export async function mainJob(context) {
  const workspace = new Workspace();
  const whole = coldRun(workspace, ', exp1 from ten seeds');
  workspace.trainOnce();
  const entries = [cold(workspace, Math.min(3, context.repetitions))];
  for (const one of scripts) {
    const missing = one.needs.filter((name) => !context.peers.has(name));
    if (missing.length)
      console.log(
        `  ${one.name} is skipped: ${missing.join(', ')} not installed (npm run bench:peers) or not asked for`,
      );
    else entries.push(await script(context, one));
  }
  const seeds = `Each net is trained from one seed, as in the script. The study as it stands, with exp1 from ten seeds: ${whole.seconds.toFixed(1)} s (once).`;
  const path = describePath(criticalPath(workspace.manifests()));
  const notes = [seeds, stages(workspace), path, ...scores(workspace, entries.slice(1))];
  return [
    { key: 'cold', title: 'The study pipeline, exp1 to exp5 with every analysis, nothing cached', entries, notes },
    { key: 'cached', title: 'nx run pipeline:exp5 with nothing changed', entries: cached(context, workspace) },
  ];
}
