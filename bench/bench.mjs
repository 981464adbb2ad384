/**
 * `npm run bench [-- <part>... --repetitions <n> --peers <names> --no-peers --no-write --output <folder>]`: times Layerwise beside every
 * installed peer, on the same data, in the same run, alternately; prints medians, ratios, accuracy
 * and peak memory; keeps the figures in docs/benchmarks.json and draws docs/benchmarks.md and .svg.
 */
import { mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { prepareData, work } from './data.mjs';
import { parts } from './parts.mjs';
import { installedPeers } from './peers.mjs';
import { docs, keep } from './record.mjs';
import { rowText } from './table.mjs';

const usage =
  'npm run bench -- [part ...] [--repetitions 5] [--peers Keras,openTSNE | --no-peers] [--no-write | ' +
  `--output docs]\nparts: ${Object.keys(parts).join(', ')}; all when none is named`;

function request() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      repetitions: { type: 'string', default: '5' },
      peers: { type: 'string' },
      output: { type: 'string', default: docs },
      'no-peers': { type: 'boolean' },
      'no-write': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const unknown = positionals.filter((name) => !(name in parts));
  const repetitions = Number(values.repetitions);
  if (values.help || unknown.length || !(Number.isInteger(repetitions) && repetitions > 0)) {
    if (unknown.length) console.error(`no part named ${unknown.join(', ')}`);
    console.log(usage);
    process.exit(values.help ? 0 : 1);
  }
  const chosen = positionals.length ? positionals : Object.keys(parts);
  const wanted = values.peers?.split(',');
  const peers = values['no-peers'] ? [] : [...installedPeers()].filter((name) => !wanted || wanted.includes(name));
  return { chosen, repetitions, peers: new Set(peers), output: values['no-write'] ? undefined : values.output };
}

async function run() {
  const { chosen, repetitions, peers, output } = request();
  const seconds =
    chosen.reduce((sum, name) => sum + parts[name].seconds[peers.size ? 'peers' : 'ours'], 0) *
    Math.max(0.3, repetitions / 5);
  console.log(
    `${chosen.join(', ')}; median of ${repetitions}; ${peers.size ? `peers: ${[...peers].join(', ')}` : 'no peers (npm run bench:peers installs them)'}`,
  );
  console.log(`about ${Math.max(1, Math.round(seconds / 60))} min on two cores\n`);
  mkdirSync(work, { recursive: true });
  const context = { data: await prepareData(), peers, repetitions, work };
  console.log(
    `data set: ${context.data.name}${context.data.name === 'mnist' ? '' : ' (MNIST is neither in LAYERWISE_DATA_DIR nor in data/)'}`,
  );
  for (const name of chosen) {
    console.log(`== ${name}`);
    const load = loadavg()[0];
    const rows = await parts[name].run(context);
    for (const row of rows) console.log(rowText(row));
    if (output) keep(name, rows, { ...context, load }, output);
  }
}

await run();
