import { featureSplits, LayerwiseError, type Warning } from '@layerwise/contracts';

/** Labels of the rows of each split, uint16[N]: class indices. */
export interface SplitLabels {
  readonly train: Uint16Array;
  readonly validation: Uint16Array;
  readonly test: Uint16Array;
}

/** The field of `preprocess.validation` that chose the validation rows out of the training rows, as messages show it. */
export interface ChosenBy {
  readonly field: string;
  /** Its value; undefined where that is a long list. */
  readonly value: number | undefined;
  /** Whether rows are chosen by their place in the file. */
  readonly byPlace: boolean;
}

/** Classes named in one message. */
const MOST_NAMED = 20;

/**
 * What the classes of the splits call for; nothing where every split has every class.
 *
 * @param all labels of the rows that training and validation rows were chosen from, in the data set's order
 * @param chosen undefined where the validation rows are not a choice of the study
 * @param validates whether validation rows are wanted that are not the test rows
 * @throws LayerwiseError PARAMS_INVALID where the study's choice leaves a class without training rows, DATA_INVALID
 *   where the data have rows of a class for validation or test alone
 */
export function classWarnings(
  all: Uint16Array,
  splits: SplitLabels,
  classes: readonly string[],
  chosen: ChosenBy | undefined,
  validates: boolean,
): Warning[] {
  refuseUntrained(all, splits, classes, chosen);
  const byClass = chosen?.byPlace ? rowsByClass(all, splits.validation, classes, chosen) : undefined;
  const names = featureSplits.filter((name) => name !== 'validation' || (validates && !byClass));
  return [...(byClass ? [byClass] : []), ...names.flatMap((name) => absentClasses(name, splits[name], classes))];
}

function refuseUntrained(
  all: Uint16Array,
  { train, validation, test }: SplitLabels,
  classes: readonly string[],
  chosen: ChosenBy | undefined,
): void {
  const [trained, validated, tested] = [train, validation, test].map((labels) => counted(labels, classes.length)) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const without = classes
    .map((_, index) => index)
    .filter((index) => trained[index] === 0 && (validated[index] || tested[index]));
  if (without.length === 0) return;
  const taken = chosen && without.filter((index) => validated[index]);
  if (taken && taken.length > 0) {
    const rows = sum(taken.map((index) => validated[index]));
    const order =
      chosen.byPlace && inClassOrder(all, classes.length) ? ', since the rows stand in the order of their classes' : '';
    const rule = `${shown(chosen)} must leave training rows of each class, but leaves none of ${named(taken, classes)}`;
    throw new LayerwiseError(
      'PARAMS_INVALID',
      `${rule}: ${rows === 1 ? 'its one row validates' : `all ${rows} validate`}${order}`,
      {
        remedy:
          `${wayOut(validation.length, all.length)} takes the same share of each class and leaves it at least one ` +
          `row${chosen.byPlace ? '; randomFraction draws from all rows' : ''}`,
      },
    );
  }
  const rows = sum(without.map((index) => validated[index] + tested[index]));
  const where = [
    ...(without.some((index) => validated[index]) ? ['validation'] : []),
    ...(without.some((index) => tested[index]) ? ['test'] : []),
  ].join(' and ');
  const [has, it, its] = without.length === 1 ? ['has', 'it', 'its'] : ['have', 'them', 'their'];
  throw new LayerwiseError(
    'DATA_INVALID',
    `each class must have training rows, but ${named(without, classes)} ${has} ${where} rows alone (${rows})`,
    {
      remedy: `add training rows of ${it}, or take ${its} ${where} rows out`,
    },
  );
}

/** Rows chosen by place out of rows that stand in the order of their classes: what came of it. */
function rowsByClass(
  all: Uint16Array,
  validation: Uint16Array,
  classes: readonly string[],
  chosen: ChosenBy,
): Warning | undefined {
  const [inAll, inValidation] = [counted(all, classes.length), counted(validation, classes.length)];
  const held = classes.map((_, index) => index).filter((index) => inValidation[index]);
  if (
    held.length === 0 ||
    held.length === inAll.filter((count) => count > 0).length ||
    !inClassOrder(all, classes.length)
  )
    return undefined;
  const order = `the ${all.length} training rows stand in the order of their classes, so that ${shown(chosen)} takes rows of ${named(held, classes)} alone`;
  return {
    code: 'ROWS_BY_CLASS',
    message: `${order}: ${wayOut(validation.length, all.length)} takes the same share of each class`,
  };
}

/** Whether the class changes from row to row less than a quarter as often as it would in a random order. */
function inClassOrder(labels: Uint16Array, classes: number): boolean {
  let changes = 0;
  for (let row = 1; row < labels.length; row++) if (labels[row] !== labels[row - 1]) changes++;
  const same = sum(Array.from(counted(labels, classes), (count) => (count / labels.length) ** 2));
  return 4 * changes < labels.length * (1 - same);
}

function absentClasses(name: string, labels: Uint16Array, classes: readonly string[]): Warning[] {
  if (labels.length === 0)
    return [{ code: 'EMPTY_SPLIT', message: `the ${name} set has no rows: nothing can be measured on it` }];
  const present = counted(labels, classes.length);
  const absent = classes.map((_, index) => index).filter((index) => present[index] === 0);
  return absent.length === 0
    ? []
    : [
        {
          code: 'CLASS_ABSENT',
          message: `the ${name} set (${labels.length} rows) has no example of class ${list(absent, classes)}`,
        },
      ];
}

function counted(labels: Uint16Array, classes: number): Uint32Array {
  const counts = new Uint32Array(classes);
  for (const label of labels) counts[label] = counts[label] + 1;
  return counts;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

function shown({ field, value }: ChosenBy): string {
  return `preprocess.validation.${field}${value === undefined ? '' : ` ${value}`}`;
}

/** The stratified choice of about as many rows. */
function wayOut(held: number, rows: number): string {
  return `validation: { stratifiedFraction: ${Number(Math.max(0.001, held / rows).toFixed(3))} }`;
}

function named(indices: readonly number[], classes: readonly string[]): string {
  return `class${indices.length === 1 ? '' : 'es'} ${list(indices, classes)}`;
}

function list(indices: readonly number[], classes: readonly string[]): string {
  return `${indices
    .slice(0, MOST_NAMED)
    .map((index) => classes[index])
    .join(', ')}${indices.length > MOST_NAMED ? ` and ${indices.length - MOST_NAMED} more` : ''}`;
}
