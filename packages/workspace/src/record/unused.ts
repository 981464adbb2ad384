import { readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { folderBytes } from '@layerwise/store/storage';
import { checkpointsFolder, ownerOfLeftover } from '@layerwise/store/store';
import type { WorkspacePlan } from '../plan/workspace.js';
import { idsIn, readRecord } from './record.js';

/** Something that no study needs. */
export interface Unused {
  /** Path relative to the workspace. */
  readonly path: string;
  readonly what:
    | 'artifact of no study'
    | 'left by a process that died'
    | 'left by a stage that failed'
    | 'checkpoint of no study'
    | 'folder of no experiment'
    | 'result';
  readonly bytes: number;
  /** The instance whose lock must be free, where the folder is one that stages write. */
  readonly id?: string;
}

/** What an experiment's last run came to, where no study plans it so any more. */
export interface PastResult {
  /** `<study>:<experiment>`. */
  readonly experiment: string;
  /** Artifacts that no study refers to, and the experiment's folder. */
  readonly parts: readonly Unused[];
}

/** What {@link findUnused} finds. */
export interface Found {
  /** What nothing refers to. */
  readonly unused: readonly Unused[];
  /** What the folder of an experiment refers to, but no study. */
  readonly results: readonly PastResult[];
  /** Paths of damaged records: what these refer to is not known, so no artifact is called unused. */
  readonly damaged: readonly string[];
}

/** What lies in artifacts/ and belongs to no study, sorted by path. While a study cannot be planned, what may be its own is left out. */
export function findUnused(
  root: string,
  { studies, broken, instances }: Pick<WorkspacePlan, 'studies' | 'broken' | 'instances'>,
): Found {
  const measured = (path: string, what: Unused['what'], id?: string): Unused => ({
    path,
    what,
    bytes: folderBytes(join(root, path)),
    ...(id === undefined ? {} : { id }),
  });
  const stages = foldersIn(root, 'artifacts/stages');
  const left = [
    ...stages
      .filter((name) => ownerOfLeftover(name) !== undefined)
      .map((name) => measured(`artifacts/stages/${name}`, 'left by a process that died', ownerOfLeftover(name))),
    ...foldersIn(root, 'artifacts/failed').map((name) =>
      measured(`artifacts/failed/${name}`, 'left by a stage that failed', name),
    ),
  ];
  if (broken.length > 0) return { unused: sorted(left), results: [], damaged: [] };
  const experiments = experimentsIn(root);
  const damaged = experiments.filter(({ ids }) => ids === undefined).map(({ path }) => `${path}/experiment.json`);
  if (damaged.length > 0) return { unused: sorted(left), results: [], damaged };
  const lost = stages.filter((name) => !name.startsWith('.') && !instances.has(name));
  const planned = new Set(
    studies.flatMap((study) => study.experiments.map((experiment) => `${study.name}:${experiment.name}`)),
  );
  const last = experiments.map((experiment) => ({
    ...experiment,
    extra: lost.filter((id) => experiment.ids?.has(id)),
  }));
  const results = last
    .filter(({ extra }) => extra.length > 0)
    .map(({ experiment, path, extra }) => ({
      experiment,
      parts: [...extra.map((id) => measured(`artifacts/stages/${id}`, 'result', id)), measured(path, 'result')],
    }));
  const referred = new Set(last.flatMap(({ extra }) => extra));
  const checkpoints = filesIn(root, `artifacts/${checkpointsFolder}`)
    .map((name) => ({ name, id: name.replace(/\.new$/, '') }))
    .filter(({ id }) => !instances.has(id));
  return {
    unused: sorted([
      ...left,
      ...lost
        .filter((id) => !referred.has(id))
        .map((id) => measured(`artifacts/stages/${id}`, 'artifact of no study', id)),
      ...checkpoints.map(({ name, id }) =>
        measured(`artifacts/${checkpointsFolder}/${name}`, 'checkpoint of no study', id),
      ),
      ...last
        .filter(({ experiment, extra }) => extra.length === 0 && !planned.has(experiment))
        .map(({ path }) => measured(path, 'folder of no experiment')),
    ]),
    results,
    damaged,
  };
}

/** The experiments that have a folder with a record, and the ids in it; undefined for a record that is damaged. */
function experimentsIn(
  root: string,
): readonly { readonly experiment: string; readonly path: string; readonly ids: ReadonlySet<string> | undefined }[] {
  const studies = foldersIn(root, 'artifacts').filter(
    (name) => !name.startsWith('.') && !['stages', 'failed', 'compare'].includes(name),
  );
  return studies.flatMap((study) =>
    foldersIn(root, `artifacts/${study}`).flatMap((name) => {
      const record = readRecord(root, { study, name });
      return record === undefined
        ? []
        : [
            {
              experiment: `${study}:${name}`,
              path: `artifacts/${study}/${name}`,
              ids: record === 'damaged' ? undefined : new Set(idsIn(record)),
            },
          ];
    }),
  );
}

function sorted(found: readonly Unused[]): Unused[] {
  return [...found].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function foldersIn(root: string, path: string): string[] {
  return namesIn(root, path, (entry) => entry.isDirectory());
}

function filesIn(root: string, path: string): string[] {
  return namesIn(root, path, (entry) => entry.isFile());
}

function namesIn(root: string, path: string, wanted: (entry: Dirent) => boolean): string[] {
  try {
    return readdirSync(join(root, path), { withFileTypes: true })
      .filter(wanted)
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}
