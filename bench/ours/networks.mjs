/** The nets that are timed, and their rows, ready to be fed (as peers/networks.py). */
import { images, options, trainingRows } from './contender.mjs';

const dense = (units) => ({ units, activation: 'relu', dropout: 0, l2: 0 });

const adam = { kind: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

const nets = {
  exp3: {
    hidden: [128],
    batch: 32,
    optimizer: { kind: 'rmsprop', learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7, epsilonInSqrt: true },
  },
  ex4: { hidden: [512, 256], batch: 512, optimizer: adam },
  800: { hidden: [800], batch: 256, optimizer: adam },
  '1000-500': { hidden: [1000, 500], batch: 256, optimizer: adam },
  '784-196': { hidden: [784, 196], batch: 1000, optimizer: adam },
};

const { hidden, batch, optimizer } = nets[options.net];
export { batch, optimizer };
export const network = { inputs: 784, inputDropout: 0, hidden: hidden.map(dense), classes: 10 };

const labelled = ({ pixels, labels }) => ({ values: pixels, labels: Uint16Array.from(labels) });

/** Factor and offset of every column that take it to [0, 1]. */
function minMax(pixels) {
  const low = new Uint8Array(784).fill(255);
  const high = new Uint8Array(784);
  for (let i = 0; i < pixels.length; i++) {
    const column = i % 784;
    if (pixels[i] < low[column]) low[column] = pixels[i];
    if (pixels[i] > high[column]) high[column] = pixels[i];
  }
  const factor = Array.from(low, (least, column) => 1 / Math.max(1, high[column] - least));
  return { factor, offset: factor.map((value, column) => 0 - low[column] * value) };
}

/** Rows of `train` and `test`, with their scale. */
export function split() {
  const test = labelled(images('test'));
  if (options.net !== 'ex4')
    return { rows: { train: labelled(trainingRows()), test }, scale: { factor: 1 / 255, offset: 0 } };
  const { pixels, labels } = images('train');
  const rows = Math.floor(labels.length * 0.7);
  const train = labelled({ pixels: pixels.slice(0, rows * 784), labels: labels.slice(0, rows) });
  return { rows: { train, test }, scale: minMax(train.values) };
}
