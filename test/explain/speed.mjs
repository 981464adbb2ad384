// How long `layerwise explain` takes for a study of many stages that are all built: nothing changed, a module changed, the notes of files gone.
//   node test/explain/speed.mjs [--experiments 24]
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileCacheOf, tracerOf } from '@layerwise/workspace/plan/code';
import { Store } from '@layerwise/store';
import { cleanEnvironment, createFolder } from '../workspace/folder.mjs';

const { values } = parseArgs({ options: { experiments: { type: 'string', default: '24' } } });
const experiments = Array.from(
  { length: Number(values.experiments) },
  (_, i) => `  e${i}: { train: { hidden: [{ units: ${i + 2} }], epochs: 1 } }\n`,
);
const root = createFolder('layerwise-speed');
mkdirSync(join(root, 'pipelines/many'), { recursive: true });
writeFileSync(
  join(root, 'pipelines/many/study.yaml'),
  `name: many\nseed: 7\ndataset: { use: strokes, strokes: { train: 300, test: 60 } }\nexperiments:\n${experiments.join('')}`,
);

const load = (file) => import(new URL(`../../packages/workspace/dist/${file}.js`, import.meta.url).href);
const [{ planAll }, { recipeOf }] = await Promise.all(['plan/selection', 'run/recipe'].map(load));
const { instances } = await planAll(root);
const codeOf = tracerOf(root, fileCacheOf(root));
const store = new Store(join(root, 'artifacts'));

/** Publishes an artifact with the right recipe; what it holds does not matter here. Those it reads come first. */
async function publish({ id, stage, uses, inputs }, contents) {
  const content = Object.fromEntries(Object.entries(inputs).map(([name, from]) => [name, contents.get(from)]));
  const draft = {
    id,
    stage,
    kind: /** @type {const} */ ('features'),
    recipe: recipeOf(instances.get(id), codeOf(uses).code, content),
    inputs,
  };
  const manifest = await store.compute(draft, async (output) => {
    for (const name of ['a', 'b', 'c', 'd']) await output.json(name, id);
    return { warnings: [], seconds: 1, peakMemoryMB: 1 };
  });
  contents.set(id, manifest.content);
}

const contents = new Map();
while (contents.size < instances.size) {
  for (const instance of instances.values())
    if (!contents.has(instance.id) && Object.values(instance.inputs).every((from) => contents.has(from)))
      await publish(instance, contents);
}

const report =
  "process.on('exit', () => { const { user, system } = process.cpuUsage(); console.error((user + system) / 1e6); })";

function measure(what) {
  for (let n = 0; n < 3; n++) {
    const started = performance.now();
    const cpu = join(root, 'cpu');
    const args = [
      '--import',
      `data:text/javascript,${encodeURIComponent(report)}`,
      join(root, 'packages/cli/bin/layerwise.mjs'),
      'explain',
      'many',
      '--json',
    ];
    const output = execFileSync('sh', ['-c', '"$@" 2> "$0"', cpu, process.execPath, ...args], {
      cwd: root,
      env: cleanEnvironment(),
      encoding: 'utf8',
    });
    const seconds = (performance.now() - started) / 1000;
    const processor = Number(readFileSync(cpu, 'utf8'));
    const stages = output
      .trim()
      .split('\n')
      .flatMap((line) => JSON.parse(line).stages);
    const states = stages.reduce((counts, { state }) => ({ ...counts, [state]: (counts[state] ?? 0) + 1 }), {});
    const instances = new Set(stages.map(({ id }) => id)).size;
    console.log(
      `${what}: ${stages.length} stages (${instances} instances), ${seconds.toFixed(2)} s, ` +
        `${processor.toFixed(2)} s of processor; ${JSON.stringify(states)}`,
    );
  }
}

measure('nothing changed');
rmSync(join(root, 'artifacts/.files.json'));
measure('notes of files gone');
appendFileSync(join(root, 'packages/preprocess/dist/stage.js'), '\nexport const marker = 1;\n');
measure('a module changed');
rmSync(root, { recursive: true, force: true });
