import { LayerwiseError } from '@layerwise/contracts';

/** A file that breaks a rule. */
export function invalid(
  where: string,
  rule: string,
  remedy = 'correct the file, or name another one under dataset.from',
  cause?: unknown,
): LayerwiseError {
  return new LayerwiseError('DATA_INVALID', rule, { where, remedy, ...(cause === undefined ? {} : { cause }) });
}
