import { stripVTControlCharacters } from 'node:util';
import { LayerwiseError } from '@layerwise/contracts';
import { describeGoingOn } from '@layerwise/store/checkpoint';
import type { StageInstance, StudyPlan } from '@layerwise/study';
import { checkpointOf } from '@layerwise/workspace/experiment/unfinished';
import type { JournalEntry } from '@layerwise/workspace/run/journal';

/** A task of Nx that failed. */
export interface FailedTask {
  readonly project: string;
  /** What it printed. */
  readonly output: string;
}

/**
 * What to say last of tasks that failed: which stage of which experiment, and its error, or how its process ended.
 * @param root absolute path of the workspace
 * @param entries of the run's journal
 * @returns nothing for stages that were told to stop
 */
export async function failuresOf(
  root: string,
  tasks: readonly FailedTask[],
  studies: readonly StudyPlan[],
  entries: ReadonlyMap<string, JournalEntry> = new Map(),
): Promise<readonly LayerwiseError[]> {
  const failures = await Promise.all(
    tasks.map(async ({ project, output }) => {
      if (entries.get(project)?.status === 'stopped') return [];
      const lines = linesOf(output);
      const stage = stageOf(project, studies);
      if (!stage) return [new LayerwiseError('STAGE_FAILED', errorIn(lines) ?? lastOf(lines))];
      const { name, instance } = stage;
      const error = errorIn(lines);
      if (error !== undefined) return [new LayerwiseError('STAGE_FAILED', `${name} failed: ${error}`)];
      const { message, remedy } = endOf(instance.id, lines);
      const next = await nextOf(root, instance);
      return [
        new LayerwiseError('STAGE_FAILED', `${name} failed: ${message}`, { remedy: [next, remedy].join(' ').trim() }),
      ];
    }),
  );
  return failures.flat();
}

/** `train of pipeline:exp5` and the instance; undefined for what is no stage. */
function stageOf(id: string, studies: readonly StudyPlan[]): { name: string; instance: StageInstance } | undefined {
  for (const { experiments, instances } of studies) {
    const instance = instances.get(id);
    if (!instance) continue;
    for (const { study, name, stages, repeats } of experiments) {
      const role = Object.entries(stages).find(([, stage]) => stage === id)?.[0];
      if (role !== undefined) return { name: `${role} of ${study}:${name}`, instance };
      const repeat = repeats.find((one) => one.id === id);
      if (repeat) return { name: `train from seed ${repeat.seed} of ${study}:${name}`, instance };
    }
  }
  return undefined;
}

/** The lines of a task, without what Nx says of its command. */
function linesOf(output: string): readonly string[] {
  return stripVTControlCharacters(output)
    .trimEnd()
    .split(/\r?\n/)
    .filter((line) => !/^(> |Warning: (run-commands )?command ".*exited with non-zero status code)/.test(line));
}

/** The error with which `layerwise` ended. */
function errorIn(lines: readonly string[]): string | undefined {
  const from = lines.findLastIndex((line) => line.startsWith('layerwise: '));
  return from < 0 ? undefined : lines.slice(from).join('\n').replace('layerwise: ', '');
}

const longest = 15;

function lastOf(lines: readonly string[]): string {
  return lines.slice(-longest).join('\n').trim() || 'its process ended without an error message';
}

/** What a shell says of a process that a signal ended, and the signal. */
const signals: Readonly<Record<string, string>> = {
  Killed: 'SIGKILL',
  Aborted: 'SIGABRT',
  'Abort trap': 'SIGABRT',
  'Segmentation fault': 'SIGSEGV',
  'Bus error': 'SIGBUS',
  'Illegal instruction': 'SIGILL',
  'Trace/breakpoint trap': 'SIGTRAP',
  'Floating point exception': 'SIGFPE',
};

/** dash: `Killed`; bash: `/bin/sh: line 1: 4711 Killed   node …`; macOS: `Abort trap: 6`. */
const signalLine = new RegExp(
  `^(?:.*: line \\d+: +\\d+ )?(${Object.keys(signals).join('|')})(?:: \\d+)?(?: \\(core dumped\\))?(?: {2,}.*)?$`,
);

const lessMemory = 'If memory is short, run less at once: --parallel=1, LAYERWISE_WORKERS=1.';

/** How a process ended that told of no error itself, and what to do about that. */
function endOf(id: string, lines: readonly string[]): { readonly message: string; readonly remedy: string } {
  const word = signalLine.exec(lines.findLast((line) => line.trim() !== '') ?? '')?.[1];
  const signal = word && signals[word];
  if (lines.some((line) => line.includes('JavaScript heap out of memory'))) {
    return {
      message: `its process was killed${signal ? ` by ${signal}` : ''}: Node.js reached its memory limit`,
      remedy: 'NODE_OPTIONS=--max-old-space-size=<MB> raises the limit.',
    };
  }
  if (signal === 'SIGKILL')
    return { message: `its process was killed by ${signal}, probably because memory ran out`, remedy: lessMemory };
  if (signal) return { message: `its process was killed by ${signal}`, remedy: '' };
  const words = lines.filter((line) => line.trim() !== '' && !line.startsWith(id) && !line.startsWith('warning: '));
  if (words.length > 0) return { message: lastOf(words), remedy: '' };
  return { message: 'its process ended without an error message, as a killed process does', remedy: lessMemory };
}

async function nextOf(root: string, instance: StageInstance): Promise<string> {
  const standing = (await checkpointOf(root, instance))?.standing;
  return standing ? `${describeGoingOn('The same command', standing)}.` : 'The same command starts it again.';
}
