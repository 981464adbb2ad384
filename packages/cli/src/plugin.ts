import type { PostTasksExecution, PreTasksExecution } from '@nx/devkit';
import { postTasksExecution as leave, preTasksExecution as enter } from '@layerwise/nx-plugin';

export { createDependencies, createNodes, name } from '@layerwise/nx-plugin';

/** Before the tasks: meets what is on the command line. */
export const preTasksExecution: PreTasksExecution = async (options, context) => {
  const { checkRun } = await import('./run-end.js');
  await checkRun(context.workspaceRoot, context.argv);
  await enter(options, context);
};

/** After the tasks: lays and says what the run was for. */
export const postTasksExecution: PostTasksExecution = async (options, context) => {
  await leave(options, context);
  const { finishRun } = await import('./run-end.js');
  await finishRun(context);
};
