import { DUPLICATE, LayerwiseError, throwIfAborted, type NodeLayerInfo, type Warning } from '@layerwise/contracts';
import { Crew } from './crew.js';
import { Scratch } from './hidden.js';
import { readSubject, type Subject } from './inputs.js';
import type { Ground } from './jobs.js';
import { layerFigures, type LayerFigures } from './layer.js';
import type { NodesContext } from './params.js';
import { classTable, imageTable, nodeTable } from './tables.js';

/** The stage's work; see `stage.ts`. */
export async function nodesStage({
  params,
  inputs,
  output,
  seed,
  progress,
  warn,
  workers,
  signal,
}: NodesContext): Promise<void> {
  throwIfAborted(signal);
  const subject = await readSubject(inputs, params.bootstrap, () => seed('bootstrap')).catch(explained);
  const total = subject.hidden.reduce((sum, { width }) => sum + width, 0);
  const ground: Ground = { ...groundOf(subject), images: params.images };
  const crew = Crew.open(ground, total * subject.rows, workers, signal);
  const scratch = new Scratch();
  const found: LayerFigures[] = [];
  let done = 0;
  progress({ done, total: Math.max(1, total), unit: 'nodes' });
  try {
    for (const index of subject.hidden.keys()) {
      const told = (nodes: number): void =>
        progress({ done: done + nodes, total, unit: 'nodes', detail: `hidden${index + 1}` });
      const running = { images: params.images, steps: params.steps, workers, crew, scratch, signal, told };
      const figures = await layerFigures(subject, index, running).catch((error: unknown) => {
        throwIfAborted(signal);
        return explained(error);
      });
      await output.matrix(figures.info.name, imageTable(figures, subject));
      warnOfRepeated(figures.info, warn);
      done += figures.info.units;
      found.push(figures);
    }
  } finally {
    await crew.close();
    await subject.close();
  }
  await output.table('nodes', nodeTable(found, subject));
  await output.table('classes', classTable(found, subject));
  await output.json('nodes', { rows: subject.rows, layers: found.map(({ info }) => info) });
}

function groundOf({ label, predicted, names, bootstrap, layers }: Subject): Omit<Ground, 'images'> {
  return { label, predicted, classes: names.length, bootstrap, layers };
}

function warnOfRepeated({ name, units, duplicates }: NodeLayerInfo, warn: (warning: Warning) => void): void {
  const repeated = new Set(duplicates.map(({ node }) => node)).size;
  if (repeated > 0)
    warn({
      code: 'DUPLICATE_NODES',
      message: `${name}: ${repeated} of ${units} nodes repeat another (correlation above ${DUPLICATE})`,
    });
}

function explained(error: unknown): never {
  if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
  throw new LayerwiseError('DATA_INVALID', `nodes cannot use these artifacts: ${error.message}`, {
    remedy: 'check the stages that wrote the features, the model and the activations',
    cause: error,
  });
}
