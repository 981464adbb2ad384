import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInstanceId } from '@layerwise/store/names';
import { storageError } from '@layerwise/store/storage';
import type { Repeat } from '@layerwise/study';

/** `experiment.json` in an experiment's folder: the stage instances of its last run. */
export interface ExperimentRecord {
  /** Role -> id of the instance and digest of its content. */
  readonly stages: Readonly<Record<string, { readonly id: string; readonly content?: string }>>;
  readonly repeats: readonly Repeat[];
}

/** Path of an experiment's record, relative to the workspace. */
export function recordPath({ study, name }: { readonly study: string; readonly name: string }): string {
  return `artifacts/${study}/${name}/experiment.json`;
}

/**
 * The record of an experiment's last run.
 * @param root absolute path of the workspace
 * @returns undefined if there is none, 'damaged' for a file that is no record
 * @throws LayerwiseError STORAGE_FAILED if a file is in the place of its folder
 */
export function readRecord(
  root: string,
  experiment: { readonly study: string; readonly name: string },
): ExperimentRecord | 'damaged' | undefined {
  let text: string;
  try {
    text = readFileSync(join(root, recordPath(experiment)), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') throw storageError(error, join(root, recordPath(experiment)));
    return code === 'ENOENT' ? undefined : 'damaged';
  }
  try {
    return checked(JSON.parse(text));
  } catch {
    return 'damaged';
  }
}

/** Ids of the instances in a record, trainings from other seeds included. */
export function idsIn({ stages, repeats }: ExperimentRecord): readonly string[] {
  return [...Object.values(stages), ...repeats].map(({ id }) => id);
}

function checked(given: unknown): ExperimentRecord | 'damaged' {
  if (!isGroup(given) || !isGroup(given.stages) || !Object.values(given.stages).every(isNamed)) return 'damaged';
  const stages = given.stages as ExperimentRecord['stages'];
  if (given.repeats === undefined)
    return { stages, repeats: stages.train ? [{ seed: null, id: stages.train.id }] : [] };
  return Array.isArray(given.repeats) &&
    given.repeats.every((one) => isNamed(one) && (one.seed === null || Number.isInteger(one.seed)))
    ? { stages, repeats: given.repeats as Repeat[] }
    : 'damaged';
}

function isNamed(value: unknown): value is { id: string; seed?: unknown } {
  return isGroup(value) && typeof value.id === 'string' && isInstanceId(value.id);
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
