import { LayerwiseError } from '@layerwise/contracts';
import type { ExperimentPlan, StudyPlan } from '@layerwise/study';
import { experimentOf, findStudy } from '@layerwise/workspace/plan/selection';
import type { WorkspacePlan } from '@layerwise/workspace/plan/workspace';

/** A study, and those of its experiments that a command is about. */
export interface Asked {
  readonly study: StudyPlan;
  readonly experiments: readonly ExperimentPlan[];
}

/** The studies of a workspace that an address names, `<study>` or `<study>:<experiment>`; all of them without one. @throws LayerwiseError USAGE */
export function askedOf(workspace: WorkspacePlan, address: string | undefined): readonly Asked[] {
  if (address === undefined) return workspace.studies.map((study) => ({ study, experiments: study.experiments }));
  const study = findStudy(workspace, address.split(':')[0] ?? '');
  return [{ study, experiments: address.includes(':') ? [experimentOf(study, address)] : study.experiments }];
}

/** What is said where a command has nothing to do. */
export function nothing(rule: string, remedy: string): LayerwiseError {
  return new LayerwiseError('ARTIFACT_MISSING', rule, { remedy });
}
