import { choice, flag, integer, list, object, real, variant, type Infer } from './constraints.js';

const learningRate = (value: number) => real({ doc: 'step size', above: 0, default: value });
const epsilon = real({ doc: 'keeps the denominator from 0', above: 0, max: 1, default: 1e-7 });
const momentum = real({ doc: 'share of the last change that is kept', min: 0, below: 1, default: 0 });

/** One hidden layer. */
const layer = object(
  {
    units: integer({ doc: 'number of nodes', min: 1, max: 65536 }),
    activation: choice(['relu', 'tanh', 'sigmoid', 'linear'], { doc: 'what a node makes of its weighted sum', default: 'relu' }),
    dropout: real({ doc: 'share of the nodes left out at each step', min: 0, below: 1, default: 0 }),
    l2: real({ doc: 'penalty: this times the sum of the squared kernel weights is added to the loss', min: 0, default: 0 }),
  },
  { doc: 'a dense layer' },
);

/**
 * The parameters of every package that can take the role `train` for a dense net, so that `uses:` alone swaps one for
 * another; the defaults are those of Keras.
 */
export const netParams = {
  hidden: list(layer, { doc: 'hidden layers, from the input on; none for a softmax regression', maxItems: 64 }),
  inputDropout: real({ doc: 'share of the inputs left out at each step', min: 0, below: 1, default: 0 }),
  epochs: integer({ doc: 'how often every training row is seen', min: 1, max: 100_000 }),
  batch: integer({ doc: 'rows per step', min: 1, max: 1_000_000, default: 32 }),
  optimizer: variant(
    {
      rmsprop: object(
        {
          learningRate: learningRate(0.001),
          rho: real({ doc: 'decay of the mean square', min: 0, below: 1, default: 0.9 }),
          epsilon,
          epsilonInSqrt: flag({
            doc: 'divide by sqrt(v + epsilon), as Keras 3 and TensorFlow.js do; false: by sqrt(v) + epsilon, as PyTorch and Keras before TensorFlow 2.11 do (that Keras only without momentum)',
            default: true,
          }),
          momentum,
        },
        { doc: 'RMSprop' },
      ),
      adam: object(
        {
          learningRate: learningRate(0.001),
          beta1: real({ doc: 'decay of the mean', min: 0, below: 1, default: 0.9 }),
          beta2: real({ doc: 'decay of the mean square', min: 0, below: 1, default: 0.999 }),
          epsilon,
        },
        { doc: 'Adam' },
      ),
      sgd: object({ learningRate: learningRate(0.01), momentum, nesterov: flag({ doc: 'look ahead by the momentum', default: false }) }, { doc: 'stochastic gradient descent' }),
    },
    { doc: 'how weights follow gradients', default: { rmsprop: {} } },
  ),
  keep: choice(['best', 'last'], { doc: 'weights of the epoch with the lowest validation loss, or of the last', default: 'best' }),
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
