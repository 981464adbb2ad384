import { grouped } from '@layerwise/contracts';
import type { Loss } from './losses.js';

/** What a sentence about a node is made of. Accuracies are shares of rows. */
export interface Findings {
  readonly dead: boolean;
  readonly duplicateOf: number;
  /** The rows that activate the node most: how many, and the share of each class among them. */
  readonly strongest: { readonly rows: number; readonly shares: ArrayLike<number> };
  /** Share of zeros among the rows of each class; NaN for a class without rows. */
  readonly zeros: readonly number[];
  /** What the margin of the true class and the accuracy lose without the node. */
  readonly margin: Loss;
  readonly margins: readonly Loss[];
  readonly accuracy: Loss;
}

/** Classes are named until they make up so much of the strongest rows, those of at least a tenth, four at most. */
const MOST_OF_THEM = 0.8;
const NAMED = 0.1;
const MOST_NAMED = 4;
const SILENT = 0.95;
/** A mean within so many standard errors of zero is not told from it. */
const ERRORS = 2;

/**
 * `is most active for 4s and 1s (94% of the 550 images that activate it most), silent for 0s; removing it lowers the margin of
 * the true class by 0.42, most for 6s (1.80), and costs 2.1 points of accuracy`.
 */
export function sentence(findings: Findings, names: readonly string[]): string {
  if (findings.dead) return 'has the same value for every training image: it tells nothing';
  const repeats = findings.duplicateOf >= 0 ? `repeats node ${findings.duplicateOf}` : '';
  return [response(findings, names), price(findings, names), repeats].filter(Boolean).join('; ');
}

function response({ strongest: { rows, shares }, zeros }: Findings, names: readonly string[]): string {
  const order = Array.from(shares, (share, c) => ({ share, c })).sort((a, b) => b.share - a.share || a.c - b.c);
  const named: { share: number; c: number }[] = [];
  let total = 0;
  for (const one of order) {
    if (one.share < NAMED || named.length === MOST_NAMED || total >= MOST_OF_THEM) break;
    named.push(one);
    total += one.share;
  }
  const images = rows === 1 ? 'the image that activates it most' : `the ${grouped(rows)} images that activate it most`;
  const silent = zeros.flatMap((share, c) =>
    share >= SILENT && !named.some((one) => one.c === c) ? [many(names[c])] : [],
  );
  const strongest = strongestFor(named, total, order[0].share, images, names);
  if (silent.length === 0) return strongest;
  return `${strongest}, silent for ${silent.length > MOST_NAMED ? `${silent.length} classes` : listed(silent)}`;
}

function strongestFor(
  named: readonly { share: number; c: number }[],
  total: number,
  largest: number,
  images: string,
  names: readonly string[],
): string {
  if (total >= MOST_OF_THEM)
    return `is most active for ${listed(named.map(({ c }) => many(names[c])))} (${percent(total)} of ${images})`;
  if (named.length > 0)
    return `is most active for several classes (${listed(named.map(({ c, share }) => `${many(names[c])} ${percent(share)}`))} of ${images})`;
  return `is most active for many classes (none more than ${percent(largest)} of ${images})`;
}

function price({ margin, margins, accuracy }: Findings, names: readonly string[]): string {
  const { mean, error } = margin;
  if (Number.isNaN(mean)) return '';
  if (!clear(margin))
    return (
      'removing it makes no clear difference to the margin of the true class ' +
      `(${mean < 0 ? '−' : ''}${brief(Math.abs(mean))} ± ${brief(ERRORS * (error || 0))})`
    );
  const change =
    mean > 0
      ? `removing it lowers the margin of the true class by ${brief(mean)}${hardest(margins, names)}`
      : `removing it raises the margin of the true class by ${brief(-mean)}`;
  if (!clear(accuracy)) return change;
  return `${change}, and ${accuracy.mean > 0 ? 'costs' : 'gains'} ${points(Math.abs(accuracy.mean))} points of accuracy`;
}

const clear = ({ mean, error }: Loss): boolean => Math.abs(mean) > ERRORS * error;

/** The class whose margin falls most, where that is clear of all others. */
function hardest(margins: readonly Loss[], names: readonly string[]): string {
  const order = [...margins.keys()]
    .filter((c) => !Number.isNaN(margins[c].error))
    .sort((a, b) => margins[b].mean - margins[a].mean || a - b);
  const [first, second] = order.map((c) => margins[c]);
  if (!second || !clear(first) || first.mean - second.mean <= ERRORS * Math.hypot(first.error, second.error)) return '';
  return `, most for ${many(names[order[0]])} (${brief(first.mean)})`;
}

/** Digits and letters as one says them of several: `4s`. */
function many(name: string): string {
  return /^[\da-z]$/i.test(name) ? `${name}s` : name;
}

function percent(share: number): string {
  const text = (100 * share).toFixed(0);
  return text === '100' && share < 1 ? 'over 99%' : `${text}%`;
}

/** Two decimals, of small numbers two digits. */
function brief(value: number): string {
  return value >= 0.1 || value === 0 ? value.toFixed(2) : String(Number(value.toPrecision(2)));
}

function points(share: number): string {
  return (100 * share).toFixed(100 * share >= 0.095 ? 1 : 2);
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}
