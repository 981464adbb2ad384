import { nearest } from '@layerwise/contracts';
import { invalid } from '../samples/invalid.js';
import { isSquare } from '../samples/size.js';
import type { Columns, Wanted } from './table.js';
import { pixelNames } from './pixel-names.js';

/** What a column of labels is usually called. */
const LABEL = /^(labels?|class|target)$/i;
/** What it may be called where no column is called as above: these may be coordinates or anything else. */
const PERHAPS = /^(y|digit)$/i;
/** Columns that number or name the rows. */
const ROWS = /^(id|index|(row|image)[ _]?id|unnamed: \d+|)$/i;
/** Names of columns that are no pixels, whatever the others are called. */
export const NO_PIXELS = new RegExp(`${LABEL.source}|${ROWS.source}`, 'i');

/**
 * Which column holds the labels: that which the study says, by name or place; else that which is called as in the training
 * rows; else the only one that is called as labels usually are; else the only one that can be one by its values, or because all
 * others count pixels. In a table without names it is the first if nothing is said.
 * @throws LayerwiseError DATA_INVALID if there is no such column, or it cannot be told
 */
export function labelColumn(columns: Columns, wanted: Wanted): number {
  const { names, onlyLabel } = columns;
  const { label, like } = wanted;
  const likeName = like?.names?.[like.labelAt];
  const same = likeName === undefined ? -1 : placeOf(likeName, names ?? []);
  if (typeof label === 'string') return named(label, columns);
  if (label !== undefined) return same >= 0 ? same : placed(label, columns);
  if (same >= 0) return same;
  if (names) return recognised(columns, names, wanted);
  if (like) return like.labelAt;
  if (onlyLabel === undefined) refuseUnlabelled(columns);
  return onlyLabel ?? 0;
}

/** The column that is recognised as that of the labels by its name, else by its values or by what the others are. */
function recognised(columns: Columns, names: readonly string[], { warn }: Wanted): number {
  const nameAt = (at: number): string => names[at].trim();
  const counted = pixelNames(names);
  const pixels = new Set(counted && isSquare(counted.order.length) ? counted.order : []);
  const rest = names.map((_, at) => at).filter((at) => !pixels.has(at));
  const usual = rest.filter((at) => LABEL.test(nameAt(at)));
  if (usual.length > 1) throw untold(columns, usual);
  const [called] = [...usual, ...rest.filter((at) => PERHAPS.test(nameAt(at)))];
  if (called !== undefined) return called;
  const others = rest.filter((at) => !ROWS.test(nameAt(at)));
  const left = pixels.size > 0 && others.length === 1 ? others[0] : undefined;
  const guess = columns.onlyLabel ?? left;
  if (guess === undefined) throw unguessable(columns, pixels.size, others);
  if (pixels.size > 0)
    warn({
      code: 'LABEL_GUESSED',
      message:
        `the labels of ${columns.file} are read from the column '${names[guess]}', ` +
        "the only one that is no pixel: 'label' under dataset names another",
    });
  return guess;
}

/** What is wrong where no column is called as labels are, and none is left over. @param pixels how many columns count pixels */
function unguessable(columns: Columns, pixels: number, others: readonly number[]): Error {
  if (pixels > 0 && others.length > 1) return untold(columns, others);
  refuseUnlabelled(columns, pixels || columns.count);
  return untold(
    columns,
    Array.from({ length: columns.count }, (_, at) => at),
  );
}

function named(label: string, columns: Columns): number {
  const { names, where, subject } = columns;
  const at = placeOf(label, names ?? []);
  if (at >= 0) return at;
  const close = names && nearest(label, names);
  const none = `has none${close === undefined ? '' : `; did you mean '${close}'?`}`;
  throw invalid(
    where,
    `${subject} must have a column '${label}', as dataset.label says, but ${names ? none : 'its first line is no line of names'}`,
    names
      ? 'correct dataset.label in the study'
      : "give the column's place instead: 'label: 0' for the first, 'label: -1' for the last",
  );
}

/** Place of a name, else of the only one that differs by case and blanks; -1 if there is none. */
function placeOf(label: string, names: readonly string[]): number {
  const at = names.indexOf(label);
  if (at >= 0) return at;
  const close = names.map((_, i) => i).filter((i) => names[i].trim().toLowerCase() === label.trim().toLowerCase());
  return close.length === 1 ? close[0] : -1;
}

function placed(label: number, { count, where, subject }: Columns): number {
  const at = label < 0 ? count + label : label;
  if (at >= 0 && at < count) return at;
  throw invalid(
    where,
    `${subject} must have a column ${label}, as dataset.label says, but has ${count} columns: 0 to ${count - 1}, or -1 to -${count} from the last on`,
    'correct dataset.label in the study',
  );
}

function refuseUnlabelled({ count, where, subject }: Columns, pixels = count): void {
  if (!isSquare(pixels) || pixels === 1) return;
  const side = Math.sqrt(pixels);
  throw invalid(
    where,
    `${subject} must have a column of labels beside its pixels, got ${pixels} columns, which are ${side} x ${side} pixels and no label`,
    'rows without labels can be neither learned from nor scored; if one of the columns holds the labels, name it under dataset.label',
  );
}

function untold({ names, where, subject }: Columns, candidates: readonly number[]): Error {
  return invalid(
    where,
    `${subject} must have one column that can be told to be the labels, got ${shown(candidates.map((at) => names?.[at] ?? String(at)))}`,
    "name it under dataset.label, or give its place: 'label: 0' for the first, 'label: -1' for the last",
  );
}

/** Names as messages list them. */
export function shown(names: readonly string[]): string {
  const some = names
    .slice(0, 4)
    .map((name) => `'${name.slice(0, 40)}'`)
    .join(', ');
  return names.length > 4 ? `${some} and ${names.length - 4} more` : some;
}
