import type { StageInstance } from '@layerwise/study';

/** As far as it matters here: Nx's record of the tasks of a run, made as soon as a task's hash is known, before the cache is asked for it. */
interface TaskDetails {
  recordTaskDetails(
    tasks: readonly { readonly hash: string; readonly project: string; readonly target: string }[],
  ): void;
}

/**
 * Listens to what Nx notes of its tasks, in this process, from now on: which stage instance a key of its cache belongs to.
 * Nothing that Nx offers to plugins tells this before the tasks run.
 * @returns the instance's id, or undefined for a key that belongs to none
 */
export async function watchTaskKeys(): Promise<(key: string) => StageInstance['id'] | undefined> {
  const { getTaskDetails } = (await import('nx/src/hasher/hash-task.js')) as { getTaskDetails(): TaskDetails };
  const details = getTaskDetails();
  const record = details.recordTaskDetails.bind(details);
  const ids = new Map<string, string>();
  details.recordTaskDetails = (tasks) => {
    for (const { hash, project, target } of tasks) if (target === 'compute') ids.set(hash, project);
    record(tasks);
  };
  return (key) => ids.get(key);
}
