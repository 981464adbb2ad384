import { availableParallelism } from 'node:os';
import { LayerwiseError } from '@layerwise/contracts';

/** LAYERWISE_WORKERS, or the processors there are. Results do not depend on it. */
export function workerCount(): number {
  return (
    setting('LAYERWISE_WORKERS', { min: 1, max: 64, whole: true }, 'Unset it to use every processor.') ??
    availableParallelism()
  );
}

const checkpointSeconds = 10;

/** LAYERWISE_CHECKPOINT_SECONDS: the least time between two checkpoints of a stage, 0 for one whenever it can. Results do not depend on it. */
export function checkpointInterval(): number {
  return (
    setting(
      'LAYERWISE_CHECKPOINT_SECONDS',
      { min: 0, max: 86_400, whole: false },
      `Unset it for ${checkpointSeconds} seconds.`,
    ) ?? checkpointSeconds
  );
}

/** A number in the environment; undefined if it is not set. @throws LayerwiseError USAGE */
function setting(
  name: string,
  { min, max, whole }: { readonly min: number; readonly max: number; readonly whole: boolean },
  remedy: string,
): number | undefined {
  const given = process.env[name];
  if (given === undefined || given === '') return undefined;
  const value = Number(given);
  if (!(value >= min && value <= max) || (whole && !Number.isInteger(value)))
    throw new LayerwiseError(
      'USAGE',
      `${name} must be a ${whole ? 'whole ' : ''}number in [${min}, ${max}], got '${given}'`,
      { remedy },
    );
  return value;
}
