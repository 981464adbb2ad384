import { LayerwiseError, MOST_CLASS_NAME, MOST_CLASSES, nearest } from '@layerwise/contracts';
import { invalid } from '../samples/invalid.js';
import type { Part } from '../samples/part.js';

/** Class names, and how a part's labels become their indices. */
export interface Classes {
  readonly names: readonly string[];
  /** Index of the class of each of the part's label values. @throws LayerwiseError DATA_INVALID naming the first row whose label is no class */
  readonly of: (part: Part) => number[];
}

/** Letters of a label for which another one may be meant. */
const SHORTEST_WORD = 3;
const WHOLE = /^\d+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/**
 * The classes of a data set.
 * - Names given: a label is one of them, or a whole number, the position in the list from 0.
 * - Else the different labels of the training rows are the classes: whole numbers 0 to 999 in ascending order, or texts
 *   in the order of their code points. Names of folders are always texts, but those that are all whole numbers stand in that order.
 *
 * @param given `classes` of the study
 * @param named whether labels are names of folders
 * @throws LayerwiseError PARAMS_INVALID for bad names in the study, DATA_INVALID for bad labels
 */
export function classesOf(train: Part, given: readonly string[] | undefined, named: boolean): Classes {
  const names = given ? checkNames(given) : fromLabels(train, named);
  const index = new Map(names.map((name, i) => [name, i]));
  const rule = given
    ? `one of the study's classes, or their number of 0 to ${names.length - 1}`
    : 'one that the training rows have too';
  const classOf = ({ labels, where }: Part): number[] =>
    labels.values.map((value, i) => {
      const found =
        index.get(value) ?? (given && WHOLE.test(value) && Number(value) < names.length ? Number(value) : undefined);
      if (found !== undefined) return found;
      // one letter, or another number, is another class rather than a slip
      const close = WHOLE.test(value) || value.length < SHORTEST_WORD ? undefined : nearest(value, names);
      const guess = close !== undefined ? `; did you mean '${close}'?` : given ? '' : ', of which they have none';
      const remedy = given
        ? 'correct the label, or the list dataset.classes'
        : 'correct the label, add training rows of this class, or take its rows out';
      throw invalid(where(labels.first[i]), `the label must be ${rule}, got '${short(value)}'${guess}`, remedy);
    });
  return { names, of: classOf };
}

function checkNames(given: readonly string[]): readonly string[] {
  const names = given.map((name) => name.normalize('NFC'));
  const fault =
    names.map(faultOf).find((text) => text !== undefined) ??
    (new Set(names).size < names.length
      ? `must be different, got '${short(names.find((name, i) => names.indexOf(name) < i) as string)}' twice`
      : undefined);
  if (fault !== undefined)
    throw new LayerwiseError('PARAMS_INVALID', `dataset.classes ${fault}`, {
      remedy: 'give each class a short name of its own',
    });
  return names;
}

function fromLabels({ labels: { values, first }, where }: Part, named: boolean): readonly string[] {
  const at = (value: string): string => where(first[values.indexOf(value)]);
  if (values.length < 2)
    throw invalid(
      at(values[0]),
      `the training rows must have at least 2 different labels, got '${short(values[0])}' alone`,
      'check that the labels are read from the right column or folder',
    );
  const whole = values.every((value) => WHOLE.test(value));
  if (!named && values.every((value) => NUMBER.test(value))) {
    const bad = values.find((value) => !WHOLE.test(value) || Number(value) >= MOST_CLASSES);
    if (bad !== undefined)
      throw invalid(
        at(bad),
        `a label that is a number must be a whole one of 0 to ${MOST_CLASSES - 1}, got ${short(bad)}`,
        'correct the label, or name the column of labels under dataset.label',
      );
  }
  for (const value of values) {
    const fault = faultOf(value);
    if (fault !== undefined) throw invalid(at(value), `the name of a class ${fault}`);
  }
  return whole
    ? [...values].sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1))
    : [...values].sort((a, b) => (a < b ? -1 : 1));
}

function faultOf(name: string): string | undefined {
  if (name.trim() === '') return 'must not be blank';
  if (name.length > MOST_CLASS_NAME)
    return `must have at most ${MOST_CLASS_NAME} characters, got ${name.length}: '${short(name)}'`;
  return CONTROL.test(name) ? `must have no control characters, got ${JSON.stringify(short(name))}` : undefined;
}

/** A label as messages show it. */
function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}
