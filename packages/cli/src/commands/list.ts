import { join } from 'node:path';
import { refuseMisplaced } from '@layerwise/store/layout';
import { Store } from '@layerwise/store/store';
import { roleNames } from '@layerwise/study';
import { findRoot } from '@layerwise/workspace/plan/selection';
import { defineCommand } from '../command.js';
import { print } from '../terminal.js';
import { planStudies } from '../workspace-plan.js';

/**
 * `layerwise list`: every experiment, and whether it is built; with `stages` also the stage instances.
 * @throws LayerwiseError STORAGE_FAILED, having listed, if a folder of artifacts is none
 */
export async function listCommand({ stages }: { readonly stages: boolean }): Promise<void> {
  const root = findRoot();
  const plan = await planStudies(root);
  const store = new Store(join(root, 'artifacts'));
  const lines: string[] = [];
  for (const study of plan.studies) {
    lines.push(`${study.name}  ${study.title}  (${study.file})`);
    for (const experiment of study.experiments) {
      const ids = [
        ...roleNames.flatMap((role) => experiment.stages[role] ?? []),
        ...experiment.repeats.slice(1).map(({ id }) => id),
      ];
      const present = ids.map((id) => store.manifest(id) !== undefined);
      const built = present.filter(Boolean).length;
      const state = built === ids.length ? 'built' : `${built} of ${ids.length} stages`;
      lines.push(`  ${`${study.name}:${experiment.name}`.padEnd(28)} ${state.padEnd(16)} ${experiment.title}`);
      if (stages) lines.push(...ids.map((id, index) => `    ${present[index] ? '✓' : '·'} ${id}`));
    }
  }
  print(lines.join('\n'));
  refuseMisplaced(join(root, 'artifacts'));
}

/** `layerwise list` */
export const command = defineCommand({
  builder: (y) =>
    y
      .option('stages', { type: 'boolean', default: false, describe: 'Also the stage instances' })
      .example('$0 list --stages', ''),
  handler: async ({ stages }) => listCommand({ stages }),
});
