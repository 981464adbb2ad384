import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LayerwiseError, nearest } from '@layerwise/contracts';
import { planWorkspace, studyFiles, type WorkspacePlan } from '@layerwise/nx-plugin';
import type { ExperimentPlan, StudyPlan } from '@layerwise/study';

/** The workspace's root: the nearest folder, from the working directory up, that holds nx.json and pipelines/; else the repository of this command. */
export function findRoot(from: string = process.cwd()): string {
  for (let at = from; ; at = dirname(at)) {
    if (existsSync(join(at, 'nx.json')) && existsSync(join(at, 'pipelines'))) return at;
    if (at === dirname(at)) return join(dirname(fileURLToPath(import.meta.url)), '../../..');
  }
}

/** Plans every study of the workspace. @throws LayerwiseError STUDY_INVALID */
export function planAll(root: string): Promise<WorkspacePlan> {
  return planWorkspace(root, studyFiles(root));
}

/** The study of that name. @throws LayerwiseError USAGE with the nearest name */
export function findStudy(plan: WorkspacePlan, name: string): StudyPlan {
  const names = plan.studies.map((study) => study.name);
  const found = plan.studies.find((study) => study.name === name);
  if (!found) throw unknown('study', name, names);
  return found;
}

/** The experiment `<study>:<experiment>`. @throws LayerwiseError USAGE with the nearest name */
export function findExperiment(plan: WorkspacePlan, address: string): ExperimentPlan {
  const [study = '', name, ...rest] = address.split(':');
  if (!name || rest.length > 0) throw new LayerwiseError('USAGE', `an experiment must be written <study>:<experiment>, got '${address}'`, { remedy: `For example: layerwise show ${plan.studies[0]?.name ?? 'pipeline'}:${plan.studies[0]?.experiments[0]?.name ?? 'exp1'}` });
  const { experiments } = findStudy(plan, study);
  const found = experiments.find((experiment) => experiment.name === name);
  if (!found) throw unknown('experiment', name, experiments.map((experiment) => experiment.name), ` of study '${study}'`);
  return found;
}

function unknown(what: string, name: string, names: readonly string[], of = ''): LayerwiseError {
  const close = nearest(name, names);
  return new LayerwiseError('USAGE', `no ${what} '${name}'${of}; ${close ? `did you mean '${close}'?` : `there are ${names.join(', ')}`}`, { remedy: 'layerwise list shows all of them.' });
}
