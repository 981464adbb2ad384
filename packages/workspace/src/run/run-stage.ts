import { realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  deriveSeed,
  LayerwiseError,
  misshapen,
  Sketch,
  sketching,
  type AnyStage,
  type Progress,
  type Standing,
  type Warning,
} from '@layerwise/contracts';
import { describeWait, type Holder } from '@layerwise/contracts/lease';
import type { CheckpointFile } from '@layerwise/store/checkpoint';
import type { Manifest, Recipe } from '@layerwise/store/manifest';
import type { StoredArtifact } from '@layerwise/store/reader';
import { describeReason, differences } from '@layerwise/store/staleness';
import type { Draft, Store } from '@layerwise/store/store';
import type { StageInstance } from '@layerwise/study';
import { fileCacheOf, tracerOf } from '../plan/code.js';
import { entryOf } from '../plan/packages.js';
import { placesOf } from '../plan/folders.js';
import { OpenedFiles } from './opened-files.js';
import { nearestTo, recipeOf, storeOf } from './recipe.js';
import { checkpointInterval, workerCount } from './settings.js';

/** What became of a stage: computed anew, found intact under its own id, or taken over from an equal one under another id. */
export type StageStatus = 'computed' | 'current' | 'adopted';

/** How making sure of an artifact went. */
export interface Ran {
  readonly status: StageStatus;
  readonly manifest: Manifest;
  /** Seconds for which another process was computing it. */
  readonly waited: number;
}

/** How a stage process talks to the terminal and to whoever stops it. */
export interface StageReporter {
  readonly progress: (step: Progress) => void;
  readonly warn: (warning: Warning) => void;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
  /** Told where the stage goes on from, if an earlier run of it was stopped. */
  readonly onResume?: (standing: Standing) => void;
}

/**
 * Makes sure that the artifact of an instance exists and is intact, computing it if there is no equal one.
 * @param root absolute path of the workspace
 * @throws LayerwiseError, among them ARTIFACT_MISSING for an input that was not computed
 */
export async function runStage(root: string, instance: StageInstance, reporter: StageReporter): Promise<Ran> {
  const store = storeOf(root);
  const entry = entryOf(root, instance.uses);
  if (entry === undefined)
    throw new LayerwiseError('STUDY_INVALID', `${instance.id}: stage package '${instance.uses}' must be installed`, {
      remedy: 'Run npm install, or name another package under uses.',
    });
  const opened = new OpenedFiles(root);
  const { stage } = await opened.during(async () => (await import(pathToFileURL(entry).href)) as { stage: AnyStage });
  let since: number | undefined;
  const onWait = (holder: Holder): void => {
    since ??= performance.now();
    reporter.log(`${instance.id}: ${describeWait(holder, 'is computing it')}`);
  };
  const onGone = (): void => {
    since = undefined;
    reporter.log(`${instance.id}: it shows no sign of life; continuing without it`);
  };
  return store.lock(instance.id, { signal: reporter.signal, onWait, onGone }, async () => {
    const waited = since === undefined ? 0 : (performance.now() - since) / 1000;
    const inputs = await openInputs(store, instance);
    const draft = await draftOf(root, stage, instance, inputs);
    refuseOther(instance, process.env.LAYERWISE_CODE, `${draft.recipe.code.digest} ${process.version}`);
    const found = await store.find(draft);
    const checkpoint = store.checkpoint(draft, {
      every: checkpointInterval(),
      log: reporter.log,
      ...(reporter.onResume ? { onResume: reporter.onResume } : {}),
    });
    if (found) await checkpoint.remove();
    if (found?.folder === store.folder(instance.id)) {
      await store.noteContent(found.manifest);
      return { status: 'current', manifest: found.manifest, waited };
    }
    if (found) return { status: 'adopted', manifest: await store.adopt(draft, found), waited };
    reporter.log(await whyItRuns(store, draft));
    return {
      status: 'computed',
      manifest: await compute(root, store, stage, instance, inputs, draft, checkpoint, opened, reporter),
      waited,
    };
  });
}

type Inputs = Record<string, StoredArtifact>;

/** How long an input that is not whole is waited for, in ms: Nx restores without a lock, and another run may be doing so. */
const patience = 3000;

async function openInputs(store: Store, instance: StageInstance): Promise<Inputs> {
  const entries = Object.entries(instance.inputs).map(
    async ([name, id]) => [name, await store.open(id, patience)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

async function draftOf(root: string, stage: AnyStage, instance: StageInstance, inputs: Inputs): Promise<Draft> {
  const { code } = tracerOf(root, fileCacheOf(root))(instance.uses);
  const contents = Object.fromEntries(Object.entries(inputs).map(([name, { manifest }]) => [name, manifest.content]));
  const recipe: Recipe = { ...recipeOf(instance, code, contents), inputs: contents };
  return { id: instance.id, stage: stage.id, kind: stage.writes, recipe, inputs: instance.inputs };
}

const reasonsSaid = 3;

/** In a line, what tells the stage from the nearest one that was computed before. */
async function whyItRuns(store: Store, { id, stage, recipe }: Draft): Promise<string> {
  const last = nearestTo(store.artifactIndex(), { id, stage }, recipe);
  const reasons = last ? differences(last.recipe, recipe).map(describeReason) : [];
  if (reasons.length === 0) return `${id} runs: ${last ? 'its artifact is damaged' : 'no artifact of it is there'}`;
  return `${id} runs: ${reasons.slice(0, reasonsSaid).join('; ')}${reasons.length > reasonsSaid ? ` and ${reasons.length - reasonsSaid} more` : ''}`;
}

async function compute(
  root: string,
  store: Store,
  stage: AnyStage,
  instance: StageInstance,
  inputs: Inputs,
  draft: Draft,
  checkpoint: CheckpointFile,
  opened: OpenedFiles,
  reporter: StageReporter,
): Promise<Manifest> {
  const manifest = await store.compute(draft, async (output) => {
    const started = process.hrtime.bigint();
    const warnings: Warning[] = [];
    const sketch = new Sketch();
    await opened
      .during(() =>
        stage.run({
          params: instance.params,
          inputs,
          output: sketching(output, sketch),
          seed: (stream) => deriveSeed(instance.seed ?? 0, stage.id, stream),
          progress: reporter.progress,
          warn: (warning) => {
            warnings.push(warning);
            reporter.warn(warning);
          },
          signal: reporter.signal,
          places: placesOf(root),
          workers: workerCount(),
          checkpoint,
        }),
      )
      .catch((error: unknown) => {
        throw error instanceof LayerwiseError && error.code === 'ABORTED'
          ? stopped(instance, checkpoint, error)
          : error;
      });
    refuseMisshapen(stage, instance, sketch);
    const trace = tracerOf(root, fileCacheOf(root))(instance.uses);
    refuseOther(instance, trace.code.digest, draft.recipe.code.digest);
    await refuseUnnamed(instance, checkpoint, unnamedFile(root, stage, instance, opened, trace.files));
    const seconds = checkpoint.secondsBefore + Number(process.hrtime.bigint() - started) / 1e9;
    return {
      warnings,
      seconds: Math.round(seconds * 1000) / 1000,
      peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024),
    };
  });
  await checkpoint.remove();
  return manifest;
}

/**
 * What was computed by other code than that of its key, since somebody edited it meanwhile, would be taken for a hit later.
 * @param known what the code must be; nothing is known of it where Nx did not start the stage
 */
function refuseOther({ id, uses }: StageInstance, known: string | undefined, found: string): void {
  if (known === undefined || known === found) return;
  throw new LayerwiseError(
    'STAGE_FAILED',
    `${id}: the code of ${uses} must stay as it is while it runs, but it was changed; nothing was kept`,
    { remedy: 'run the same command again' },
  );
}

/** @param file that the stage opened and may not, if there is one */
async function refuseUnnamed(
  { id, uses }: StageInstance,
  checkpoint: CheckpointFile,
  file: string | undefined,
): Promise<void> {
  if (file === undefined) return;
  await checkpoint.remove();
  throw new LayerwiseError(
    'STAGE_FAILED',
    `${id}: a stage must open no file of the workspace but its inputs and those that its code names, got ${file}; nothing was kept`,
    {
      remedy:
        `Move the file into the package ${uses}, or name it in the code: by an import, or by new URL('…', ` +
        'import.meta.url) of a literal. Else its changes would go unnoticed.',
    },
  );
}

/**
 * The first file that a stage opened whose bytes count neither as its code nor as its inputs, relative to the workspace.
 * @param named absolute paths of its code
 */
function unnamedFile(
  root: string,
  stage: AnyStage,
  { id, params, inputs }: StageInstance,
  opened: OpenedFiles,
  named: readonly string[],
): string | undefined {
  const places = placesOf(root);
  const raw = stage.rawFiles ? [...stage.rawFiles(params, places).files, places.download] : [];
  const artifacts = join(root, 'artifacts');
  const given = [
    ...raw,
    ...Object.values(inputs).map((input) => join(artifacts, 'stages', input)),
    // What Layerwise itself keeps beside the artifacts, and what the stage has written so far.
    ...['.checkpoints', '.locks', '.recipes', '.runs', '.files.json', '.seen.json'].map((name) =>
      join(artifacts, name),
    ),
  ].flatMap((place) => (place === '' ? [] : [place, withoutLinks(place)]));
  const writing = join(withoutLinks(join(artifacts, 'stages')), `.new-${id}-`);
  const code = new Set(named.flatMap((path) => [path, withoutLinks(path)]));
  const found = opened.firstOther(
    (path) =>
      code.has(path) ||
      path.startsWith(writing) ||
      given.some((place) => path === place || path.startsWith(`${place}${sep}`)),
  );
  return found === undefined ? undefined : relative(withoutLinks(root), found);
}

function withoutLinks(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** What is said of a stage that was told to stop: where it stands, and what the same command does next. */
function stopped({ id }: StageInstance, { standing, used }: CheckpointFile, cause: LayerwiseError): LayerwiseError {
  const where = standing
    ? `stopped at ${standing.done} of ${standing.total} ${standing.unit}; the same command continues`
    : 'stopped; the same command starts it again';
  const why = standing ? '' : used ? ', since it had finished nothing yet' : ', since this stage keeps no checkpoint';
  return new LayerwiseError('ABORTED', `${id} ${where}${why}`, { cause });
}

const faultsSaid = 5;

/** What follows would fail on an artifact that is not as its kind must be, far from the stage that wrote it. */
function refuseMisshapen({ id, writes }: AnyStage, { uses }: StageInstance, sketch: Sketch): void {
  const faults = misshapen(writes, sketch);
  if (faults.length === 0) return;
  const rules = [
    ...faults.slice(0, faultsSaid),
    ...(faults.length > faultsSaid ? [`and ${faults.length - faultsSaid} more`] : []),
  ];
  throw new LayerwiseError(
    'STAGE_FAILED',
    [`stage ${id} of ${uses} must write what an artifact of kind ${writes} has, but:`, ...rules].join('\n  '),
    {
      remedy: `Fix the package ${uses}: docs/artifacts.md lists the files of each kind, and @layerwise/conformance tries a stage.`,
    },
  );
}
