import type { FileCache } from '@layerwise/store/file-cache';
import { planAll } from '@layerwise/workspace/plan/selection';
import type { WorkspacePlan } from '@layerwise/workspace/plan/workspace';
import { printError } from './terminal.js';

/**
 * Plans every study of the workspace, and prints on standard error what there is to know of it: which studies are left out, and what
 * to change in their files.
 * @param asked `<study>` or `<study>:<experiment>`, of what the command is about
 * @throws LayerwiseError what is wrong with a study that was asked for
 */
export async function planStudies(
  root: string,
  asked: readonly string[] = [],
  fileCache?: FileCache,
): Promise<WorkspacePlan> {
  const plan = await planAll(root, asked, fileCache);
  for (const note of plan.notes) printError(note);
  return plan;
}
