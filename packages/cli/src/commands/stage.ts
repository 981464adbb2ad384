import { relative } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';
import { describeGoingOn } from '@layerwise/store/checkpoint';
import type { StageInstance } from '@layerwise/study';
import { invalidatingIfDamaged, findRoot } from '@layerwise/workspace/plan/selection';
import { Journal } from '@layerwise/workspace/run/journal';
import { LiveFile } from '@layerwise/workspace/run/live-file';
import { storeOf } from '@layerwise/workspace/run/recipe';
import { runStage, type Ran, type StageReporter, type StageStatus } from '@layerwise/workspace/run/run-stage';
import { duration, Stopwatch } from '@layerwise/workspace/run/stopwatch';
import { defineCommand } from '../command.js';
import { ProgressLine } from '../progress.js';
import { stopSignal } from '../stop-signal.js';
import { print } from '../terminal.js';

const outcomes: Record<StageStatus, string> = {
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
  const seconds = (): number => (Date.now() - started) / 1000;
  const reporter: StageReporter = {
    progress: live?.step ?? line.step,
    warn: ({ message }) => log(`warning: ${message}`),
    log,
    signal: stopSignal(),
    onResume: (standing) => {
      watch.resume();
      live?.note(describeGoingOn(id, standing));
    },
  };
  let ran: Ran;
  try {
    ran = await invalidatingIfDamaged(root, () => runStage(root, instance, reporter));
  } catch (error) {
    if (error instanceof LayerwiseError && error.code === 'ABORTED') {
      live?.note(error.message);
      Journal.current(root)?.append({ id, status: 'stopped', seconds: seconds(), waited: 0 });
    }
    throw await withLeftovers(root, id, error);
  } finally {
    live?.remove();
  }
  const { status, manifest, waited } = ran;
  Journal.current(root)?.append({ id, status, seconds: seconds(), waited });
  const cost = `${duration(manifest.seconds * 1000)}, ${manifest.peakMemoryMB} MB`;
  log(`${id} ${outcomes[status]}${status === 'computed' ? ` in ${cost}` : ''}`);
}

/** The error, with the place of the files that the failed run had written. */
async function withLeftovers(root: string, id: string, error: unknown): Promise<unknown> {
  if (!(error instanceof LayerwiseError)) return error;
  const store = storeOf(root);
  const failure = await store.failure(id);
  if (!failure || failure.files.length === 0 || failure.message !== error.message) return error;
  const left =
    `What it had written is in ${relative(root, store.failedFolder(id))}: ${failure.files.join(', ')}; ` +
    'layerwise show describes it.';
  return new LayerwiseError(error.code, error.message, {
    ...(error.where ? { where: error.where } : {}),
    remedy: [error.remedy, left].filter(Boolean).join('\n  '),
    cause: error,
  });
}

/** What Nx hands over in the environment, or, for a stage that is called by hand, what the studies say. */
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
  const { planStudies } = await import('../workspace-plan.js');
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
