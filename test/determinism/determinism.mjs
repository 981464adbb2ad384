// Builds a study again and again, each time from nothing in a folder of its own, and compares every data file byte for byte:
// twice in the same way, with each number of workers, on each Node.js.
//   node test/determinism/determinism.mjs [--study pipelines/<folder>/study.yaml] [--workers 1,2,4] [--nodes 20,22,24] [--emulated]
// A Node.js is a version, fetched by npx, or the path of an executable. Without --study it is a small one with every stage in it.
// --emulated builds once more as a processor without fused multiply-add does.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createFolder, nxPath, runNode } from '../workspace/folder.mjs';

/** Every stage package, layers and options that compute differently; small. */
export const everyStage = `name: determinism
seed: 7
dataset: { use: strokes, strokes: { train: 400, test: 150 } }
preprocess: { validation: { first: 100 } }
embed: { tsne: [{ rows: 60, iterations: 40, perplexity: 8 }] }
experiments:
  pixels: { repeats: 2, train: { hidden: [{ units: 12 }, { units: 8 }], epochs: 2 } }
  forest: { reduce: { uses: '@layerwise/reduce-forest', trees: 5, topK: 40, seed: 42 }, train: { hidden: [{ units: 12 }], epochs: 2 } }
  mljs: { reduce: { uses: '@layerwise/reduce-forest-mljs', trees: 2, topK: 40, sample: 100 }, train: { hidden: [{ units: 12 }], epochs: 1 } }
  pca: { reduce: { uses: '@layerwise/reduce-pca', variance: 0.9 }, train: { hidden: [{ units: 12 }], epochs: 2 } }
  tfjs: { train: { uses: '@layerwise/train-tfjs', hidden: [{ units: 12 }], epochs: 1 } }
`;

/** Loaded before a program, makes its kernels run as on a processor without fused multiply-add. */
const emulation = `import { emulateMultiplyAdd } from '@layerwise/kernels/multiply-add';
emulateMultiplyAdd(true);
`;

/** SHA-256 of every data file of every stage, by path, after a run from nothing in a new folder. */
async function build(study, workers, node, emulated = false) {
  const root = createFolder('layerwise-determinism');
  try {
    mkdirSync(join(root, 'pipelines/study'), { recursive: true });
    writeFileSync(join(root, 'pipelines/study/study.yaml'), study);
    writeFileSync(join(root, 'emulated.mjs'), emulation);
    const name = /^name:\s*(\S+)/m.exec(study)?.[1];
    const { LAYERWISE_DATA_DIR } = process.env;
    const { code, output } = await runNode(
      root,
      [nxPath(root), 'run', `${name}:all`],
      {
        LAYERWISE_WORKERS: String(workers),
        ...(LAYERWISE_DATA_DIR ? { LAYERWISE_DATA_DIR } : {}),
        ...(emulated ? { NODE_OPTIONS: `--import ${pathToFileURL(join(root, 'emulated.mjs'))}` } : {}),
      },
      node,
    );
    if (code !== 0) throw new Error(output);
    const stages = join(root, 'artifacts/stages');
    const files = readdirSync(stages, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(stages.length + 1));
    const data = files.filter((file) => file.split(/[\\/]/)[1] === 'data').sort();
    return new Map(
      data.map((file) => [
        file,
        createHash('sha256')
          .update(readFileSync(join(stages, file)))
          .digest('hex'),
      ]),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Files that are not the same in two builds, or there in one alone. */
const differing = (a, b) =>
  [...new Set([...a.keys(), ...b.keys()])].filter((file) => a.get(file) !== b.get(file)).sort();

/**
 * Builds once in every way and compares with the first.
 * @param twice whether the first is built twice
 * @param emulated whether it is also built as on a processor without fused multiply-add
 * @returns number of builds and files, and a line for each build that differs
 */
export async function compareBuilds({
  study = everyStage,
  workers = [1, 2, 4],
  nodes = [process.execPath],
  twice = true,
  emulated = false,
  report = (/** @type {string} */ _line) => undefined,
}) {
  const ways = nodes.flatMap((node) => workers.map((count) => ({ node, count, emulated: false })));
  if (emulated) ways.push({ ...ways[0], emulated });
  const [first] = ways;
  const reference = await build(study, first.count, first.node);
  const problems = [];
  for (const { node, count, emulated: without } of [...(twice ? [first] : []), ...ways.slice(1)]) {
    const files = differing(reference, await build(study, count, node, without));
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    const way = `${version}, ${count} workers${without ? ', emulated' : ''}`;
    report(`${way}: ${files.length === 0 ? 'the same' : `${files.length} files differ: ${files.join(', ')}`}`);
    if (files.length > 0) problems.push(`${way}: ${files.join(', ')}`);
  }
  return { builds: ways.length + (twice ? 1 : 0), files: reference.size, problems };
}

/** Path of the executable of a Node.js. */
function pathOf(node) {
  if (!/^\d+(\.\d+)*$/.test(node)) return node;
  return execFileSync('npx', ['--yes', '--package', `node@${node}`, 'node', '-p', 'process.execPath'], {
    encoding: 'utf8',
  }).trim();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      study: { type: 'string' },
      workers: { type: 'string', default: '1,2,4' },
      nodes: { type: 'string' },
      emulated: { type: 'boolean' },
    },
  });
  const nodes = values.nodes ? values.nodes.split(',').map(pathOf) : [process.execPath];
  const workers = values.workers.split(',').map(Number);
  console.log(`${availableParallelism()} processors; workers ${workers.join(', ')}; ${nodes.join(', ')}`);
  const { builds, files, problems } = await compareBuilds({
    ...(values.study ? { study: readFileSync(values.study, 'utf8') } : {}),
    workers,
    nodes,
    emulated: values.emulated,
    report: console.log,
  });
  console.log(`${builds} builds of ${files} data files, ${problems.length} differ`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
