import {
  choice,
  flag,
  integer,
  list,
  object,
  real,
  variant,
  type Fields,
  type Infer,
  type ObjectConstraint,
} from '@layerwise/contracts';
import { OPTIMIZERS, type Optimizer, type OptimizerName } from '@layerwise/kernels/train/optimizers';
import { ACTIVATION_NAMES } from '@layerwise/nets/activations';

/** One hidden layer. */
const layer = object(
  {
    units: integer({ doc: 'number of nodes', min: 1, max: 65536 }),
    activation: choice(ACTIVATION_NAMES, { doc: 'what a node makes of its weighted sum', default: 'relu' }),
    dropout: real({ doc: 'share of the nodes left out at each step', min: 0, below: 1, default: 0 }),
    l2: real({
      doc: 'penalty: this times the sum of the squared kernel weights is added to the loss',
      min: 0,
      default: 0,
    }),
  },
  { doc: 'a dense layer' },
);

type OptimizerFields = {
  readonly [K in keyof typeof OPTIMIZERS]: { kind: 'object'; fields: (typeof OPTIMIZERS)[K]['params']; doc: string };
};

/** A group of settings for each optimiser. */
function optimizerFields(): OptimizerFields {
  const group = ({ params, doc }: { readonly params: Fields; readonly doc: string }): ObjectConstraint =>
    object(params, { doc });
  return Object.fromEntries(
    Object.entries(OPTIMIZERS).map(([name, definition]) => [name, group(definition)]),
  ) as unknown as OptimizerFields;
}

/**
 * The parameters of every package that can take the role `train` for a dense net, so that `uses:` alone swaps one for
 * another; the defaults are those of Keras.
 */
export const netParams = {
  hidden: list(layer, { doc: 'hidden layers, from the input on; none for a softmax regression', maxItems: 64 }),
  inputDropout: real({ doc: 'share of the inputs left out at each step', min: 0, below: 1, default: 0 }),
  epochs: integer({ doc: 'how often every training row is seen', min: 1, max: 100_000 }),
  batch: integer({ doc: 'rows per step', min: 1, max: 1_000_000, default: 32 }),
  optimizer: variant(optimizerFields(), { doc: 'how weights follow gradients', default: { rmsprop: {} } }),
  keep: choice(['best', 'last'], {
    doc: 'weights of the epoch with the lowest validation loss, or of the last',
    default: 'best',
  }),
  earlyStop: object(
    {
      metric: choice(['valLoss', 'valAccuracy', 'loss', 'accuracy'], { doc: 'what must improve', default: 'valLoss' }),
      patience: integer({ doc: 'epochs without improvement after which training stops', min: 0, default: 0 }),
      minDelta: real({ doc: 'the least change that counts as improvement', min: 0, default: 0 }),
    },
    { doc: 'stop before the last epoch; absent: never', optional: true },
  ),
  shuffle: flag({ doc: 'shuffle the rows before each epoch', default: true }),
  evaluateEachEpoch: flag({ doc: 'also score train and test without dropout after each epoch', default: false }),
} as const;

/** {@link netParams}, checked. */
export type NetParams = Infer<typeof netParams>;

/** The optimiser that the parameters name, with its settings. */
export function optimizerOf({ optimizer }: Pick<NetParams, 'optimizer'>): Optimizer {
  const [kind, settings] = Object.entries(optimizer)[0] as [OptimizerName, object];
  return { kind, ...settings } as Optimizer;
}
