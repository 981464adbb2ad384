/** What our programs share: the data, the clock, and the conversation with bench.mjs (as peers/contender.py). */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export const options = JSON.parse(process.argv[2]);

export function images(split) {
  const read = (name) => new Uint8Array(readFileSync(`${options.data}/${split}-${name}.u8`));
  return { pixels: read('images'), labels: read('labels') };
}

/** Shifts in pixels (right, down) of the copies that make more rows than the data set has. */
const shifts = [
  [0, 0],
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
  [1, 1],
  [-1, 1],
  [1, -1],
  [-1, -1],
  [2, 0],
];

/** An image of 28 x 28 moved by (dx, dy), written at `to`. */
function shifted(from, to, dx, dy) {
  for (let y = Math.max(0, dy); y < Math.min(28, 28 + dy); y++) {
    const x = Math.max(0, dx);
    const end = Math.min(28, 28 + dx);
    const row = (y - dy) * 28 - dx;
    to.set(from.subarray(row + x, row + end), y * 28 + x);
  }
}

/** The rows after those of validation, times `factor`: the first of them, or copies moved a little. */
export function trainingRows(factor = options.factor ?? 1) {
  const all = images('train');
  const pixels = all.pixels.subarray(options.validation * 784);
  const labels = all.labels.subarray(options.validation);
  const rows = Math.round(labels.length * factor);
  if (rows <= labels.length) return { pixels: pixels.slice(0, rows * 784), labels: labels.slice(0, rows), rows };
  const more = { pixels: new Uint8Array(rows * 784), labels: new Uint8Array(rows), rows };
  for (let row = 0; row < rows; row++) {
    const source = row % labels.length;
    const [dx, dy] = shifts[Math.floor(row / labels.length)];
    shifted(
      pixels.subarray(source * 784, source * 784 + 784),
      more.pixels.subarray(row * 784, row * 784 + 784),
      dx,
      dy,
    );
    more.labels[row] = labels[source];
  }
  return more;
}

/** Seconds and processor seconds of `job`, with what it returns. */
export async function timed(job) {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const value = await job();
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const used = process.cpuUsage(cpu);
  return { value, seconds, cpuSeconds: (used.user + used.system) / 1e6 };
}

/** Answers each line with `repetition(n)` -> { seconds, cpuSeconds, ...others }. */
export async function serve(repetition) {
  const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  say({ ready: true, version: `Node ${process.version}` });
  let n = 0;
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  while (!(await lines.next()).done) {
    const figures = await repetition(n++);
    say({ ...figures, peakMB: process.resourceUsage().maxRSS / 1024 });
  }
}

/** Four words of seed from a number. */
export const seedOf = (n) => Uint32Array.of(n + 1, 2, 3, 4);
