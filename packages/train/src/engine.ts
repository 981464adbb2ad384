import { optimizerOf, type Engine, type NetContext, type Subject } from '@layerwise/fit';
import { glorotUniform, openTrainer } from '@layerwise/kernels/train';

/** Our own kernel as an engine; its state is kept to the bit. */
export async function openEngine(
  { params, seed, workers, signal }: NetContext,
  { info, rows, network }: Subject,
): Promise<Engine> {
  return openTrainer({
    network,
    scale: info.scale,
    rows,
    weights: glorotUniform(network, seed('weights')),
    optimizer: optimizerOf(params),
    batch: params.batch,
    shuffle: params.shuffle,
    seeds: { shuffle: seed('shuffle'), dropout: seed('dropout') },
    workers,
    signal: delayed(signal),
  });
}

/** Ms that an epoch under way may still take when the stage is told to stop. */
const grace = 1000;

/** Fires {@link grace} after the signal. */
function delayed(signal: AbortSignal): AbortSignal {
  const later = new AbortController();
  const wait = (): void => void setTimeout(() => later.abort(signal.reason), grace).unref();
  if (signal.aborted) later.abort(signal.reason);
  else signal.addEventListener('abort', wait, { once: true });
  return later.signal;
}
