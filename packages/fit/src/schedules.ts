import { integer, list, number, type Fields, type Infer } from '@layerwise/contracts';

/** Where a training stands. */
export interface Position {
  /** Steps done, over all epochs. */
  readonly step: number;
  /** Steps of an epoch. */
  readonly perEpoch: number;
  /** Epochs asked for; early stopping does not change them. */
  readonly epochs: number;
}

/** How the learning rate changes over a training. */
export interface Schedule<F extends Fields> {
  readonly doc: string;
  /** Its settings in a study. */
  readonly params: F;
  /** What the optimiser's learning rate is multiplied by; by exact operations alone, so that every engine of JavaScript gives the same bits. */
  readonly share: (settings: Infer<F>, position: Position) => number;
}

const define = <const F extends Fields>(schedule: Schedule<F>): Schedule<F> => schedule;

/** Every schedule, by its name in studies. */
export const SCHEDULES = {
  /** Piecewise constant, as Keras's PiecewiseConstantDecay and PyTorch's MultiStepLR. */
  steps: define({
    doc: 'multiply the rate after some epochs',
    params: {
      after: list(integer({ doc: 'epochs done', min: 1 }), { doc: 'after which epochs', minItems: 1 }),
      factor: number({ doc: 'what the rate is multiplied by', above: 0, default: 0.1 }),
    },
    share: ({ after, factor }, { step, perEpoch }) =>
      after.reduce((share, epochs) => (step >= epochs * perEpoch ? share * factor : share), 1),
  }),
  /** Loshchilov and Hutter 2017, equation 5, without restarts, as Keras's CosineDecay; a linear warm-up as Goyal et al. 2017. */
  cosine: define({
    doc: 'lower the rate along half a cosine, to the last step',
    params: {
      warmup: number({ doc: 'epochs in which the rate rises from 0 first', min: 0, default: 0 }),
      end: number({ doc: 'share of the rate that is left at the end', min: 0, max: 1, default: 0 }),
    },
    share: ({ warmup, end }, { step, perEpoch, epochs }) => {
      const rising = Math.min(warmup, epochs) * perEpoch;
      if (step < rising) return step / rising;
      return end + (1 - end) * cosineSquared((step - rising) / Math.max(1, epochs * perEpoch - rising));
    },
  }),
};

/** cos(x pi / 2) squared, which is (1 + cos(x pi)) / 2, for x of 0 to 1, by the power series. */
function cosineSquared(x: number): number {
  const angle = (x * Math.PI) / 2;
  const square = angle * angle;
  let [sum, term] = [1, 1];
  for (let n = 2; n <= 22; n += 2) {
    term *= -square / (n * (n - 1));
    sum += term;
  }
  return sum * sum;
}

/** The name of a schedule. */
export type ScheduleName = keyof typeof SCHEDULES;

/** The share of the learning rate at a position; 1 without a schedule. @param schedule one name with its settings */
export function shareOf(schedule: Partial<Record<ScheduleName, object>> | undefined, position: Position): number {
  const [name, settings] = Object.entries(schedule ?? {})[0] ?? [];
  if (name === undefined) return 1;
  return (SCHEDULES[name as ScheduleName] as unknown as Schedule<Fields>).share(settings as never, position);
}
