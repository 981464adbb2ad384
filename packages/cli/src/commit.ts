import { execFileSync } from 'node:child_process';
import { LayerwiseError } from '@layerwise/contracts';
import { parseResults, readResults, resultsPath, type ResultsFile } from '@layerwise/workspace/results/results-file';
import { resultChange } from '@layerwise/workspace/results/verification';
import { changeLines } from './result-lines.js';

/** Recorded results of studies by name, at one time. */
type Results = ReadonlyMap<string, ResultsFile>;

/**
 * What tells the results that are recorded now from those at a commit, experiment by experiment.
 * @param range a commit, for what is recorded in the folder now against it, or two as `<one>..<other>`
 * @param studies names of the studies there are
 * @throws LayerwiseError USAGE if there is no such commit, or no results at either time
 */
export function compareCommits(root: string, range: string, studies: readonly string[]) {
  const [first = '', second] = range.split('..');
  const old = resultsAt(root, first);
  const now: Results =
    second === undefined
      ? new Map(studies.flatMap((name) => listed(name, readResults(root, name))))
      : resultsAt(root, second || 'HEAD');
  const names = [...new Set([...now.keys(), ...old.keys()])].sort();
  if (names.length === 0)
    throw new LayerwiseError(
      'USAGE',
      `results must be recorded at one of the times to compare, but none are at ${range}`,
      {
        remedy: 'layerwise lock writes pipelines/<study>/results.json; git keeps it.',
      },
    );
  return names.flatMap((name) =>
    studyChanges(name, old.get(name)?.experiments ?? {}, now.get(name)?.experiments ?? {}),
  );
}

/** What {@link compareCommits} finds, in lines. */
export function describeCommits(found: ReturnType<typeof compareCommits>): string {
  return found
    .flatMap((one) =>
      'only' in one ? [`${one.experiment.padEnd(20)}  recorded only ${one.only}`] : changeLines(one.experiment, one),
    )
    .join('\n');
}

type Records = ResultsFile['experiments'];

function studyChanges(study: string, old: Records, now: Records) {
  return [...new Set([...Object.keys(now), ...Object.keys(old)])].map((name) => {
    const experiment = `${study}:${name}`;
    const [before, after] = [old[name], now[name]];
    if (!before || !after) return { experiment, only: before ? ('before' as const) : ('after' as const) };
    return { experiment, ...resultChange(before, after) };
  });
}

function listed(name: string, file: ResultsFile | undefined): [string, ResultsFile][] {
  return file === undefined ? [] : [[name, file]];
}

/** The results that a commit holds, of whatever studies there were. */
function resultsAt(root: string, commit: string): Results {
  const id = git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^{commit}`])?.trim();
  if (!id)
    throw new LayerwiseError(
      'USAGE',
      `compare needs experiments, as <study>:<experiment>, or a commit, got '${commit}'`,
      {
        remedy: 'For example: layerwise compare pipeline:exp3 pipeline:exp4, or layerwise compare HEAD~1',
      },
    );
  const paths = git(root, ['ls-tree', '-r', '-z', '--name-only', id, '--', 'pipelines'])?.split('\0') ?? [];
  const found = paths.flatMap((path) => {
    const name = /^pipelines\/([^/]+)\/results\.json$/.exec(path)?.[1];
    if (name === undefined) return [];
    const text = git(root, ['show', `${id}:./${resultsPath(name)}`]);
    return text === undefined ? [] : listed(name, parseResults(text, `${commit}:${path}`));
  });
  return new Map(found);
}

/** What git prints; undefined if it fails. */
function git(root: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', [...args], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 64 << 20,
    });
  } catch {
    return undefined;
  }
}
