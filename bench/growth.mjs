/** Growth of every kernel with the number of rows: MNIST's first rows, and MNIST repeated with small shifts. */
import { Contender } from './contender.mjs';
import { prepareHidden } from './data.mjs';

/** Multiples of the training rows. t-SNE is made for up to 100,000 rows and ends there. */
const factors = [0.125, 0.25, 0.5, 1, 2, 5, 10];
const upToOne = factors.filter((factor) => factor <= 1);
const upToHalf = factors.filter((factor) => factor <= 0.5);

/** Seconds. */
const LONG = 10;

const embedding = { columns: 128, perplexity: 40, iterations: 300 };

/** @type {{ kernel: string, program: string, peer?: string, factors: number[], options: object, threads: number }[]} */
const series = [
  { kernel: 'training epoch', program: 'ours/train.mjs', factors, options: { net: 'exp3' }, threads: 2 },
  {
    kernel: 'training epoch',
    peer: 'PyTorch',
    program: 'peers/train_torch.py',
    factors: upToOne,
    options: { net: 'exp3' },
    threads: 1,
  },
  {
    kernel: 'activations',
    program: 'ours/predict.mjs',
    factors,
    options: { net: 'exp3', what: 'activations' },
    threads: 2,
  },
  { kernel: 'PCA', program: 'ours/pca.mjs', factors, options: {}, threads: 2 },
  {
    kernel: 'PCA',
    peer: 'scikit-learn',
    program: 'peers/pca_sklearn.py',
    factors: upToOne,
    options: { solver: 'auto' },
    threads: 2,
  },
  { kernel: 'forest, 20 trees', program: 'ours/forest.mjs', factors, options: { trees: 20 }, threads: 2 },
  {
    kernel: 'forest, 20 trees',
    peer: 'scikit-learn',
    program: 'peers/forest_sklearn.py',
    factors: upToOne,
    options: { trees: 20 },
    threads: 2,
  },
  { kernel: 't-SNE', program: 'ours/tsne.mjs', factors: [...upToOne, 100000 / 55000], options: embedding, threads: 2 },
  {
    kernel: 't-SNE',
    peer: 'openTSNE',
    program: 'peers/tsne_opentsne.py',
    factors: upToHalf,
    options: embedding,
    threads: 2,
  },
];

/** Slope of log seconds over log rows, by least squares. @param {[number, number][]} points rows, seconds */
export function exponent(points) {
  const logs = points.map((point) => point.map(Math.log));
  const mean = [0, 1].map((axis) => logs.reduce((sum, log) => sum + log[axis], 0) / logs.length);
  const shared = logs.reduce((sum, log) => sum + (log[0] - mean[0]) * (log[1] - mean[1]), 0);
  return shared / logs.reduce((sum, log) => sum + (log[0] - mean[0]) ** 2, 0);
}

/** Rows, seconds and peak memory at one size: the better of two repetitions, or one alone where it takes long or there are more rows than the data set has. */
async function measure(context, { program, options, threads }, name, factor) {
  const all = {
    ...context.data,
    ...options,
    factor,
    rows: Math.round(context.data.trainRows * factor),
    output: `${context.work}/growth`,
  };
  const contender = await new Contender({ name, program, options: all }, threads).ready();
  const figures = [await contender.repeat()];
  if (factor <= 1 && figures[0].seconds < LONG) figures.push(await contender.repeat());
  await contender.stop();
  const seconds = Math.min(...figures.map((figure) => figure.seconds));
  return { rows: all.rows, seconds, peakMB: Math.max(...figures.map((figure) => figure.peakMB)) };
}

async function curve(context, one) {
  const name = one.peer ?? 'ours';
  const points = [];
  for (const factor of one.factors) {
    try {
      points.push(await measure(context, one, name, factor));
    } catch (error) {
      console.log(`  ${one.kernel}, ${name}, x${factor}: left out: ${error.message}`);
      break;
    }
    const { rows, seconds, peakMB } = points.at(-1);
    console.log(`  ${one.kernel}, ${name}: ${rows} rows, ${seconds.toFixed(3)} s, ${Math.round(peakMB)} MB`);
  }
  if (points.length < 3) return undefined;
  return {
    kernel: one.kernel,
    name,
    threads: one.threads,
    points,
    exponent: exponent(points.map(({ rows, seconds }) => [rows, seconds])),
  };
}

/** @param {import('./parts.mjs').Context} context @returns {Promise<import('./parts.mjs').Row[]>} */
export async function growth(context) {
  prepareHidden(context.data);
  const curves = [];
  for (const one of series) {
    if (one.peer && !context.peers.has(one.peer)) continue;
    const measured = await curve(context, one);
    if (measured) curves.push(measured);
  }
  const sentence = ({ kernel, name, points, exponent: slope }) => {
    const times = points.map(({ rows, seconds }) => `${rows}: ${seconds.toPrecision(3)} s`).join(', ');
    const most = Math.round(Math.max(...points.map(({ peakMB }) => peakMB)));
    return `${kernel}, ${name}: seconds grow as rows^${slope.toFixed(2)}; ${times}; at most ${most} MB`;
  };
  return [
    {
      key: 'growth',
      title: 'Growth with the number of rows, two threads (PyTorch one)',
      entries: [],
      curves,
      notes: curves.map(sentence),
    },
  ];
}
