/**
 * Feeds every parser with files that were valid until a few of their parts were changed. Allowed are success and a LayerwiseError
 * (or, of a decoder whose errors the store wraps, an Error); anything else, an input that takes seconds, or one that ends the process, is a finding.
 *
 *   node test/malformed/fuzz.mjs --seconds 60 [--seed 1] [--parser png]
 *   node test/malformed/fuzz.mjs --runs 150
 *
 * The same seed and number of runs give the same inputs. A finding is written to a file in the temporary folder.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const slow = 2;
const stuckAfter = 15_000;

if (isMainThread) await main();
else await work(workerData);

async function main() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string' },
      runs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      parser: { type: 'string' },
    },
  });
  const { parsers } = await import('./parsers.mjs');
  const names = values.parser ? [values.parser] : Object.keys(parsers);
  let findings = 0;
  for (const name of names) {
    const budget = values.runs
      ? { runs: Number(values.runs) }
      : { seconds: Number(values.seconds ?? 60) / names.length };
    const { runs, accepted, refused, slowest, finding } = await fuzzed(name, Number(values.seed), budget);
    process.stdout.write(
      `${name.padEnd(10)} ${runs} inputs, ${accepted} accepted, ${refused} refused, slowest ` +
        `${slowest.toFixed(3)} s${finding ? `\n  FINDING: ${finding}` : ''}\n`,
    );
    if (finding) findings++;
  }
  process.exitCode = findings > 0 ? 1 : 0;
}

/** In a thread of its own, so that an input that never ends is noticed. */
function fuzzed(name, seed, budget) {
  return new Promise((done) => {
    const state = new Int32Array(new SharedArrayBuffer(8));
    const thread = new Worker(fileURLToPath(import.meta.url), {
      workerData: { name, seed, budget, state },
      resourceLimits: { maxOldGenerationSizeMb: 256 },
    });
    let last = -1;
    const ended = (result) => {
      clearInterval(watch);
      void thread.terminate();
      done({ accepted: 0, refused: 0, slowest: 0, runs: state[0], ...result });
    };
    const watch = setInterval(() => {
      if (state[0] === last) ended({ finding: `input ${last} of seed ${seed} does not end` });
      last = state[0];
    }, stuckAfter);
    thread.on('message', ended);
    thread.on('error', (error) =>
      ended({ finding: `input ${state[0]} of seed ${seed} ended the thread: ${error.stack}` }),
    );
  });
}

async function work({ name, seed, budget, state }) {
  const { LayerwiseError } = await import('@layerwise/contracts');
  const { parsers } = await import('./parsers.mjs');
  const { Mutation } = await import('./mutation.mjs');
  const { seeds, mend, parse, wrapped } = parsers[name];
  const count = { runs: 0, accepted: 0, refused: 0, slowest: 0 };
  const stray = [];
  process.on('unhandledRejection', (error) => stray.push(error));
  const started = performance.now();
  const over = () => (budget.runs ? count.runs >= budget.runs : performance.now() - started > 1000 * budget.seconds);
  for (; !over(); count.runs++) {
    state[0] = count.runs;
    const mutation = new Mutation(seed * 1_000_003 + count.runs);
    const mutated = mutation.of(seeds);
    const input = mend && mutation.chance(2) ? mend(mutated) : mutated;
    const before = process.cpuUsage();
    let finding;
    try {
      await parse(input);
      count.accepted++;
    } catch (error) {
      if (error instanceof LayerwiseError || (wrapped && !stackExhausted(error))) count.refused++;
      else finding = error instanceof Error ? error.stack : `threw ${String(error)}`;
    }
    const { user, system } = process.cpuUsage(before);
    const seconds = (user + system) / 1e6;
    count.slowest = Math.max(count.slowest, seconds);
    if (seconds > slow) finding ??= `took ${seconds.toFixed(1)} s of CPU time`;
    if (stray.length > 0) finding ??= `left a rejection: ${stray[0]?.stack}`;
    if (finding) {
      const file = join(tmpdir(), `layerwise-fuzz-${name}-${seed}-${count.runs}`);
      writeFileSync(file, typeof input === 'string' || input instanceof Uint8Array ? input : JSON.stringify(input));
      return parentPort.postMessage({ ...count, finding: `input ${count.runs} of seed ${seed} (${file}): ${finding}` });
    }
    if (count.runs % 50 === 0) await new Promise((next) => setImmediate(next));
  }
  parentPort.postMessage(count);
}

/** Where the stack ends depends on who calls: an error of it is none that a reader should rely on. */
function stackExhausted(error) {
  return error instanceof RangeError && error.message.includes('call stack');
}
