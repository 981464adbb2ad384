import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import { canonicalJson } from '@layerwise/contracts';
import { roleNames, type ExperimentPlan, type StageInstance, type StudyPlan } from '@layerwise/study';
import { entryOf } from './workspace.js';

/** Command line of Layerwise as the targets call it, from the workspace's root. */
const layerwise = 'node packages/cli/bin/layerwise.mjs';
const build = { projects: ['layerwise'], target: 'build' };
/** Packages whose code runs in every stage process: what opens inputs and writes artifacts. */
const runner = ['contracts', 'store'];

/** Nx projects by root folder. */
export type Projects = Record<string, Omit<ProjectConfiguration, 'root'>>;

/**
 * The project of one stage instance. Its one target computes the artifact; Nx hashes the whole project,
 * so nothing that is not part of the instance may stand in it.
 */
export function stageProject(root: string, instance: StageInstance): Projects {
  const { id, inputs, uses, raw } = instance;
  const upstream = [...new Set(Object.values(inputs))];
  const { workspace, external } = dependenciesOf(root, uses);
  const target: TargetConfiguration = {
    executor: 'nx:run-commands',
    cache: raw?.complete ?? true,
    dependsOn: [build, ...(upstream.length > 0 ? [{ projects: upstream, target: 'compute' }] : [])],
    inputs: [
      ...workspace.map((folder) => ({ dependentTasksOutputFiles: `packages/${folder}/dist/**/*`, transitive: true })),
      { dependentTasksOutputFiles: 'artifacts/stages/*/data/**/*' },
      { externalDependencies: external },
      { runtime: 'node --version' },
    ],
    outputs: [`{workspaceRoot}/artifacts/stages/${id}`],
    options: { command: `${layerwise} stage ${id}`, env: { LAYERWISE_STAGE: canonicalJson(instance) } },
    metadata: { description: `Compute ${id}`, technologies: ['layerwise'] },
  };
  return { [`artifacts/stages/${id}`]: { name: id, projectType: 'library', implicitDependencies: upstream, targets: { compute: target }, tags: ['layerwise:stage'] } };
}

/** The project of a study: one target for each experiment, and `all`. They only show results, and are never cached. */
export function studyProject(plan: StudyPlan): Projects {
  const targets = Object.fromEntries(plan.experiments.map((experiment) => [experiment.name, experimentTarget(plan, experiment)]));
  const all: TargetConfiguration = {
    executor: 'nx:run-commands',
    cache: false,
    inputs: [],
    dependsOn: plan.experiments.map(({ name }) => name),
    options: { command: `${layerwise} result ${plan.name}`, env: environmentOf(plan) },
    metadata: { description: `Every experiment of ${plan.name}` },
  };
  const reports = plan.experiments.flatMap(({ stages }) => stages.report ?? []);
  return { [dirname(plan.file)]: { name: plan.name, projectType: 'application', implicitDependencies: reports, targets: { ...targets, all }, tags: ['layerwise:study'] } };
}

function experimentTarget(plan: StudyPlan, { study, name, title, stages, repeats }: ExperimentPlan): TargetConfiguration {
  const ids = [...roleNames.flatMap((role) => stages[role] ?? []), ...repeats.map(({ id }) => id)];
  return {
    executor: 'nx:run-commands',
    cache: false,
    inputs: [],
    dependsOn: [build, { projects: [...new Set(ids)], target: 'compute' }],
    options: { command: `${layerwise} result ${study}:${name}`, env: environmentOf(plan) },
    metadata: { description: title },
  };
}

/** Spares the last target the planning of every study, a third of a second. It is not cached, so what stands here enters no hash. */
function environmentOf({ name, title, file, experiments }: StudyPlan): Record<string, string> {
  return { LAYERWISE_STUDY: JSON.stringify({ name, title, file, experiments }) };
}

interface PackageJson {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const scope = '@layerwise/';

/** Folders of the repository's packages that a stage package's code comes from, and names of the installed packages these import. */
function dependenciesOf(root: string, uses: string): { workspace: string[]; external: string[] } {
  const workspace = new Set<string>();
  const external = new Set<string>();
  const pending = [uses, ...runner.map((folder) => scope + folder)];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (!name.startsWith(scope)) {
      if (isInstalled(root, name)) external.add(name);
      continue;
    }
    const folder = name.slice(scope.length);
    if (workspace.has(folder)) continue;
    workspace.add(folder);
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')) as PackageJson;
    pending.push(...Object.keys({ ...dependencies, ...optionalDependencies }));
  }
  return { workspace: [...workspace].sort(), external: [...external].sort() };
}

/** Nx refuses an external dependency that it does not find in the lock file and the installed packages. */
function isInstalled(root: string, name: string): boolean {
  if (entryOf(root, name) !== undefined) return true;
  try {
    createRequire(join(root, 'package.json')).resolve(`${name}/package.json`);
    return true;
  } catch {
    return false;
  }
}
