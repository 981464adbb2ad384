import { LayerwiseError } from '@layerwise/contracts';
import { parameterCount, trainingBytes, type Network, type RowSource } from '@layerwise/kernels/train';
import { optimizerOf, type NetParams } from './params.js';

/** Most bytes that a training may take, and a later stage for the net: what WebAssembly can address. */
export const MOST_BYTES = 2 ** 32;
/** Bytes of a weight in the stages that look into a net: its kernel in float64, and what it makes of the pixels. */
const LATER_BYTES = 16;

/** What is trained on what. */
interface Size {
  readonly network: Network;
  readonly params: Pick<NetParams, 'optimizer' | 'batch'>;
  readonly rows: Readonly<Record<string, RowSource>>;
  readonly workers: number;
}

/**
 * Refuses, before anything is trained, a net or rows that could not be held to the end.
 * @param id of the stage, for messages
 * @throws LayerwiseError PARAMS_INVALID with the estimate, the limit and what to do
 */
export function refuseTooLarge(id: string, { network, params, rows, workers }: Size): void {
  const sizes = Object.entries(rows).map(
    ([name, { dtype, labels }]) => [name, { count: labels.length, dtype }] as const,
  );
  const training = trainingBytes({
    network,
    optimizer: optimizerOf(params),
    batch: params.batch,
    workers,
    rows: Object.fromEntries(sizes),
  });
  const weights = parameterCount(network);
  const later = LATER_BYTES * weights;
  const [bytes, when] =
    training >= later ? [training, 'training'] : [later, 'looking into the net after it is trained'];
  if (bytes <= MOST_BYTES) return;
  const all = sizes.reduce((sum, [, { count }]) => sum + count, 0);
  throw new LayerwiseError(
    'PARAMS_INVALID',
    `${id}: a net and its rows must take at most ${gibibytes(MOST_BYTES)}, but ${when} takes ${gibibytes(bytes)}: ` +
      `${weights.toLocaleString('en')} weights, ${all.toLocaleString('en')} rows of ${network.inputs.toLocaleString('en')} features`,
    {
      remedy:
        held(network, rows) > bytes / 2
          ? 'Use fewer rows (dataset), or fewer features (reduce).'
          : 'Use fewer or smaller hidden layers (train.hidden), or a smaller train.batch.',
    },
  );
}

/** Bytes of the rows alone. */
function held({ inputs }: Network, rows: Size['rows']): number {
  return Object.values(rows).reduce(
    (sum, { dtype, labels }) => sum + labels.length * inputs * (dtype === 'uint8' ? 1 : 4),
    0,
  );
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toLocaleString('en', { maximumFractionDigits: 1 })} GiB`;
}
