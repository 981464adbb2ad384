import { spread } from '@layerwise/kernels/ranking';
import { ablationCost, joinAblations, noAblation, type Ablation, type NodeRange } from './ablation.js';
import type { Subject } from './inputs.js';
import type { AblateJob } from './jobs.js';
import { parts, SHARED, shareOf, type Running } from './layer.js';

/** Multiply-adds that it may take: it needs more rows than other quantities to tell nodes apart. */
const WORK = 6e9;
/** It is done on no fewer rows than so many, or not at all. */
const FEWEST_ROWS = 1000;
/** Multiply-adds of the rows that are looked at before a signal to stop is heard. */
const WORK_AT_ONCE = 1e9;
/** What the nodes of a layer are worth, each removed in turn, and on how many rows. @param means of its nodes */
export async function ablateLayer(
  subject: Subject,
  index: number,
  means: readonly number[],
  { crew, scratch }: Running,
): Promise<{ ablation: Ablation; on: number }> {
  const { hidden, layers, rows, label } = subject;
  const [layer, later] = [hidden[index], index + 1];
  const cost = ablationCost(layer.width, layers.slice(later));
  const affordable = spread(rows, (WORK * shareOf(subject)) / cost);
  const chosen = affordable.length < Math.min(rows, FEWEST_ROWS) ? new Uint32Array(0) : affordable;
  // No more than there are threads: each range runs the whole net on every row.
  const nodes = ranges(layer.width, crew.width);
  let found = nodes.map(({ from, to }) => noAblation(to - from, layers[layers.length - 1].units));
  for (const part of parts(chosen, Math.max(layer.width, (cost * SHARED) / WORK_AT_ONCE), SHARED)) {
    const labels = Uint16Array.from(part, (r) => label[r]);
    const values = await layer.gather(part, scratch.take(part.length * layer.width));
    const jobs = nodes.map((range, i): AblateJob => ({
      kind: 'ablate',
      values,
      labels,
      means,
      later,
      range,
      into: found[i],
    }));
    found = await crew.all(jobs);
  }
  return { ablation: joinAblations(found), on: chosen.length };
}

/** Nearly equal ranges that follow on one another. */
export function ranges(length: number, most: number): NodeRange[] {
  const count = Math.min(length, most);
  const at = (i: number): number => Math.floor((i * length) / count);
  return Array.from({ length: count }, (_, i) => ({ from: at(i), to: at(i + 1) }));
}
