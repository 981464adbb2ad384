/** Runs contenders in turn on the same data, and sums their repetitions up. */
import { fastest } from './contender.mjs';

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * @typedef {object} Summary
 * @property {string} name
 * @property {string} version
 * @property {number} threads
 * @property {number} seconds median
 * @property {[number, number]} range fastest and slowest repetition
 * @property {number} cpuSeconds median, user and system
 * @property {number} peakMB highest resident memory of the whole process
 * @property {number} repetitions
 * @property {Record<string, unknown>[]} figures of every repetition
 */

/** @returns {Summary} */
function summarise(contender, figures) {
  const seconds = figures.map((figure) => figure.seconds);
  return {
    name: contender.name,
    version: contender.version,
    threads: contender.threads,
    seconds: median(seconds),
    range: [Math.min(...seconds), Math.max(...seconds)],
    cpuSeconds: median(figures.map((figure) => figure.cpuSeconds)),
    peakMB: Math.max(...figures.map((figure) => figure.peakMB)),
    repetitions: figures.length,
    figures,
  };
}

/**
 * Times contenders alternately: each runs once, then each again, so that a drift of the machine
 * touches all alike.
 * @param {import('./contender.mjs').Specification[]} specifications
 * @param {number} repetitions
 * @returns {Promise<Summary[]>} in the order given; a contender that failed is left out with a line
 */
export async function compare(specifications, repetitions) {
  const running = [];
  for (const specification of specifications) {
    try {
      const contender = await fastest(specification);
      running.push({ contender, figures: [], wanted: Math.min(repetitions, specification.repetitions ?? repetitions) });
    } catch (error) {
      console.log(`  left out: ${error.message}`);
    }
  }
  for (let round = 0; round < repetitions; round++) {
    for (const entry of running) {
      if (round >= entry.wanted) continue;
      const figures = await entry.contender.repeat();
      entry.figures.push(figures);
      console.log(`  ${entry.contender.name}, ${entry.contender.threads} thread(s): ${figures.seconds.toFixed(3)} s`);
    }
  }
  await Promise.all(running.map((entry) => entry.contender.stop()));
  return running.map((entry) => summarise(entry.contender, entry.figures));
}
