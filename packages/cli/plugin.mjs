// What nx.json of this repository loads. Brings the compiled packages up to date first: the plan depends on the parameter tables in them.
import { ensureBuilt } from '../nx-plugin/ensure-built.mjs';

ensureBuilt();

export const { createDependencies, createNodes, name, postTasksExecution, preTasksExecution } =
  await import('./dist/plugin.js');
