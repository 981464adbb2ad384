import type { ComparedExperiment } from './compared.js';
import { renderComparison } from './comparison.js';
import { renderTimes, type StageTime } from './times.js';

/** Puts the volatile chapters into a report's index.html; each stands for its placeholder line and stays replaceable when empty. */
export function fillReport(index: string, parts: { readonly times?: readonly StageTime[]; readonly comparison?: readonly ComparedExperiment[] }): string {
  const put = (text: string, name: string, chapter: string): string => text.replace(`<!--layerwise:${name}-->`, (line) => chapter || line);
  return put(put(index, 'times', parts.times ? renderTimes(parts.times) : ''), 'comparison', parts.comparison ? renderComparison(parts.comparison) : '');
}
