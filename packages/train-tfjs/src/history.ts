import type { NetParams, ResultTable, Score } from '@layerwise/contracts';

/** One epoch as Keras reports it: training figures are running means with dropout, losses include the L2 penalty. */
export interface Epoch {
  readonly loss: number;
  readonly accuracy: number;
  /** NaN without validation rows, as is valAccuracy. */
  readonly valLoss: number;
  readonly valAccuracy: number;
  /** After the epoch, without dropout and penalty, where asked for. */
  readonly clean?: { readonly train: Score; readonly validation: Score; readonly test: Score };
}

/** `history.parquet`. */
export function historyTable(epochs: readonly Epoch[], withClean: boolean): ResultTable {
  const real = (read: (epoch: Epoch) => number | undefined) => ({ type: 'real' as const, values: epochs.map((epoch) => read(epoch) ?? NaN) });
  return {
    epoch: { type: 'int', values: epochs.map((_, i) => i + 1) },
    loss: real((epoch) => epoch.loss),
    accuracy: real((epoch) => epoch.accuracy),
    valLoss: real((epoch) => epoch.valLoss),
    valAccuracy: real((epoch) => epoch.valAccuracy),
    ...(withClean
      ? {
          cleanLoss: real(({ clean }) => clean?.train.loss),
          cleanAccuracy: real(({ clean }) => clean?.train.accuracy),
          cleanValLoss: real(({ clean }) => clean?.validation.loss),
          testLoss: real(({ clean }) => clean?.test.loss),
          testAccuracy: real(({ clean }) => clean?.test.accuracy),
        }
      : {}),
  };
}

/** Whether Keras's EarlyStopping would stop after the last of these epochs: no improvement by more than minDelta for `patience` of them. */
export function shouldStop(epochs: readonly Epoch[], rule: NonNullable<NetParams['earlyStop']>): boolean {
  const sign = rule.metric === 'accuracy' || rule.metric === 'valAccuracy' ? 1 : -1;
  let best: number | undefined;
  let waited = 0;
  for (const epoch of epochs) {
    const value = sign * epoch[rule.metric];
    if (best === undefined || value - rule.minDelta > best) [best, waited] = [value, 0];
    else waited++;
  }
  return waited > 0 && waited >= rule.patience;
}
