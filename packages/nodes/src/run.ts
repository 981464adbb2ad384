import { DUPLICATE, LayerwiseError, throwIfAborted } from '@layerwise/contracts';
import { readSubject } from './inputs.js';
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
  const found: LayerFigures[] = [];
  let done = 0;
  progress({ done, total: Math.max(1, total), unit: 'nodes' });
  for (const index of subject.hidden.keys()) {
    const told = (node: number): void =>
      progress({ done: done + node + 1, total, unit: 'nodes', detail: `hidden${index + 1}` });
    const figures = await layerFigures(subject, index, {
      images: params.images,
      steps: params.steps,
      workers,
      signal,
      told,
    }).catch((error: unknown) => {
      throwIfAborted(signal);
      return explained(error);
    });
    await output.matrix(figures.info.name, imageTable(figures, subject));
    const { name, duplicates } = figures.info;
    const repeated = new Set(duplicates.map(({ node }) => node)).size;
    if (repeated > 0)
      warn({
        code: 'DUPLICATE_NODES',
        message: `${name}: ${repeated} of ${figures.info.units} nodes repeat another (correlation above ${DUPLICATE})`,
      });
    done += figures.info.units;
    found.push(figures);
  }
  await output.table('nodes', nodeTable(found, subject));
  await output.table('classes', classTable(found, subject));
  await output.json('nodes', { rows: subject.rows, layers: found.map(({ info }) => info) });
}

function explained(error: unknown): never {
  if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
  throw new LayerwiseError('DATA_INVALID', `nodes cannot use these artifacts: ${error.message}`, {
    remedy: 'check the stages that wrote the features, the model and the activations',
    cause: error,
  });
}
