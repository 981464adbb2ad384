import type { BySplit, ResultRecord, StageRecord } from './results-file.js';

/** A figure that is not what it was. */
export interface FigureChange {
  /** `test accuracy`, `train loss`, `test accuracy of seed 44`. */
  readonly figure: string;
  readonly old: number | null;
  readonly new: number | null;
}

/** A stage whose artifact is not what it was. */
export interface StageChange {
  readonly role: string;
  /** What of it differs, in words. */
  readonly because: readonly string[];
}

/** What tells one result from another. */
export interface ResultChange {
  readonly figures: readonly FigureChange[];
  readonly stages: readonly StageChange[];
}

/** What tells the result of an experiment from an earlier one of it; nothing for results that are the same bit by bit. */
export function resultChange(old: ResultRecord, now: ResultRecord): ResultChange {
  return { figures: figureChanges(old, now), stages: stageChanges(old.stages, now.stages) };
}

function figureChanges(old: ResultRecord, now: ResultRecord): FigureChange[] {
  const [before, after] = [figuresOf(old), figuresOf(now)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((figure) => ({ figure, old: before.get(figure) ?? null, new: after.get(figure) ?? null }))
    .filter((change) => change.old !== change.new);
}

/** Those of the test rows first. */
function figuresOf({ accuracy, loss, seeds = [] }: ResultRecord): Map<string, number | null> {
  const splits: readonly (keyof BySplit)[] = ['test', 'validation', 'train'];
  return new Map([
    ...splits.flatMap((split): [string, number | null][] => [
      [`${split} accuracy`, accuracy[split]],
      [`${split} loss`, loss[split]],
    ]),
    ...seeds.slice(1).flatMap((one): [string, number | null][] => [
      [`test accuracy of seed ${one.seed}`, one.accuracy],
      [`test loss of seed ${one.seed}`, one.loss],
    ]),
  ]);
}

type Stages = ResultRecord['stages'];

function stageChanges(old: Stages, now: Stages): StageChange[] {
  const changed = (role: string): boolean => old[role]?.content !== now[role]?.content;
  return [...new Set([...Object.keys(now), ...Object.keys(old)])]
    .filter(changed)
    .map((role) => ({ role, because: reasons(old[role], now[role], changed) }));
}

function reasons(
  old: StageRecord | undefined,
  now: StageRecord | undefined,
  changed: (role: string) => boolean,
): readonly string[] {
  if (!old) return ['is new'];
  if (!now) return ['is gone'];
  const read = now.reads.filter(changed);
  const found = [
    ...(old.params === now.params ? [] : ['parameters']),
    ...(old.data === now.data ? [] : ['raw data']),
    ...(old.code === now.code ? [] : ['code']),
    ...(old.node === now.node ? [] : [`Node.js ${old.node} -> ${now.node}`]),
    ...(read.length === 0 ? [] : [`what it reads of ${read.join(', ')}`]),
  ];
  return found.length > 0 ? found : ['nothing that is recorded: the same work gave other bytes'];
}
