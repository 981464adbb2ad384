// One step of a sequence, in a process of its own, so that changed code is loaded: explains an experiment,
// then runs its stages as Nx would, or by Nx, and compares. Arguments: the workspace, `nx` for Nx, the experiment. Prints one JSON object.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deriveSeed } from '../../packages/contracts/dist/index.js';
import { preTasksExecution } from '../../packages/nx-plugin/dist/index.js';
import * as store from '../../packages/store/dist/index.js';
import { Explainer } from '../../packages/workspace/dist/explanation/explanation.js';
import { fileCacheOf, tracerOf } from '../../packages/workspace/dist/plan/code.js';
import { planAll } from '../../packages/workspace/dist/plan/selection.js';
import { publishExperiment } from '../../packages/workspace/dist/publication/publish.js';
import { runStage } from '../../packages/workspace/dist/run/run-stage.js';
import { nxPath, runNode } from '../workspace/folder.mjs';

const [root, runner, name] = process.argv.slice(2);
const artifacts = new store.Store(join(root, 'artifacts'));
const terminal = { progress() {}, warn() {}, log() {}, signal: new AbortController().signal };

/** As Nx does after a task: keeps a copy of the output. */
function copyToCache(id) {
  const cache = join(root, '.nx/cache');
  mkdirSync(cache, { recursive: true });
  cpSync(artifacts.folder(id), join(cache, String(readdirSync(cache).length + 1000), 'artifacts/stages', id), {
    recursive: true,
  });
}

/** What the stage must have written, from the sources alone. */
async function valueOf(instance, values) {
  const { formula } = await import(pathToFileURL(join(root, 'node_modules', instance.uses, 'code.js')).href);
  const adder = JSON.parse(
    readFileSync(createRequire(join(root, 'package.json')).resolve('tiny-adder/package.json'), 'utf8'),
  ).version;
  const raw = instance.raw ? readFileSync(join(root, 'data/raw.txt'), 'utf8') : '';
  return formula(
    instance.params.value,
    Object.values(instance.inputs).map((id) => values.get(id)),
    instance.seed === null ? 0 : deriveSeed(instance.seed, instance.stage, 'draw')[0],
    raw,
    adder,
  );
}

const plan = await planAll(root);
const problems = [];
const counts = { runs: 0, depends: 0, restores: 0, current: 0, ran: 0 };
const values = new Map();
const journals = () =>
  existsSync(join(root, 'artifacts/.runs'))
    ? readdirSync(join(root, 'artifacts/.runs'))
        .filter((file) => file.endsWith('.jsonl'))
        .sort()
    : [];
const seen = new Set(journals());
let explainMs = 0;

async function runAndCompare(experiment) {
  const started = performance.now();
  const fileCache = fileCacheOf(root);
  const explained = await new Explainer(root, plan.instances, tracerOf(root, fileCache)).explain(experiment);
  fileCache.save();
  explainMs = Math.max(explainMs, performance.now() - started);
  const statuses =
    runner === 'nx' ? await runByNx(explained.map(({ id }) => id)) : await runHere(explained.map(({ id }) => id));
  for (const stage of explained) await compare(stage, statuses.get(stage.id) ?? 'cached');
  const opened = await Promise.all(
    Object.entries(experiment.stages).map(async ([role, id]) => [role, await artifacts.open(id)]),
  );
  await publishExperiment(root, experiment, Object.fromEntries(opened), {
    times: '',
    comparison: '',
    seeds: '',
    sources: '',
  });
  store.noteStamps(join(root, 'artifacts'));
}

/** What became of each stage, by Nx; those that Nx took from its cache are not in it. */
async function runByNx(ids) {
  const { code, output } = await runNode(root, [nxPath(root), 'run-many', '-t', 'compute', '-p', ids.join(',')]);
  if (code !== 0) problems.push(`the run ended with ${code}: ${output}`);
  const [last] = journals().slice(-1);
  if (last === undefined || seen.has(last)) return new Map();
  seen.add(last);
  return new Map(
    readFileSync(join(root, 'artifacts/.runs', last), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ id, status }) => [id, status]),
  );
}

/** The same in this process, with a cache laid out as Nx's is. */
async function runHere(ids) {
  const { write } = process.stdout;
  process.stdout.write = () => true;
  await preTasksExecution(undefined, { id: 'step', workspaceRoot: root, nxJsonConfiguration: {}, argv: [] });
  process.stdout.write = write;
  const statuses = new Map();
  for (const id of ids) {
    const { status } = await runStage(root, plan.instances.get(id), terminal);
    if (status === 'computed') copyToCache(id);
    statuses.set(id, status);
  }
  return statuses;
}

async function compare({ id, state, unless, reasons }, status) {
  const instance = plan.instances.get(id);
  const artifact = await artifacts.open(id);
  const contents = artifact.manifest.recipe.inputs;
  const expected =
    state === 'runs' ||
    (state === 'depends' &&
      !unless.some((known) => Object.keys(contents).every((name) => known[name] === contents[name])));
  counts[state]++;
  if (status === 'computed') counts.ran++;
  if (expected !== (status === 'computed')) problems.push(`${id}: explained as ${state}, but was ${status}`);
  if (state !== 'current' && reasons.length === 0) problems.push(`${id}: ${state} without a reason`);
  values.set(id, await valueOf(instance, values));
  const { value } = await artifact.json('value');
  if (value !== values.get(id)) problems.push(`${id}: holds ${value}, must hold ${values.get(id)}`);
}

await runAndCompare(plan.studies[0].experiments.find((experiment) => experiment.name === name));
process.stdout.write(JSON.stringify({ problems, counts, explainMs }));
