import { experimentOf, findRoot, findStudy } from '@layerwise/workspace/plan/selection';
import { defineCommand, experimentArgument } from '../command.js';
import { showStudy } from '../run-end.js';
import { planStudies } from '../workspace-plan.js';

/** `layerwise result <study>[:<experiment>]`: writes the experiments' folders and reports again, as a run does at its end, and prints their figures. */
export async function resultCommand(address: string): Promise<void> {
  const root = findRoot();
  const study = findStudy(await planStudies(root, [address]), address.split(':')[0]);
  const [fault] = await showStudy(
    root,
    study,
    new Set([address.includes(':') ? experimentOf(study, address).name : 'all']),
  );
  if (fault) throw fault;
}

/** `layerwise result` */
export const command = defineCommand({
  builder: (y) => y.positional('experiment', experimentArgument),
  handler: async ({ experiment }) => resultCommand(experiment),
});
