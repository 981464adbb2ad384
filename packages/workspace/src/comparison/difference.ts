import { column } from '@layerwise/contracts';
import type { StoredArtifact } from '@layerwise/store';
import type { ExperimentArtifacts, ExperimentResult } from '../experiment/experiment.js';
import { mcnemar, pairedT, SIGN_FLIP_LIMIT, signFlip, spread, type PairedTest } from './statistics.js';

/** Probability below which a difference is called more than chance. */
const SIGNIFICANCE = 0.05;

/** Test accuracies of two experiments over the seeds that both were trained from: other minus reference, as shares. */
export interface SeedDifference {
  readonly seeds: readonly number[];
  readonly mean: number;
  /** With ddof 1. */
  readonly deviation: number;
  /** Null where the differences are all equal. */
  readonly pairedT: PairedTest | null;
  /** Two-sided p; null for more than 12 seeds. */
  readonly signFlip: number | null;
}

/** Two nets on the same test rows. */
export interface RowDifference {
  readonly rows: number;
  /** Rows that the one alone predicts rightly. */
  readonly onlyReference: number;
  readonly onlyOther: number;
  /** Of McNemar's exact test, two-sided. */
  readonly p: number;
}

/** How an experiment differs from the one it is held against. */
export interface Difference {
  readonly reference: string;
  readonly other: string;
  /** Percentage points of validation and test accuracy, first seed; null for a split without rows. */
  readonly validation: number | null;
  readonly test: number | null;
  /** Null with fewer than two seeds in common. */
  readonly seeds: SeedDifference | null;
  /** Null where it was not looked at, or the test rows are not the same. */
  readonly rows: RowDifference | null;
  /** Whether one of them was trained from several seeds, so that `validation`, `test` and `rows` are of one net of several. */
  readonly ofFirstSeed: boolean;
}

/**
 * The experiment that others are held against: the highest on validation, by the mean over its seeds, ties to fewer multiply-adds.
 * Test figures take no part: where all were validated on the test images, it is the first.
 */
export function referenceOf<T extends { readonly result: ExperimentResult }>(experiments: readonly T[]): T | undefined {
  const score = ({ result }: T): number =>
    result.comparison?.validatesOnTest ? -1 : (result.seeds.validation?.mean ?? -1);
  const cost = ({ result }: T): number => result.comparison?.cost?.multiplyAdds ?? result.params;
  return [...experiments].sort((a, b) => score(b) - score(a) || (score(a) < 0 ? 0 : cost(a) - cost(b)))[0];
}

/** What the figures of two experiments come to, `rows` left out. */
export function differenceOf(
  reference: ExperimentResult,
  other: ExperimentResult,
  rows: RowDifference | null = null,
): Difference {
  const points = (a: number | null, b: number | null): number | null =>
    a === null || b === null ? null : (b - a) * 100;
  return {
    reference: reference.experiment,
    other: other.experiment,
    validation: points(reference.validation.accuracy, other.validation.accuracy),
    test: points(reference.test.accuracy, other.test.accuracy),
    seeds: seedDifference(reference, other),
    rows,
    ofFirstSeed: reference.seeds.count > 1 || other.seeds.count > 1,
  };
}

function seedDifference(reference: ExperimentResult, other: ExperimentResult): SeedDifference | null {
  const first = new Map(reference.seeds.runs.map(({ seed, test }) => [seed, test.accuracy]));
  const common = other.seeds.runs.flatMap(({ seed, test }) =>
    seed !== null && first.has(seed) ? [{ seed, difference: test.accuracy - (first.get(seed) as number) }] : [],
  );
  if (common.length < 2) return null;
  const differences = common.map(({ difference }) => difference);
  const { mean, deviation } = spread(differences);
  return {
    seeds: common.map(({ seed }) => seed),
    mean,
    deviation: deviation as number,
    pairedT: pairedT(differences) ?? null,
    signFlip: signFlip(differences) ?? null,
  };
}

/** Counts on which test rows the nets of two experiments differ; null unless the rows are the same images with the same labels. */
export async function rowDifference(
  reference: ExperimentArtifacts,
  other: ExperimentArtifacts,
): Promise<RowDifference | null> {
  const [a, b] = await Promise.all([rowsOf(reference, 'test'), rowsOf(other, 'test')]);
  if (a.label.length === 0 || !areSame(a, b)) return null;
  let [onlyReference, onlyOther] = [0, 0];
  a.label.forEach((label, row) => {
    const [right, otherRight] = [a.predicted[row] === label, b.predicted[row] === label];
    if (right && !otherRight) onlyReference++;
    if (otherRight && !right) onlyOther++;
  });
  return { rows: a.label.length, onlyReference, onlyOther, p: mcnemar(onlyReference, onlyOther) };
}

/** Whether two experiments were validated on the same images with the same labels. */
export async function sameValidation(reference: ExperimentArtifacts, other: ExperimentArtifacts): Promise<boolean> {
  const [a, b] = await Promise.all([rowsOf(reference, 'validation'), rowsOf(other, 'validation')]);
  return areSame(a, b);
}

interface Rows {
  readonly origin: string;
  readonly id: Uint32Array;
  readonly label: Uint16Array;
  readonly predicted: Uint16Array;
}

function areSame(a: Rows, b: Rows): boolean {
  const same = (x: ArrayLike<number>, y: ArrayLike<number>): boolean =>
    x.length === y.length && Array.prototype.every.call(x, (value, i) => value === y[i]);
  return a.origin === b.origin && same(a.id, b.id) && same(a.label, b.label);
}

/** @param split validation rows come from the training file, or are the test rows */
async function rowsOf({ ingest, activations }: ExperimentArtifacts, split: 'validation' | 'test'): Promise<Rows> {
  const table = await (activations as StoredArtifact).matrix(split);
  const files = (ingest as StoredArtifact).manifest.files;
  return {
    origin: (split === 'test' ? ['test.arrow'] : ['train.arrow', 'test.arrow'])
      .map((file) => files[file]?.sha256)
      .join(),
    id: column(table, 'id', Uint32Array).data,
    label: column(table, 'label', Uint16Array).data,
    predicted: column(table, 'predicted', Uint16Array).data,
  };
}

/** The tests of a difference, a sentence each; none where there is nothing to test. */
export function describeTests({ reference, other, seeds, rows, ofFirstSeed }: Difference): readonly string[] {
  return [
    ...(seeds ? [seedSentence(reference, other, seeds)] : []),
    ...(rows ? [rowSentence(reference, other, rows, ofFirstSeed)] : []),
  ];
}

function seedSentence(
  reference: string,
  other: string,
  { seeds, mean, deviation, pairedT: t, signFlip: flips }: SeedDifference,
): string {
  const count = seeds.length;
  const least = 2 / 2 ** count;
  const isTooFew = count <= SIGN_FLIP_LIMIT && least > SIGNIFICANCE;
  const tests = [
    ...(t ? [`paired t-test t(${t.degrees}) = ${t.t.toFixed(2)}, ${probability(t.p)}`] : []),
    ...(flips === null
      ? []
      : [
          `exact sign-flip test ${probability(flips)}${isTooFew ? ` (${count} seeds cannot give less than ${least})` : ''}`,
        ]),
  ];
  const found = t ? verdict(t.p) : mean === 0 ? 'no difference' : 'the same difference from every seed';
  const points = `${signed(mean)} ± ${(deviation * 100).toFixed(2)} points (mean ± standard deviation)`;
  const over = `Over the ${count} common seeds (${seedRange(seeds)})`;
  return `${over} ${other}'s test accuracy minus ${reference}'s is ${points}: ${[...tests, found].join('; ')}.`;
}

/** @param several whether the nets looked at are of the first of several seeds */
function rowSentence(
  reference: string,
  other: string,
  { rows, onlyReference, onlyOther, p }: RowDifference,
  several: boolean,
): string {
  const on = `On the same ${rows.toLocaleString('en-US')} test images${several ? ', by the nets of the first seed,' : ''}`;
  const right = `${other} alone is right on ${onlyOther} and ${reference} alone on ${onlyReference}`;
  return `${on} ${right}: McNemar's exact test ${probability(p)}; ${verdict(p)}.`;
}

function verdict(p: number): string {
  return p < SIGNIFICANCE ? 'more than chance explains' : 'chance alone may explain it';
}

function probability(p: number): string {
  return p < 0.0001 ? 'p < 0.0001' : `p = ${p.toFixed(4)}`;
}

function signed(share: number): string {
  return `${share >= 0 ? '+' : ''}${(share * 100).toFixed(2)}`;
}

/** `43 to 47` for consecutive seeds, else `43, 45`. */
export function seedRange(seeds: readonly (number | null)[]): string {
  const [first, last] = [seeds[0], seeds[seeds.length - 1]];
  const consecutive = seeds.every((seed, i) => typeof seed === 'number' && seed === (first as number) + i);
  return consecutive && seeds.length > 2 ? `${first} to ${last}` : seeds.join(', ');
}
