import { join } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';
import { findDamage, removeArtifact } from '@layerwise/store/integrity';
import type { CreateNodes, PreTasksExecution } from '@nx/devkit';
import { stageProject, studyProject, type Projects } from './projects.js';
import { planWorkspace } from './workspace.js';

/** Name shown by Nx. */
export const name = 'layerwise';

/** Infers the projects of all studies: one for each study, one for each stage instance. */
export const createNodes: CreateNodes = [
  'pipelines/*/study.yaml',
  async (files, _options, { workspaceRoot }) => {
    const sorted = [...files].sort();
    const plan = await planWorkspace(workspaceRoot, sorted).catch((error: unknown) => {
      throw error instanceof LayerwiseError ? new Error(error.describe()) : error;
    });
    const claimed = new Set<string>();
    return plan.studies.map((study, index) => {
      const projects: Projects = studyProject(study);
      for (const instance of study.instances.values()) {
        if (claimed.has(instance.id)) continue;
        claimed.add(instance.id);
        Object.assign(projects, stageProject(workspaceRoot, instance));
      }
      return [sorted[index] as string, { projects }];
    });
  },
];

/**
 * Before the tasks: marks the run, so that the last target can tell which stages ran in it,
 * and removes damaged artifacts, naming them, so that they are restored from the cache or recomputed.
 */
export const preTasksExecution: PreTasksExecution = async (_options, context) => {
  const { id, workspaceRoot } = context;
  process.env.LAYERWISE_RUN = `${Date.now()}-${id}`;
  const artifacts = join(workspaceRoot, 'artifacts');
  for (const { id, file, what } of findDamage(artifacts)) {
    process.stdout.write(`artifact ${id}: ${file} ${what === 'missing' ? 'is missing' : 'is damaged, it is not what the manifest says'}; it will be restored or recomputed\n`);
    removeArtifact(artifacts, id);
  }
};
