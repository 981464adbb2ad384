import { showStudy } from '../run-end.js';
import { experimentOf, findRoot, findStudy, planAll } from '@layerwise/workspace/plan/selection';
import { defineCommand, experimentArgument } from '../command.js';

/** `layerwise result <study>[:<experiment>]`: lays the experiments' folders and reports anew, as a run does in its end, and shows their figures. */
export async function resultCommand(address: string): Promise<void> {
  const root = findRoot();
  const study = findStudy(await planAll(root, [address]), address.split(':')[0]);
  const [fault] = await showStudy(
    root,
    study,
    new Set([address.includes(':') ? experimentOf(study, address).name : 'all']),
  );
  if (fault) throw fault;
}

/** `layerwise result` */
export const command = defineCommand({
  command: 'result <experiment>',
  describe: 'Lay the folder and the report of a built experiment anew, as a run does in its end',
  builder: (y) => y.positional('experiment', experimentArgument),
  handler: async ({ experiment }) => resultCommand(experiment),
});
