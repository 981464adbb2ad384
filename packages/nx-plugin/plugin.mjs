// What nx.json loads. Brings the compiled packages up to date first: the plan depends on the parameter tables in them.
import { compileIfStale } from './fresh.mjs';

compileIfStale();

const { name, createNodes, postTasksExecution, preTasksExecution } = await import('./dist/index.js');
export { createNodes, name, postTasksExecution, preTasksExecution };
