import {
  choice,
  boolean,
  integer,
  list,
  object,
  number,
  variant,
  type Fields,
  type Infer,
  type StageContext,
  type ObjectConstraint,
} from '@layerwise/contracts';
import { OPTIMIZERS, type Optimizer, type OptimizerName } from '@layerwise/kernels/train/optimizers';
import { ACTIVATION_NAMES } from '@layerwise/nets/activations';
import { SCHEDULES } from './schedules.js';

/** One hidden layer. */
const layer = object(
  {
    units: integer({ doc: 'number of nodes', min: 1, max: 65536 }),
    activation: choice(ACTIVATION_NAMES, { doc: 'what a node makes of its weighted sum', default: 'relu' }),
    dropout: number({ doc: 'share of the nodes left out at each step', min: 0, below: 1, default: 0 }),
    l2: number({
      doc: 'penalty: this times the sum of the squared kernel weights is added to the loss',
      min: 0,
      default: 0,
    }),
  },
  { doc: 'a dense layer' },
);

interface Entry {
  readonly doc: string;
  readonly params: Fields;
}

type Groups<T extends Readonly<Record<string, Entry>>> = {
  readonly [K in keyof T]: { kind: 'object'; fields: T[K]['params']; doc: string };
};

/** A group of settings for each entry of a table. */
function groups<const T extends Readonly<Record<string, Entry>>>(table: T): Groups<T> {
  const group = ({ params, doc }: Entry): ObjectConstraint => object(params, { doc });
  return Object.fromEntries(Object.entries(table).map(([name, entry]) => [name, group(entry)])) as unknown as Groups<T>;
}

/**
 * The parameters of every package that can take the role `train` for a dense net, so that `uses:` alone swaps one for
 * another; the defaults are those of Keras.
 */
export const netParams = {
  hidden: list(layer, { doc: 'hidden layers, from the input on; none for a softmax regression', maxItems: 64 }),
  inputDropout: number({ doc: 'share of the inputs left out at each step', min: 0, below: 1, default: 0 }),
  epochs: integer({ doc: 'how often every training row is seen', min: 1, max: 100_000 }),
  batch: integer({ doc: 'rows per step', min: 1, max: 1_000_000, default: 32 }),
  optimizer: variant(groups(OPTIMIZERS), { doc: 'how weights follow gradients', default: { rmsprop: {} } }),
  schedule: variant(groups(SCHEDULES), {
    doc: 'how the learning rate changes over the training; absent: not at all',
    optional: true,
  }),
  restoreBest: boolean({
    doc: 'end with the weights of the epoch with the lowest validation loss; else with those of the last',
    default: true,
    formerly: { name: 'keep', values: { best: true, last: false } },
  }),
  earlyStop: object(
    {
      metric: choice(['valLoss', 'valAccuracy', 'loss', 'accuracy'], { doc: 'what must improve', default: 'valLoss' }),
      patience: integer({ doc: 'epochs without improvement after which training stops', min: 0, default: 0 }),
      minDelta: number({ doc: 'the least change that counts as improvement', min: 0, default: 0 }),
    },
    { doc: 'stop before the last epoch; absent: never', optional: true },
  ),
  labels: choice(['shuffled'], {
    doc: 'deal the labels of training and validation rows out anew, at random: a net that can know nothing; absent: as they are',
    optional: true,
  }),
  shuffle: boolean({ doc: 'shuffle the rows before each epoch', default: true }),
  evaluateEachEpoch: boolean({ doc: 'also score train and test without dropout after each epoch', default: false }),
} as const;

/** {@link netParams}, checked. */
export type NetParams = Infer<typeof netParams>;
/** What a stage that trains a net gets. */
export type NetContext = StageContext<NetParams, { readonly features: 'features' }, 'model'>;

/** The optimiser that the parameters name, with its settings. */
export function optimizerOf({ optimizer }: Pick<NetParams, 'optimizer'>): Optimizer {
  const [kind, settings] = Object.entries(optimizer)[0] as [OptimizerName, object];
  return { kind, ...settings } as Optimizer;
}
