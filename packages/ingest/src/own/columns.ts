import { nearest } from '@layerwise/contracts';
import { invalid } from './part.js';

/** What a column of labels is usually called, the first one found is taken. */
const USUAL = ['label', 'labels', 'class', 'target', 'y'];

/**
 * Which column holds the labels: the one of the given name, else one of a usual name, else the first.
 * @param names undefined for a table without names
 * @param where the file, for messages
 * @param subject how the message begins, such as `the CSV table`
 * @throws LayerwiseError DATA_INVALID if there is no column of the given name
 */
export function labelColumn(names: readonly string[] | undefined, wanted: string | undefined, where: string, subject: string): number {
  if (wanted !== undefined) {
    const at = names?.indexOf(wanted) ?? -1;
    if (at >= 0) return at;
    const close = names && nearest(wanted, names);
    throw invalid(where, `${subject} must have a column '${wanted}', as dataset.label says, but ${names ? `has none${close === undefined ? '' : `; did you mean '${close}'?`}` : 'its first line is no line of names'}`, 'correct dataset.label in the study');
  }
  const lower = names?.map((name) => name.toLowerCase()) ?? [];
  return Math.max(0, ...USUAL.map((name) => lower.indexOf(name)).filter((at) => at >= 0).slice(0, 1));
}
