import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyStage } from '@layerwise/contracts';
import { studySchema } from '@layerwise/study';
import { findRoot } from '@layerwise/workspace/plan/selection';
import { entryOf, stagePackages } from '@layerwise/workspace/plan/packages';
import { updateFile } from '@layerwise/workspace/publication/publish';
import { defineCommand } from '../command.js';

/** `layerwise schema`: writes pipelines/study.schema.json from the constraint tables of the stages that are installed. */
export async function schemaCommand(): Promise<void> {
  const root = findRoot();
  const catalog = new Map<string, AnyStage>();
  for (const name of stagePackages(root)) {
    const entry = entryOf(root, name);
    const module = entry === undefined ? {} : ((await import(pathToFileURL(entry).href)) as { stage?: AnyStage });
    if (module.stage) catalog.set(name, module.stage);
  }
  await updateFile(join(root, 'pipelines/study.schema.json'), `${JSON.stringify(studySchema(catalog), null, 1)}\n`);
}

/** `layerwise schema` */
export const command = defineCommand({
  builder: (y) => y,
  handler: async () => schemaCommand(),
});
