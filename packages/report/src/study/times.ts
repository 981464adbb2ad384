import { count, fixed, words } from '../page/format.js';
import { html } from '../page/html.js';
import { chapter } from '../page/page.js';
import { table } from '../page/table.js';

/** How long one stage took when it was computed. */
export interface StageTime {
  readonly stage: string;
  readonly seconds: number;
  readonly peakMemoryMB: number;
  /** Taken from the cache in this run; the seconds are those of the run that computed it. */
  readonly cached?: boolean;
}

/** The chapter that stands in place of `<!--layerwise:times-->`: seconds and memory of each stage. Nothing without rows. */
export function renderTimes(rows: readonly StageTime[]): string {
  if (rows.length === 0) return '';
  const total = rows.reduce((sum, row) => sum + row.seconds, 0);
  const slowest = rows.reduce((a, b) => (b.seconds > a.seconds ? b : a));
  const peak = rows.reduce((a, b) => (b.peakMemoryMB > a.peakMemoryMB ? b : a));
  const lead = words`Computing all ${rows.length} stages took ${seconds(total)}, ${seconds(slowest.seconds)} of it
    in ${slowest.stage}; the largest, ${peak.stage}, used ${count(peak.peakMemoryMB)} MB.`;
  const cells = rows.map((row) => [
    row.stage,
    seconds(row.seconds),
    `${count(row.peakMemoryMB)} MB`,
    row.cached === undefined ? '' : row.cached ? 'from cache' : 'computed',
  ]);
  return chapter(
    'times',
    'Times',
    lead,
    html`${table('Stages, in order; seconds are those of the run that computed them', ['stage', 'time', 'peak memory', 'this run'], cells)}`,
  ).text;
}

/** `0.42 s`, `75 s`, `3 min 5 s`. */
export function seconds(value: number): string {
  if (value < 99.5) return `${fixed(value, value < 9.95 ? 2 : 0)} s`;
  const whole = Math.round(value);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
