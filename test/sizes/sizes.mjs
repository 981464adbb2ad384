// Large nets and many rows, each stage within bounds of memory and time.
//   node test/sizes/sizes.mjs [--only wide] [--keep]
// Generates the data in a workspace of its own, runs each size by two workers, and prints processor seconds and peak memory
// of each stage; exits 1 where a bound is broken or a stage was not measured. Takes a quarter of an hour on two cores.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanEnvironment, createFolder, nxPath } from '../workspace/folder.mjs';
import { writeClasses } from './classes.mjs';

const digits =
  'dataset: { use: strokes, strokes: { train: 60000, test: 10000 } }, preprocess: { validation: { first: 5000 } }';
const hidden = (...units) => `train: { epochs: 1, batch: 256, hidden: [${units.map((n) => `{ units: ${n} }`)}] }`;

/** Megabytes and processor seconds that a stage may take; seconds of those that may take longer. */
const [MEGABYTES, SECONDS] = [600, 60];

/** For each size its experiment, and the stages that may take longer. @type {Record<string, { experiment: string, seconds?: Record<string, number> }>} */
const sizes = {
  wide: { experiment: `${digits}, ${hidden(1000, 500)}` },
  2048: { experiment: `${digits}, ${hidden(2048)}` },
  4096: { experiment: `${digits}, ${hidden(4096)}`, seconds: { nodes: 120, classes: 120 } },
  deep: {
    experiment: `${digits}, ${hidden(...Array.from({ length: 20 }, () => 128))}`,
    seconds: { nodes: 120, classes: 120 },
  },
  classes: { experiment: `dataset: { from: data/classes.csv }, ${hidden(64)}`, seconds: { nodes: 120 } },
  rows: { experiment: `dataset: { use: strokes, strokes: { train: 500000, test: 10000 } }, ${hidden(128)}` },
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
/** Ids of the stages that were measured. */
const seen = new Set();
/** The run under way, in a process group of its own. @type {import('node:child_process').ChildProcess | undefined} */
let running;
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
  process.once(signal, () => {
    if (running?.pid) process.kill(-running.pid, 'SIGKILL');
    remove();
    process.exit(1);
  });
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
  remove();
}
process.exitCode = broken > 0 ? 1 : 0;

function remove() {
  if (values.keep) console.log(`kept: ${root}`);
  else rmSync(root, { recursive: true, force: true, maxRetries: 5 });
}

/** Runs a command of the workspace. @returns {Promise<{ code: number, output: string }>} */
function run(args, env = {}) {
  return new Promise((done) => {
    running = spawn(process.execPath, args, { cwd: root, env: cleanEnvironment(env), detached: true });
    let output = '';
    running.stdout?.on('data', (text) => (output += text));
    running.stderr?.on('data', (text) => (output += text));
    running.on('close', (code) => {
      running = undefined;
      done({ code: code ?? 1, output });
    });
  });
}

/**
 * Runs a size and prints what each of its stages took.
 * @param {string} name
 * @param {{ seconds?: Record<string, number> }} bounds
 */
async function measure(name, bounds) {
  const { seconds = {} } = bounds;
  const report = join(root, 'processor.txt');
  writeFileSync(report, '');
  const meter = join(root, 'meter.mjs');
  writeFileSync(meter, METER);
  const { code, output } = await run([nxPath(root), 'run', `sizes:s${name}`], {
    NODE_OPTIONS: `--import=${meter}`,
    LAYERWISE_METER: report,
    LAYERWISE_WORKERS: '2',
  });
  if (code !== 0) {
    broken++;
    console.log(`${name}: failed with exit code ${code}\n${output.split('\n').slice(-30).join('\n')}`);
    return;
  }
  const processor = readFileSync(report, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' '));
  const explained = await run([join(root, 'packages/cli/bin/layerwise.mjs'), 'explain', `sizes:s${name}`, '--json']);
  for (const { role, id } of JSON.parse(explained.output).stages) {
    // A stage that an earlier size has run too was measured there.
    if (seen.has(id)) continue;
    seen.add(id);
    const manifest = join(root, 'artifacts/stages', id, 'manifest.json');
    const peak = existsSync(manifest) ? Number(JSON.parse(readFileSync(manifest, 'utf8')).peakMemoryMB) : NaN;
    const times = processor.filter(([one]) => one === id).map(([, time]) => Number(time));
    const took = times.length === 0 ? NaN : times.reduce((sum, time) => sum + time, 0);
    const limit = seconds[role] ?? SECONDS;
    const over = [!(peak <= MEGABYTES) && 'memory', !(took <= limit) && 'time'].filter(Boolean);
    broken += over.length;
    const much = over.length > 0 ? `  TOO MUCH ${over.join(', ')}` : '';
    console.log(
      `${name.padEnd(8)} ${role.padEnd(12)} ${String(peak).padStart(5)} MB (at most ${MEGABYTES}) ` +
        `${took.toFixed(1).padStart(7)} s of processor (at most ${limit})${much}`,
    );
  }
}
