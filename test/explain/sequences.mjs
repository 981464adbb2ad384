// Random changes of a tiny study, each followed by `layerwise explain` and a run of one experiment: what explain named must be what ran,
// and what is there must be right.
//   node test/explain/sequences.mjs [--sequences 300] [--rounds 3] [--seed 1] [--nx]
// The stages are packages made here, so that code and versions can be changed. With --nx it is Nx that runs them, at some seconds a run,
// all in one workspace; without, a runner stands in for it, with a cache laid out as Nx's is.
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { schemas } from '@layerwise/contracts';
import { createFolder, repository } from '../workspace/folder.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

const stages = {
  ingest: { reads: [], writes: 'dataset' },
  preprocess: { reads: ['dataset'], writes: 'features' },
  reduce: { reads: ['features'], writes: 'features' },
  train: { reads: ['features'], writes: 'model' },
  activations: { reads: ['features', 'model'], writes: 'activations' },
  embed: { reads: ['pixels', 'activations'], writes: 'embedding' },
  nodes: { reads: ['features', 'model', 'activations'], writes: 'nodes' },
  classes: { reads: ['features', 'model', 'activations'], writes: 'classes' },
  report: { reads: ['dataset', 'features', 'model', 'embedding'], writes: 'report' },
};
const roles = Object.keys(stages);
const experiments = ['one', 'two'];

/** Numbers from a seed (mulberry32), as `below(n)`: a whole number in [0, n). */
function generator(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

/** Stages whose code imports a package of modules that they share, by its entry. */
const sharing = new Set(['preprocess', 'train', 'embed']);

/** A stage's code. It halves sums, so that many a change leaves what follows as it was. */
const codeText = (
  role,
  constant,
) => `${sharing.has(role) ? "import { offset } from '@layerwise/tiny-shared';" : 'const offset = 0;'}
export const formula = (value, inputs, seed, raw, version) =>
  Math.floor((value + ${constant} + offset + inputs.reduce((sum, one) => sum + one, 0) + (seed % 3) + raw.length + version.length) / 2);
`;

const rows = (columns) =>
  `{ rows: 1, columns: { id: { data: Uint32Array.of(0), width: 1 }, label: { data: Uint16Array.of(0), width: 1 }, ${columns} } }`;
const splits = (names, columns) =>
  names.map((name) => `await output.matrix('${name}', ${rows(columns)});`).join('\n    ');
const dataset = "{ name: 'tiny', origin: 'made', width: 1, height: 1, classes: ['a', 'b'] }";
const all = ['train', 'validation', 'test'];

const arrays = { uint8: 'Uint8Array', uint16: 'Uint16Array', uint32: 'Uint32Array', float32: 'Float32Array' };
/** As many rows of nothing as there are classes. */
const twoRows = (kind, file) =>
  `{ rows: 2, columns: ${oneRow(kind, file, ({ dtype }) => `{ data: new ${arrays[dtype]}(2), width: 1 }`)} }`;
const zeros = { int32: '0', float64: '0', boolean: 'false', string: "''" };
const oneValue = ({ dtype }) => `{ type: '${dtype}', values: [${zeros[dtype]}] }`;

/** The columns of a file that its schema has always, each with one value, as code. */
function oneRow(kind, file, column) {
  const columns = Object.entries(schemas[kind].files[file].columns).filter(
    ([, { optional }]) => optional === undefined,
  );
  return `{ ${columns.map(([name, schema]) => `${name}: ${column(schema)}`).join(', ')} }`;
}

const score = { accuracy: 1, loss: 0 };
const evaluation = {
  ...{ train: score, validation: score, test: score, params: 1, features: 1, epochs: 1, bestEpoch: 1 },
  ...{ stoppedEarly: false, hidden: [1], deadUnits: [[]] },
};
const layer = {
  ...{ name: 'hidden1', units: 1, activation: 'relu', dead: [], duplicates: [], effectiveRank: 1, nodeOrder: [0] },
  ...{ classOrder: [0, 1], accuracy: null, preferredInput: { exact: true } },
  sampled: { ablation: 1, gradients: 1, weights: 1, correlation: 1, bootstrap: 1 },
};

const classes = {
  ...{ rows: 1, held: { split: 'test', rows: 1 }, classes: ['a', 'b'], layers: [] },
  evidence: { method: 'closed form', rows: 1, remainder: 0 },
  changes: { pixels: 1, ink: 0.6, draws: 1, drawRows: 1 },
};

/** Names of the files of a kind's artifact that end so and that it has always, but those that are written in another way. */
const filesOf = (kind, ending, others) =>
  Object.entries(schemas[kind].files)
    .filter(([file, { optional }]) => file.endsWith(ending) && optional === undefined && !others.includes(file))
    .map(([file]) => file.slice(0, -ending.length));
const classTables = filesOf('classes', '.parquet', ['classes.parquet']).map(
  (name) => `await output.table('${name}', ${oneRow('classes', `${name}.parquet`, oneValue)});`,
);
const classMatrices = filesOf('classes', '.arrow', ['baseline.arrow']).map(
  (name) => `await output.matrix('${name}', ${twoRows('classes', `${name}.arrow`)});`,
);

/** The least that an artifact of a kind holds, the same at each run. */
const least = {
  dataset: `${splits(['train', 'test'], 'pixels: { data: Uint8Array.of(0), width: 1 }')}
    await output.json('dataset', ${dataset});`,
  features: `${splits(all, 'features: { data: Uint8Array.of(0), width: 1 }')}
    await output.json('features', { origin: 'pixels', columns: 1, scale: { factor: 1, offset: 0 }, dataset: ${dataset} });`,
  model: `const weights = [{ name: 'output/kernel', shape: [1, 1], dtype: 'float32' }];
    await output.json('model', { modelTopology: {}, weightsManifest: [{ paths: ['weights.bin'], weights }] });
    await output.bytes('weights.bin', new Uint8Array(4));
    await output.table('history', ${oneRow('model', 'history.parquet', oneValue)});
    await output.json('evaluation', ${JSON.stringify(evaluation)});`,
  activations: splits(
    all,
    'predicted: { data: Uint16Array.of(0), width: 1 }, probabilities: { data: Float32Array.of(1, 0), width: 2 }, ' +
      'hidden1: { data: Float32Array.of(0), width: 1 }',
  ),
  embedding: "await output.json('views', []);",
  nodes: `await output.json('nodes', ${JSON.stringify({ rows: 1, layers: [layer] })});
    await output.matrix('hidden1', { rows: 1, columns: ${oneRow('nodes', '<layer>.arrow', ({ dtype }) => `{ data: ${arrays[dtype]}.of(0), width: 1 }`)} });
    await output.table('nodes', ${oneRow('nodes', 'nodes.parquet', oneValue)});
    await output.table('classes', ${oneRow('nodes', 'classes.parquet', oneValue)});`,
  classes: `await output.json('classes', ${JSON.stringify(classes)});
    await output.table('classes', ${oneRow('classes', 'classes.parquet', ({ dtype }) => `{ type: '${dtype}', values: [${zeros[dtype]}, ${zeros[dtype]}] }`)});
    ${classTables.join('\n    ')}
    ${classMatrices.join('\n    ')}
    await output.matrix('baseline', { rows: 1, columns: { image: { data: new Float32Array(1), width: 1 } } });`,
  report: "await output.bytes('index.html', '<p>report</p>');",
};

const stageText = (role) => `import { defineStage, integer } from '@layerwise/contracts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from 'tiny-adder';
import { formula } from './code.js';
export const stage = defineStage({
  id: 'tiny-${role}',
  summary: 'for a test',
  params: { value: integer({ doc: 'any number', min: 0, default: 0 }) },
  reads: ${JSON.stringify(Object.fromEntries(stages[role].reads.map((name) => [name, name === 'pixels' ? 'features' : name])))},
  writes: '${stages[role].writes}',
  seeded: () => ${role === 'train'},
  ${role === 'ingest' ? "rawFiles: (_params, places) => ({ files: [join(places.data[0], 'raw.txt')], complete: true })," : ''}
  async run({ params, inputs, output, places, seed }) {
    const values = await Promise.all(Object.keys(inputs).map(async (name) => (await inputs[name].json('value')).value));
    const raw = ${role === 'ingest' ? "readFileSync(join(places.data[0], 'raw.txt'), 'utf8')" : "''"};
    await output.json('value', { value: formula(params.value, values, ${role === 'train' ? "seed('draw')[0]" : '0'}, raw, version) });
    ${least[stages[role].writes]}
  },
});
`;

/** State of a workspace, from which its sources are written. */
const initial = () => ({
  seed: 1,
  raw: 'raw',
  adder: '1.0.0',
  base: '1.0.0',
  offset: 1,
  constants: Object.fromEntries(roles.map((role) => [role, 1])),
  values: Object.fromEntries(roles.map((role) => [role, 1])),
  second: 5,
});

function writeSources(root, state) {
  const put = (file, text) => {
    mkdirSync(join(root, file, '..'), { recursive: true });
    if (!existsSync(join(root, file)) || readFileSync(join(root, file), 'utf8') !== text)
      writeFileSync(join(root, file), text);
  };
  const section = (role) =>
    `${role === 'ingest' ? 'dataset' : role}: { uses: tiny-${role}, value: ${state.values[role]} }\n`;
  put(
    'pipelines/tiny/study.yaml',
    `name: tiny\nseed: ${state.seed}\n${roles.map(section).join('')}experiments:\n  one: {}\n  two:\n    train: { value: ${state.second} }\n`,
  );
  put('data/raw.txt', state.raw);
  put(
    'node_modules/tiny-adder/package.json',
    JSON.stringify({
      name: 'tiny-adder',
      version: state.adder,
      type: 'module',
      dependencies: { 'tiny-base': '*' },
      exports: { '.': './index.js', './package.json': './package.json' },
    }),
  );
  put('node_modules/tiny-adder/index.js', `export const version = '${state.adder}';\n`);
  put('node_modules/tiny-base/package.json', JSON.stringify({ name: 'tiny-base', version: state.base }));
  put(
    'node_modules/@layerwise/tiny-shared/package.json',
    JSON.stringify({ name: '@layerwise/tiny-shared', version: '1.0.0', type: 'module', exports: './index.js' }),
  );
  put('node_modules/@layerwise/tiny-shared/index.js', "export { offset } from './offset.js';\n");
  put('node_modules/@layerwise/tiny-shared/offset.js', `export const offset = ${state.offset};\n`);
  for (const role of roles) {
    put(
      `node_modules/tiny-${role}/package.json`,
      JSON.stringify({ name: `tiny-${role}`, version: '1.0.0', type: 'module', exports: './index.js' }),
    );
    put(`node_modules/tiny-${role}/index.js`, "export { stage } from './stage.js';\n");
    put(`node_modules/tiny-${role}/stage.js`, stageText(role));
    put(`node_modules/tiny-${role}/code.js`, codeText(role, state.constants[role]));
  }
}

/** The changes: of what the stages depend on, and of what was made. Each returns words for what it did. */
const changes = {
  parameter: ({ state, below }) =>
    ((role) => `${role}.value = ${(state.values[role] = below(4))}`)(roles[below(roles.length)]),
  'parameter of one experiment': ({ state, below }) => `two: train.value = ${(state.second = below(8))}`,
  seed: ({ state, below }) => `seed = ${(state.seed = below(4))}`,
  code: ({ state, below }) =>
    ((role) => `constant of ${role} = ${(state.constants[role] = below(4))}`)(roles[below(roles.length)]),
  'code that stages share': ({ state, below }) => `offset = ${(state.offset = below(4))}`,
  data: ({ state, below }) => `raw = ${(state.raw = 'x'.repeat(1 + below(4)))}`,
  dependency: ({ state, below }) => `tiny-adder ${(state.adder = ['1.0.0', '1.0.1', '10.0.0'][below(3)])}`,
  'dependency of a dependency': ({ state, below }) => `tiny-base ${(state.base = ['1.0.0', '2.0.0'][below(2)])}`,
  'artifact deleted': (trial) => onArtifact(trial, (folder) => rmSync(folder, { recursive: true })),
  'data file deleted': (trial) =>
    onArtifact(trial, (folder) => rmSync(join(folder, 'data/value.json'), { force: true })),
  'file changed, size and time kept': (trial) => onArtifact(trial, (folder) => flip(join(folder, 'data/value.json'))),
  'data file truncated': (trial) =>
    onArtifact(
      trial,
      (folder) => existsSync(join(folder, 'data/value.json')) && truncateSync(join(folder, 'data/value.json'), 5),
    ),
  'manifest truncated': (trial) =>
    onArtifact(
      trial,
      (folder) => existsSync(join(folder, 'manifest.json')) && truncateSync(join(folder, 'manifest.json'), 40),
    ),
  'artifact replaced by another': (trial) =>
    onArtifact(trial, (folder) => {
      const other = join(folder, '..', pick(artifactsOf(trial.root), trial.below));
      if (other === folder) return;
      rmSync(folder, { recursive: true });
      cpSync(other, folder, { recursive: true });
    }),
  'artifacts deleted': ({ root }) => remove(root, 'artifacts'),
  "a copy in Nx's cache changed": (trial) => onCopy(trial, flip),
  "a copy in Nx's cache deleted": (trial) =>
    onCopy(trial, (file) => rmSync(join(file, '../../../../..'), { recursive: true })),
  "Nx's cache deleted": ({ root }) => remove(root, '.nx'),
  'notes deleted': ({ root, below }) =>
    remove(root, `artifacts/${['.recipes', '.seen.json', '.files.json', 'tiny/one/experiment.json'][below(4)]}`),
  nothing: () => 'nothing',
};

const pick = (list, below) => list[below(list.length)];
const artifactsOf = (root) =>
  existsSync(join(root, 'artifacts/stages'))
    ? readdirSync(join(root, 'artifacts/stages')).filter((name) => !name.startsWith('.'))
    : [];

function onArtifact({ root, below }, change) {
  const ids = artifactsOf(root);
  if (ids.length === 0) return 'no artifact is there';
  const id = pick(ids, below);
  change(join(root, 'artifacts/stages', id));
  return id;
}

function onCopy({ root, below }, change) {
  const cache = join(root, '.nx/cache');
  const copies = existsSync(cache)
    ? readdirSync(cache, { recursive: true, encoding: 'utf8' })
        .filter((name) => /value\.json$/.test(name))
        .sort()
    : [];
  if (copies.length === 0) return 'no copy is there';
  const file = pick(copies, below);
  change(join(cache, file));
  return file;
}

function flip(file) {
  if (!existsSync(file)) return;
  const { atime, mtime } = statSync(file);
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] ^= 1;
  writeFileSync(file, bytes);
  utimesSync(file, atime, mtime);
}

function remove(root, path) {
  rmSync(join(root, path), { recursive: true, force: true });
  return path;
}

function step(root, runner, experiment) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(LAYERWISE_|NX_)/.test(name)));
  return new Promise((done, fail) => {
    execFile(
      process.execPath,
      [join(here, 'step.mjs'), root, runner, experiment],
      { env, maxBuffer: 16 << 20 },
      (error, stdout, stderr) => (error ? fail(new Error(stderr || stdout)) : done(JSON.parse(stdout))),
    );
  });
}

function emptyFolder() {
  const root = mkdtempSync(join(tmpdir(), 'layerwise-sequences-'));
  const scope = 'node_modules/@layerwise';
  mkdirSync(join(root, scope), { recursive: true });
  for (const name of readdirSync(join(repository, scope)))
    symlinkSync(join(repository, scope, name), join(root, scope, name));
  writeFileSync(join(root, 'package.json'), '{"private": true}');
  writeFileSync(join(root, 'nx.json'), '{}');
  return root;
}

/** A workspace that was run once; sequences begin with a copy. */
export async function prepare(runner = 'here') {
  const root = runner === 'nx' ? createFolder('layerwise-sequences') : emptyFolder();
  writeSources(root, initial());
  for (const experiment of experiments) {
    const { problems } = await step(root, runner, experiment);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }
  return root;
}

/**
 * One sequence of rounds, each of one to three changes, an explanation of an experiment and its run; by Nx in the workspace as the last one
 * left it. Returns what went wrong, with what led to it, and counts.
 */
export async function sequence(base, seed, rounds, runner = 'here') {
  const root = runner === 'nx' ? base : mkdtempSync(join(tmpdir(), 'layerwise-sequence-'));
  const below = generator(seed);
  const state = initial();
  const history = [];
  const total = { seed, problems: [], counts: {}, slowest: 0 };
  try {
    if (root !== base) cpSync(base, root, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    for (let round = 0; round < rounds && total.problems.length === 0; round++) {
      for (let n = 1 + below(3); n > 0; n--) {
        const name = pick(Object.keys(changes), below);
        history.push(`${name}: ${changes[name]({ root, state, below })}`);
      }
      writeSources(root, state);
      const experiment = pick(experiments, below);
      const { problems, counts, explainMs } = await step(root, runner, experiment).catch(({ message }) => ({
        problems: [message],
        counts: {},
        explainMs: 0,
      }));
      history.push(`run ${experiment}`);
      for (const [name, count] of Object.entries(counts)) total.counts[name] = (total.counts[name] ?? 0) + count;
      total.slowest = Math.max(total.slowest, explainMs);
      total.problems.push(...problems.map((problem) => `sequence ${seed}: ${problem}\n  after ${history.join('; ')}`));
    }
  } finally {
    if (root !== base) rmSync(root, { recursive: true, force: true });
  }
  return total;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      sequences: { type: 'string', default: '300' },
      rounds: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      nx: { type: 'boolean', default: false },
    },
  });
  const runner = values.nx ? 'nx' : 'here';
  const base = await prepare(runner);
  const sums = {};
  let failed = 0;
  let slowest = 0;
  for (let n = 0; n < Number(values.sequences); n++) {
    const {
      problems,
      counts,
      slowest: ms,
    } = await sequence(base, Number(values.seed) + n, Number(values.rounds), runner);
    for (const problem of problems) console.error(problem);
    failed += problems.length > 0 ? 1 : 0;
    slowest = Math.max(slowest, ms);
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
    if ((n + 1) % 10 === 0) console.log(`${n + 1} sequences, ${failed} failed`);
  }
  rmSync(base, { recursive: true, force: true });
  console.log(
    `${values.sequences} sequences of ${values.rounds} rounds, ${failed} failed; stages ${Object.entries(sums)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ')}; slowest explanation ${Math.round(slowest)} ms`,
  );
  process.exitCode = failed > 0 ? 1 : 0;
}
