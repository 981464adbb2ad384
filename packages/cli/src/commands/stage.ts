import { relative } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';
import { describeGoingOn } from '@layerwise/store/checkpoint';
import type { StageInstance } from '@layerwise/study';
import { Journal } from '@layerwise/workspace/run/journal';
import { LiveFile } from '@layerwise/workspace/run/live-file';
import { duration, Stopwatch } from '@layerwise/workspace/run/stopwatch';
import { ProgressLine } from '../progress.js';
import { stopSignal } from '../stop-signal.js';
import { storeOf } from '@layerwise/workspace/run/recipe';
import { runStage, type StageStatus } from '@layerwise/workspace/run/run-stage';
import { invalidatingIfDamaged, findRoot } from '@layerwise/workspace/plan/selection';
import { planStudies } from '../workspace-plan.js';
import { print } from '../terminal.js';
import { defineCommand } from '../command.js';

const words: Record<StageStatus, string> = {
  computed: 'computed',
  current: 'is current',
  adopted: 'taken over from an equal stage',
};

/** `layerwise stage <id>`: computes one stage instance; the specification comes from LAYERWISE_STAGE, else from the plan. */
export async function stageCommand(id: string): Promise<void> {
  const root = findRoot();
  const instance = await specification(root, id);
  const watch = new Stopwatch();
  const line = new ProgressLine(instance.stage, process.stdout, watch);
  const live = process.env.LAYERWISE_LIVE
    ? new LiveFile(process.env.LAYERWISE_LIVE, id, instance.stage, watch)
    : undefined;
  const log = (text: string): void => {
    line.clear();
    print(text);
  };
  const started = Date.now();
  const { status, manifest, waited } = await invalidatingIfDamaged(root, () =>
    runStage(root, instance, {
      progress: live?.step ?? line.step,
      warn: ({ message }) => log(`warning: ${message}`),
      log,
      signal: stopSignal(),
      onResume: (standing) => {
        watch.resume();
        live?.note(describeGoingOn(id, standing));
      },
    }),
  )
    .catch((error: unknown) => {
      if (error instanceof LayerwiseError && error.code === 'ABORTED') {
        live?.note(error.message);
        Journal.current(root)?.append({ id, status: 'stopped', seconds: (Date.now() - started) / 1000, waited: 0 });
      }
      throw error;
    })
    .catch((error: unknown) => namingLeftovers(root, id, error))
    .finally(() => live?.remove());
  const seconds = (Date.now() - started) / 1000;
  Journal.current(root)?.append({ id, status, seconds, waited });
  log(
    `${id} ${words[status]}${status === 'computed' ? ` in ${duration(manifest.seconds * 1000)}, ${manifest.peakMemoryMB} MB` : ''}`,
  );
}

/** Passes an error on, with the place of the files that the failed run had written. */
async function namingLeftovers(root: string, id: string, error: unknown): Promise<never> {
  const store = storeOf(root);
  const failure = error instanceof LayerwiseError ? await store.failure(id) : undefined;
  if (!(error instanceof LayerwiseError) || !failure || failure.files.length === 0 || failure.message !== error.message)
    throw error;
  const left = `What it had written is in ${relative(root, store.failedFolder(id))}: ${failure.files.join(', ')}; layerwise show tells of it.`;
  throw new LayerwiseError(error.code, error.message, {
    ...(error.where ? { where: error.where } : {}),
    remedy: [error.remedy, left].filter(Boolean).join('\n  '),
    cause: error,
  });
}

async function specification(root: string, id: string): Promise<StageInstance> {
  const given = process.env.LAYERWISE_STAGE;
  if (given) {
    const instance = parse(given);
    if (instance?.id === id) return instance;
    throw new LayerwiseError(
      'USAGE',
      `LAYERWISE_STAGE must hold the specification of ${id}, got ${instance ? instance.id : 'no JSON'}`,
      { remedy: 'Unset it: the stage is then looked up in the studies.' },
    );
  }
  const { instances } = await planStudies(root);
  const found = instances.get(id);
  if (!found)
    throw new LayerwiseError('USAGE', `no stage instance '${id}' in the studies of this workspace`, {
      remedy: 'layerwise list --stages shows all of them.',
    });
  return found;
}

function parse(text: string): StageInstance | undefined {
  try {
    return JSON.parse(text) as StageInstance;
  } catch {
    return undefined;
  }
}

/** `layerwise stage` */
export const command = defineCommand({
  builder: (y) =>
    y.positional('id', { type: 'string', demandOption: true, describe: 'As `layerwise list --stages` shows it' }),
  handler: async ({ id }) => stageCommand(id),
});
