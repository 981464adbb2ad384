import { LayerwiseError } from '@layerwise/contracts';
import type { StudyPlan } from '@layerwise/study';
import { storeOf } from './recipe.js';

/** A task of Nx that failed. */
export interface FailedTask {
  readonly project: string;
  /** What it printed. */
  readonly output: string;
}

/**
 * What to say last of tasks that failed: which stage of which experiment, and its error.
 * @param root absolute path of the workspace
 * @returns nothing for stages that were told to stop
 */
export async function failuresOf(
  root: string,
  tasks: readonly FailedTask[],
  studies: readonly StudyPlan[],
): Promise<readonly LayerwiseError[]> {
  const store = storeOf(root);
  const failures = await Promise.all(
    tasks.map(async ({ project, output }) => {
      const stage = stageOf(project, studies);
      if (stage !== undefined && (await store.failure(project))?.code === 'ABORTED') return [];
      return [
        new LayerwiseError('STAGE_FAILED', `${stage === undefined ? '' : `${stage} failed: `}${errorIn(output)}`),
      ];
    }),
  );
  return failures.flat();
}

/** `train of pipeline:exp5`; undefined for what is no stage. */
function stageOf(id: string, studies: readonly StudyPlan[]): string | undefined {
  for (const { experiments } of studies) {
    for (const { study, name, stages, repeats } of experiments) {
      const role = Object.entries(stages).find(([, stage]) => stage === id)?.[0];
      if (role !== undefined) return `${role} of ${study}:${name}`;
      const repeat = repeats.find((one) => one.id === id);
      if (repeat) return `train from seed ${repeat.seed} of ${study}:${name}`;
    }
  }
  return undefined;
}

const longest = 15;

/** The error with which `layerwise` ended, else the last lines there are. */
function errorIn(output: string): string {
  const lines = output
    .trimEnd()
    .split('\n')
    .filter((line) => !/^Warning: (run-commands )?command ".*exited with non-zero status code/.test(line));
  const from = lines.findLastIndex((line) => line.startsWith('layerwise: '));
  if (from >= 0) return lines.slice(from).join('\n').replace('layerwise: ', '');
  return lines.slice(-longest).join('\n').trim() || 'its process ended without a word';
}
