import { widths, type Network } from './network.js';

/** Multiply-adds of a step below which a second thread costs more than it brings. */
const WORK_PER_WORKER = 60_000;

/** Threads worth having for a step. */
export function usefulWorkers(network: Network, batch: number, density: number): number {
  const sizes = widths(network);
  const work = batch * sizes.slice(1).reduce((sum, units, l) => sum + sizes[l] * units * (l === 0 ? density : 1), 0);
  return Math.max(
    1,
    Math.min(
      Math.ceil(network.hidden.length > 0 ? network.hidden[0].units / 16 : 1),
      Math.floor(work / WORK_PER_WORKER),
    ),
  );
}
