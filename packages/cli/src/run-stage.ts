import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deriveSeed, LayerwiseError, type AnyStage, type Progress, type Warning } from '@layerwise/contracts';
import { entryOf, placesOf } from '@layerwise/nx-plugin';
import { fingerprintCode, Store, type Draft, type Manifest, type Recipe, type StoredArtifact } from '@layerwise/store';
import type { StageInstance } from '@layerwise/study';

/** What became of a stage: computed anew, found intact under its own id, or taken over from an equal one under another id. */
export type StageStatus = 'computed' | 'current' | 'adopted';

/** How a stage process talks to the terminal and to whoever stops it. */
export interface Console {
  readonly progress: (step: Progress) => void;
  readonly warn: (warning: Warning) => void;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Makes sure that the artifact of an instance exists and is intact, computing it if there is no equal one.
 * @param root absolute path of the workspace
 * @throws LayerwiseError, among them ARTIFACT_MISSING for an input that was not computed
 */
export async function runStage(root: string, instance: StageInstance, console: Console): Promise<{ status: StageStatus; manifest: Manifest }> {
  const store = new Store(join(root, 'artifacts'));
  const entry = entryOf(root, instance.uses);
  if (entry === undefined) throw new LayerwiseError('STUDY_INVALID', `${instance.id}: stage package '${instance.uses}' must be installed`, { remedy: 'Run npm install, or name another package under uses.' });
  const { stage } = (await import(pathToFileURL(entry).href)) as { stage: AnyStage };
  const waiting = { signal: console.signal, onWait: (pid: number) => console.say(`${instance.id}: process ${pid} is computing it; waiting`) };
  return store.lock(instance.id, waiting, async () => {
    const inputs = await openInputs(store, instance);
    const draft = await draftOf(root, entry, stage, instance, inputs);
    const found = await store.find(draft.recipe, instance.id);
    if (found?.manifest.id === instance.id) return { status: 'current', manifest: found.manifest };
    if (found) return { status: 'adopted', manifest: await store.adopt(draft, found) };
    return { status: 'computed', manifest: await compute(root, store, stage, instance, inputs, draft, console) };
  });
}

type Inputs = Record<string, StoredArtifact>;

async function openInputs(store: Store, instance: StageInstance): Promise<Inputs> {
  const entries = Object.entries(instance.inputs).map(async ([name, id]) => [name, await store.open(id)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

async function draftOf(root: string, entry: string, stage: AnyStage, instance: StageInstance, inputs: Inputs): Promise<Draft> {
  const resolve = createRequire(join(root, 'packages/cli/package.json')).resolve;
  const code = await fingerprintCode([entry, resolve('@layerwise/store/writer'), resolve('@layerwise/store/arrow'), resolve('@layerwise/store/parquet')]);
  const recipe: Recipe = {
    uses: instance.uses,
    params: instance.params,
    seed: instance.seed,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, { manifest }]) => [name, manifest.content])),
    raw: instance.raw?.files ?? [],
    code,
    node: process.version,
  };
  return { id: instance.id, stage: stage.id, kind: stage.writes, recipe, inputs: instance.inputs };
}

async function compute(root: string, store: Store, stage: AnyStage, instance: StageInstance, inputs: Inputs, draft: Draft, console: Console): Promise<Manifest> {
  return store.compute(draft, async (output) => {
    const started = process.hrtime.bigint();
    const warnings: Warning[] = [];
    await stage.run({
      params: instance.params as never,
      inputs,
      output,
      seed: (stream) => deriveSeed(instance.seed ?? 0, stage.id, stream),
      progress: console.progress,
      warn: (warning) => {
        warnings.push(warning);
        console.warn(warning);
      },
      signal: console.signal,
      places: placesOf(root),
      workers: workerCount(),
    });
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    return { warnings, seconds: Math.round(seconds * 1000) / 1000, peakMemoryMB: Math.round(process.resourceUsage().maxRSS / 1024) };
  });
}

/** LAYERWISE_WORKERS, or the processors there are. Results do not depend on it. */
function workerCount(): number {
  const given = process.env.LAYERWISE_WORKERS;
  if (given === undefined || given === '') return availableParallelism();
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1 || count > 64) throw new LayerwiseError('USAGE', `LAYERWISE_WORKERS must be a whole number in [1, 64], got '${given}'`, { remedy: 'Unset it to use every processor.' });
  return count;
}
