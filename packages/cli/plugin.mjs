// What nx.json loads. Brings the compiled packages up to date first: the plan depends on the parameter tables in them.
import { ensureBuilt } from '../nx-plugin/ensure-built.mjs';

ensureBuilt();

const { postTasksExecution: leave, preTasksExecution: enter, ...plugin } = await import('@layerwise/nx-plugin');
export const { createDependencies, createNodes, name } = plugin;

/** Before the tasks: meets what is on the command line. */
export async function preTasksExecution(options, context) {
  const { checkRun } = await import('./dist/run-end.js');
  await checkRun(context.workspaceRoot, context.argv);
  await enter(options, context);
}

/** After the tasks: lays and says what the run was for. */
export async function postTasksExecution(options, context) {
  await leave(options, context);
  const { finishRun } = await import('./dist/run-end.js');
  await finishRun(context);
}
