// Large nets and many rows, each within bounds of time and memory.
//   node test/sizes/sizes.mjs [--only wide] [--keep]
// Generates the data in a workspace of its own, runs each size, and prints processor seconds and peak memory of each stage
// beside its bound; exits 1 where one is broken.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createFolder, nxPath, runNode } from '../workspace/folder.mjs';
import { writeClasses } from './classes.mjs';

const digits =
  'dataset: { use: strokes, strokes: { train: 60000, test: 10000 } }, preprocess: { validation: { first: 5000 } }';
const hidden = (...units) => `train: { epochs: 1, batch: 256, hidden: [${units.map((n) => `{ units: ${n} }`)}] }`;

/** For each size its experiment, megabytes that no stage may exceed, and seconds that stages may take. */
const sizes = {
  wide: { experiment: `${digits}, ${hidden(1000, 500)}`, megabytes: 600, seconds: { nodes: 60 } },
  2048: { experiment: `${digits}, ${hidden(2048)}`, megabytes: 600, seconds: { nodes: 60 } },
  4096: { experiment: `${digits}, ${hidden(4096)}`, megabytes: 700, seconds: { nodes: 120 } },
  deep: {
    experiment: `${digits}, ${hidden(...Array.from({ length: 20 }, () => 128))}`,
    megabytes: 700,
    seconds: { nodes: 60 },
  },
  classes: {
    experiment: `dataset: { from: data/classes.csv }, ${hidden(64)}`,
    megabytes: 700,
    seconds: { nodes: 120 },
  },
  rows: {
    experiment: `dataset: { use: strokes, strokes: { train: 500000, test: 10000 } }, ${hidden(128)}`,
    megabytes: 700,
    seconds: { nodes: 120 },
  },
};

/** Loaded in every process: that of a stage writes down, when it ends, what processor time it took. */
const METER = `
import { appendFileSync } from 'node:fs';
const at = process.argv.indexOf('stage');
if (at > 0 && process.env.LAYERWISE_METER)
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    appendFileSync(process.env.LAYERWISE_METER, process.argv[at + 1] + ' ' + (user + system) / 1e6 + '\\n');
  });
`;

const { values } = parseArgs({ options: { only: { type: 'string' }, keep: { type: 'boolean', default: false } } });
if (values.only !== undefined && !Object.hasOwn(sizes, values.only)) {
  console.error(`--only must be one of ${Object.keys(sizes).join(', ')}, got '${values.only}'`);
  process.exit(2);
}
const chosen = Object.entries(sizes).filter(([name]) => values.only === undefined || name === values.only);
const root = createFolder('layerwise-sizes');
let broken = 0;
try {
  mkdirSync(join(root, 'data'));
  if (chosen.some(([name]) => name === 'classes'))
    await writeClasses(join(root, 'data/classes.csv'), { classes: 1000, rows: 20_000, side: 8 });
  mkdirSync(join(root, 'pipelines/sizes'));
  const experiments = chosen.map(([name, { experiment }]) => `  s${name}: { ${experiment} }\n`);
  writeFileSync(
    join(root, 'pipelines/sizes/study.yaml'),
    `name: sizes\nseed: 43\nexperiments:\n${experiments.join('')}`,
  );
  for (const [name, bounds] of chosen) await measure(name, bounds);
} finally {
  if (values.keep) console.log(`kept: ${root}`);
  else rmSync(root, { recursive: true, force: true });
}
process.exitCode = broken > 0 ? 1 : 0;

async function measure(name, { megabytes, seconds }) {
  const report = join(root, 'processor.txt');
  writeFileSync(report, '');
  const meter = join(root, 'meter.mjs');
  writeFileSync(meter, METER);
  const { code, output } = await runNode(root, [nxPath(root), 'run', `sizes:s${name}`], {
    NODE_OPTIONS: `--import=${meter}`,
    LAYERWISE_METER: report,
  });
  if (code !== 0) {
    broken++;
    console.log(`${name}: failed with exit code ${code}\n${output.split('\n').slice(-30).join('\n')}`);
    return;
  }
  /** @type {Map<string, string>} */
  const processor = new Map(
    readFileSync(report, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => /** @type {[string, string]} */ (line.split(' '))),
  );
  const shown = await runNode(root, [join(root, 'packages/cli/bin/layerwise.mjs'), 'show', `sizes:s${name}`, '--json']);
  const figures = JSON.parse(shown.output);
  for (const [stage, peak] of Object.entries(figures.peakMemoryMB)) {
    const id = [...processor.keys()].find((one) => one.startsWith(`${stage}-`));
    const took = Number(processor.get(id) ?? NaN);
    const limit = seconds[stage];
    const over = [peak > megabytes && 'memory', limit !== undefined && took > limit && 'time'].filter(Boolean);
    broken += over.length;
    const time = `${took.toFixed(1).padStart(7)} s of processor${limit === undefined ? '' : ` (at most ${limit})`}`;
    const much = over.length > 0 ? `  TOO MUCH ${over.join(', ')}` : '';
    console.log(
      `${name.padEnd(8)} ${stage.padEnd(12)} ${String(peak).padStart(5)} MB (at most ${megabytes}) ${time}${much}`,
    );
  }
}
