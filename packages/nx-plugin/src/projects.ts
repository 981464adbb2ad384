import { dirname } from 'node:path';
import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import { canonicalJson, printable } from '@layerwise/contracts';
import { roleNames, type ExperimentPlan, type StageInstance, type StudyPlan } from '@layerwise/study';
import type { BrokenStudy } from '@layerwise/workspace/plan/workspace';

/**
 * Root folder of a project whose tasks start processes: below a file, where nothing can be. Nx reads `.env` and the like in a project's root as the environment
 * of its tasks, and an artifact's folder holds bytes of others, as that of a study may.
 */
function rootOf(id: string): string {
  return `nx.json/${id}`;
}

/** Nx projects by root folder. */
export type Projects = Record<string, Omit<ProjectConfiguration, 'root'>>;

/**
 * The project of one stage instance. Its one target computes the artifact; Nx hashes the whole project,
 * so nothing that is not part of the instance may stand in it. What the key is made of is the artifact's recipe:
 * the specification, the code and Node's version are options; of the inputs the digests of their content are hashed, which are those in the recipe.
 * @param code digest of the code that the stage runs
 * @param script path of the `layerwise` command's script, from the workspace's root
 */
export function stageProject(instance: StageInstance, code: string, script: string): Projects {
  const { id, inputs, raw } = instance;
  const upstream = [...new Set(Object.values(inputs))];
  const target: TargetConfiguration = {
    executor: 'nx:run-commands',
    cache: raw?.complete ?? true,
    dependsOn: upstream.length > 0 ? [{ projects: upstream, target: 'compute' }] : [],
    inputs: [{ dependentTasksOutputFiles: 'artifacts/stages/*/content' }, { externalDependencies: [] }],
    outputs: [`{workspaceRoot}/artifacts/stages/${id}`],
    options: {
      command: `node ${script} stage ${id}`,
      env: { LAYERWISE_STAGE: canonicalJson(instance), LAYERWISE_CODE: `${code} ${process.version}` },
    },
    metadata: { description: `Compute ${id}`, technologies: ['layerwise'] },
  };
  return {
    [rootOf(id)]: {
      name: id,
      projectType: 'library',
      implicitDependencies: upstream,
      targets: { compute: target },
      tags: ['layerwise:stage'],
    },
  };
}

const waiting = { executor: 'nx:noop', cache: false, inputs: [] } satisfies TargetConfiguration;

/**
 * The project of a study: one target for each experiment, `all`, and `compute`, which is `all` for `nx affected -t compute`. They do
 * nothing but wait for their stages; what a run has to show is written and printed when all its tasks are over, in the process of Nx.
 */
export function studyProject(plan: StudyPlan): Projects {
  const targets = Object.fromEntries(
    plan.experiments.map((experiment) => [experiment.name, experimentTarget(experiment)]),
  );
  const all: TargetConfiguration = {
    ...waiting,
    dependsOn: plan.experiments.map(({ name }) => name),
    metadata: { description: `Every experiment of ${plan.name}` },
  };
  const reports = plan.experiments.flatMap(({ stages }) => stages.report ?? []);
  return {
    [dirname(plan.file)]: {
      name: plan.name,
      projectType: 'application',
      implicitDependencies: reports,
      targets: { compute: { ...waiting, dependsOn: ['all'] }, ...targets, all },
      tags: ['layerwise:study'],
    },
  };
}

/** The project of a study that cannot be planned: whatever of it is asked for fails with what is wrong. @param script as in {@link stageProject} */
export function brokenProject({ name, file, experiments }: BrokenStudy, script: string): Projects {
  const target: TargetConfiguration = {
    executor: 'nx:run-commands',
    cache: false,
    inputs: [],
    options: { forwardAllArgs: false, command: `node ${script} explain '${name.replaceAll("'", "'\\''")}'` },
  };
  return {
    [rootOf(dirname(file))]: {
      name,
      projectType: 'application',
      targets: Object.fromEntries([...experiments, 'all'].map((experiment) => [experiment, target])),
      tags: ['layerwise:study'],
    },
  };
}

function experimentTarget({ title, stages, repeats }: ExperimentPlan): TargetConfiguration {
  const ids = [...roleNames.flatMap((role) => stages[role] ?? []), ...repeats.map(({ id }) => id)];
  return {
    ...waiting,
    dependsOn: [{ projects: [...new Set(ids)], target: 'compute' }],
    metadata: { description: printable(title) },
  };
}

/** That one project depends on another. */
export interface ProjectLink {
  readonly source: string;
  readonly target: string;
}

/**
 * What stages depend on beside each other: the packages whose code they run. They stand in no project, since a comment must not change a key.
 * @param packagesOf names of the packages that the code of a stage package lies in
 */
export function linksOf(
  studies: readonly StudyPlan[],
  packagesOf: (uses: string) => readonly string[],
): readonly ProjectLink[] {
  const used = new Map(
    studies.flatMap(({ instances }) => [...instances.values()].map(({ id, uses }) => [id, uses] as const)),
  );
  return [...used].flatMap(([source, uses]) => packagesOf(uses).map((target) => ({ source, target })));
}
