import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, LayerwiseError, sha256, type Score } from '@layerwise/contracts';
import { count, group, groupOf, known, listOf, optional, orNull, text, type Form } from '@layerwise/contracts/form';
import type { StoredArtifact } from '@layerwise/store';
import type { BuiltExperiment } from '../experiment/experiment.js';

/** What a stage gave, and what it was given; digests of 16 hexadecimal digits. */
export interface StageRecord {
  /** Of all files of its artifact. */
  readonly content: string;
  /** Of its package's name, parameters and seed. */
  readonly params: string;
  readonly code: string;
  /** Of the raw files it read, if any. */
  readonly data?: string;
  /** Version of Node.js. */
  readonly node: string;
  /** Roles whose artifacts it read. */
  readonly reads: readonly string[];
}

/** A figure by split; null for a split without rows. */
export type BySplit = Readonly<Record<'train' | 'validation' | 'test', number | null>>;

/** What an experiment gave. */
export interface ResultRecord {
  readonly dataset: string;
  /** As a share. */
  readonly accuracy: BySplit;
  /** In nats. */
  readonly loss: BySplit;
  /** Test figures of every seed, where the net was trained from several. */
  readonly seeds?: readonly {
    readonly seed: number | null;
    readonly accuracy: number | null;
    readonly loss: number | null;
  }[];
  /** By role; trainings from further seeds as `train seed 44`. */
  readonly stages: Readonly<Record<string, StageRecord>>;
}

/** `results.json` of a study, which git keeps beside it. */
export interface ResultsFile {
  readonly schema: 1;
  readonly study: string;
  readonly experiments: Readonly<Record<string, ResultRecord>>;
}

/** Path of a study's results, relative to the workspace. */
export function resultsPath(study: string): string {
  return `pipelines/${study}/results.json`;
}

/** What is recorded of a built experiment. @param repeats artifacts of the trainings after the first, with their seeds */
export function recordOf(
  { result, artifacts }: BuiltExperiment,
  repeats: readonly { readonly seed: number | null; readonly artifact: StoredArtifact }[],
): ResultRecord {
  const roleOf = new Map(Object.entries(artifacts).map(([role, { manifest }]) => [manifest.id, role]));
  const made = [
    ...Object.entries(artifacts),
    ...repeats.map(({ seed, artifact }) => [`train seed ${seed}`, artifact] as const),
  ];
  const figure = (name: keyof Score): BySplit => ({
    train: result.train[name],
    validation: result.validation[name],
    test: result.test[name],
  });
  const seeds = result.seeds.runs.map(({ seed, test }) => ({ seed, accuracy: test.accuracy, loss: test.loss }));
  return {
    dataset: result.dataset,
    accuracy: figure('accuracy'),
    loss: figure('loss'),
    ...(seeds.length > 1 ? { seeds } : {}),
    stages: Object.fromEntries(made.map(([role, artifact]) => [role, stageRecord(artifact, roleOf)])),
  };
}

function stageRecord({ manifest }: StoredArtifact, roleOf: ReadonlyMap<string, string>): StageRecord {
  const { uses, params, seed, code, raw, node } = manifest.recipe;
  const reads = Object.values(manifest.inputs).map((id) => roleOf.get(id) ?? id);
  return {
    content: short(manifest.content),
    params: short(sha256(canonicalJson({ uses, params, seed }))),
    code: short(code.digest),
    ...(raw.length > 0 ? { data: short(sha256(canonicalJson(raw))) } : {}),
    node,
    reads: [...new Set(reads)].sort(),
  };
}

const short = (digest: string): string => digest.slice(0, 16);

/** The text of the file: a line for each stage and figure, so that a difference shows what changed. */
export function resultsText({ schema, study, experiments }: ResultsFile): string {
  const block = (entries: readonly string[], indent: string): string =>
    entries.length === 0 ? '{}' : `{\n${entries.map((entry) => `${indent}  ${entry}`).join(',\n')}\n${indent}}`;
  const entry = (name: string, value: string): string => `${JSON.stringify(name)}: ${value}`;
  const record = ({ stages, ...figures }: ResultRecord): string =>
    block(
      [
        ...Object.entries(figures).map(([name, value]) => entry(name, line(value))),
        entry(
          'stages',
          block(
            Object.entries(stages).map(([role, one]) => entry(role, line(one))),
            '      ',
          ),
        ),
      ],
      '    ',
    );
  const all = block(
    Object.entries(experiments).map(([name, one]) => entry(name, record(one))),
    '  ',
  );
  return `${block([entry('schema', line(schema)), entry('study', line(study)), entry('experiments', all)], '')}\n`;
}

/** A value of JSON in one line, with blanks for the eye. */
function line(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(line).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, one]) => `${JSON.stringify(name)}: ${line(one)}`)
    .join(', ')} }`;
}

const splits: Form = group({ train: known, validation: known, test: known });
const form: Form = group({
  schema: count,
  study: text,
  experiments: groupOf(
    group({
      dataset: text,
      accuracy: splits,
      loss: splits,
      seeds: optional(listOf(group({ seed: orNull(count), accuracy: known, loss: known }))),
      stages: groupOf(
        group({ content: text, params: text, code: text, data: optional(text), node: text, reads: listOf(text) }),
      ),
    }),
  ),
});

/**
 * The results in a text.
 * @param where the file, for messages
 * @throws LayerwiseError DATA_INVALID if it is no file of results
 */
export function parseResults(json: string, where: string): ResultsFile {
  const invalid = (rule: string): LayerwiseError =>
    new LayerwiseError('DATA_INVALID', `the results of a study ${rule}`, {
      where,
      remedy: 'layerwise lock <study> writes them again, from what is built; git has what they were.',
    });
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch {
    throw invalid('must be JSON');
  }
  const wrong = form(given, 'results');
  if (wrong !== undefined) throw invalid(`must be as layerwise lock writes them: ${wrong}`);
  const file = given as ResultsFile;
  if (file.schema !== 1) throw invalid(`must be of schema 1, got ${String(file.schema)}`);
  return file;
}

/** The results of a study; undefined if it has none. @throws LayerwiseError DATA_INVALID */
export function readResults(root: string, study: string): ResultsFile | undefined {
  const path = resultsPath(study);
  let json: string;
  try {
    json = readFileSync(join(root, path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return parseResults(json, path);
}
