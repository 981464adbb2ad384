/**
 * The parts of the benchmark. Each names its works and, for each work, the programs that do it;
 * `seconds` is what a part takes on two cores, ours alone and with all peers, for the announcement.
 */
import { compare } from './compare.mjs';
import { prepareHidden } from './data.mjs';
import { growth } from './growth.mjs';
import { mainJob } from './main-job.mjs';
import { lanes } from './native/compiler.mjs';
import { installedPeers } from './peers.mjs';
import { agreement, judge } from './quality.mjs';

/**
 * @typedef {object} Context
 * @property {Awaited<ReturnType<import('./data.mjs').prepareData>>} data
 * @property {Set<string>} peers
 * @property {number} repetitions
 * @property {string} work
 *
 * @typedef {Omit<import('./compare.mjs').Summary, 'peakMB'> & { peakMB?: number }} Entry
 * @typedef {{ key: string, title: string, entries: Entry[], notes?: string[], curves?: object[] }} Row
 */

const both = [1, 2];

/** Keeps the specifications of peers that are installed; names the others in one line. */
function present(context, specifications) {
  const missing = [
    ...new Set(specifications.filter(({ peer }) => peer && !context.peers.has(peer)).map(({ peer }) => peer)),
  ];
  if (missing.length)
    console.log(`  skipped, not installed (npm run bench:peers) or not asked for: ${missing.join(', ')}`);
  return specifications
    .filter(({ peer }) => !peer || context.peers.has(peer))
    .map((one) => ({ name: one.peer ?? 'ours', ...one, options: { ...context.data, ...one.options } }));
}

/** @param {Context} context @returns {Promise<Row[]>} */
async function train(context, net, title) {
  const options = { net };
  const entries = await compare(
    present(context, [
      { program: 'ours/train.mjs', options, threads: both },
      { peer: 'JAX', program: 'peers/train_jax.py', options, threads: both },
      { peer: 'JAX', name: 'JAX, one thread', program: 'peers/train_jax.py', options, threads: [1] },
      { peer: 'PyTorch', program: 'peers/train_torch.py', options, threads: both },
      { peer: 'Keras', program: 'peers/train_keras.py', options, threads: both },
      { peer: 'scikit-learn', program: 'peers/train_sklearn.py', options, threads: both },
    ]),
    context.repetitions,
  );
  return [{ key: net === 'exp3' ? 'train' : 'ex4', title, entries, notes: compilation(entries) }];
}

/** What compiling took, which is no part of the repetitions. */
function compilation(entries) {
  return entries
    .filter(({ figures }) => figures[0].compileSeconds !== undefined)
    .map(
      ({ name, figures: [{ compileSeconds }] }) => `${name}: compiled in ${compileSeconds.toFixed(1)} s before that`,
    );
}

const wideNets = {
  800: '784-800-10, batch 256',
  '1000-500': '784-1000-500-10, batch 256',
  '784-196': '784-784-196-10, batch 1000',
};

/** @param {Context} context @returns {Promise<Row[]>} */
async function wide(context) {
  const rows = [];
  for (const [net, name] of Object.entries(wideNets)) {
    const entries = await compare(
      present(context, [
        { program: 'ours/train.mjs', options: { net }, threads: both },
        { peer: 'JAX', program: 'peers/train_jax.py', options: { net }, threads: both },
      ]),
      context.repetitions,
    );
    const title = `Training epoch, ${name}, Adam, 55,000 rows`;
    rows.push({ key: `wide ${net}`, title, entries, notes: compilation(entries) });
  }
  return rows;
}

/**
 * What wider vectors would bring: the prototype in C with every number of lanes that this processor has; one thread each.
 * @param {Context} context @returns {Promise<Row[]>}
 */
async function native(context) {
  const rows = [];
  for (const [net, name] of Object.entries({
    exp3: '784-128-10, batch 32',
    ex4: '784-512-256-10, batch 512',
    ...wideNets,
  })) {
    const entries = await compare(
      present(context, [
        { program: 'ours/train.mjs', options: { net } },
        ...lanes().map((count) => ({
          name: `in C, ${count} lanes`,
          program: 'native/epoch.mjs',
          options: { net, lanes: count },
        })),
        { peer: 'JAX', program: 'peers/train_jax.py', options: { net } },
      ]),
      context.repetitions,
    );
    rows.push({ key: `native ${net}`, title: `Training epoch, ${name}, one thread`, entries });
  }
  return rows;
}

/** @param {Context} context @returns {Promise<Row[]>} */
async function predict(context) {
  const rows = [];
  for (const what of ['predict', 'activations', 'evaluate']) {
    const options = { net: 'exp3', what };
    const entries = await compare(
      present(context, [
        { program: 'ours/predict.mjs', options, threads: both },
        {
          peer: 'Keras',
          name: 'Keras, batch 32',
          program: 'peers/predict_keras.py',
          options: { ...options, batch: 32 },
          threads: both,
          repetitions: 3,
        },
        {
          peer: 'Keras',
          name: 'Keras, batch 4096',
          program: 'peers/predict_keras.py',
          options: { ...options, batch: 4096 },
          threads: both,
        },
        { peer: 'PyTorch', program: 'peers/predict_torch.py', options: { ...options, batch: 4096 }, threads: both },
        { peer: 'ONNX Runtime', program: 'peers/predict_onnx.py', options, threads: both },
        { peer: 'JAX', name: 'JAX, its own array', program: 'peers/predict_jax.py', options, threads: both },
        {
          peer: 'JAX',
          name: "JAX, NumPy's array",
          program: 'peers/predict_jax.py',
          options: { ...options, copy: true },
          threads: both,
        },
      ]),
      context.repetitions,
    );
    const titles = {
      predict: 'probabilities',
      activations: 'hidden layer and probabilities',
      evaluate: 'loss and accuracy',
    };
    rows.push({ key: what, title: `784-128-10, 55,000 rows: ${titles[what]}`, entries });
  }
  return rows;
}

/** @param {Context} context @returns {Promise<Row[]>} */
async function pca(context) {
  const solvers = ['auto', 'full', 'covariance_eigh', 'randomized', 'arpack'];
  const slow = ['full', 'randomized', 'arpack'];
  const entries = await compare(
    present(context, [
      { program: 'ours/pca.mjs', options: {}, threads: both },
      ...solvers.map((solver) => ({
        peer: 'scikit-learn',
        name: `scikit-learn, ${solver}`,
        program: 'peers/pca_sklearn.py',
        options: { solver },
        threads: both,
        repetitions: slow.includes(solver) ? 3 : undefined,
      })),
      {
        peer: 'scikit-learn-intelex',
        program: 'peers/pca_sklearn.py',
        options: { solver: 'auto', intelex: true },
        threads: both,
      },
    ]),
    context.repetitions,
  );
  const kept = entries.map(
    ({ name, figures: [first] }) =>
      `${name}: ${first.components} components, ${(100 * Number(first.explained)).toFixed(3)}% of the variance`,
  );
  return [
    {
      key: 'pca',
      title: 'PCA keeping 95% of the variance of 55,000 x 784 (fit and projection)',
      entries,
      notes: ['arpack and randomized are told to find 154 components; the others find the number themselves.', ...kept],
    },
  ];
}

/** @param {Context} context @returns {Promise<Row[]>} */
async function forest(context) {
  const options = { trees: 100 };
  const entries = await compare(
    present(context, [
      { program: 'ours/forest.mjs', options, threads: [2] },
      { peer: 'scikit-learn', program: 'peers/forest_sklearn.py', options, threads: [2] },
    ]),
    context.repetitions,
  );
  return [{ key: 'forest', title: 'Random forest, 100 trees, with importances', entries, notes: agreement(entries) }];
}

/** @param {Context} context @returns {Promise<Row[]>} */
async function tsne(context) {
  prepareHidden(context.data);
  const options = { rows: context.data.trainRows, columns: 128, perplexity: 40, iterations: 300 };
  const place = (name) => ({ ...options, output: `${context.work}/${name}` });
  const entries = await compare(
    present(context, [
      { program: 'ours/tsne.mjs', options: place('ours'), threads: [2] },
      { peer: 'openTSNE', program: 'peers/tsne_opentsne.py', options: place('opentsne'), threads: [2], repetitions: 2 },
      {
        peer: 'scikit-learn',
        program: 'peers/tsne_sklearn.py',
        options: place('sklearn'),
        threads: [2],
        repetitions: 1,
      },
    ]),
    context.repetitions,
  );
  const notes = installedPeers().has('scikit-learn') ? await judge(entries, { ...context.data, ...options }) : [];
  return [{ key: 'tsne', title: 't-SNE of 55,000 x 128, perplexity 40, 300 iterations', entries, notes }];
}

/** Name -> part, in the order in which all are run: those that take longest last. Seconds are of two cores, with the default repetitions. */
export const parts = {
  train: {
    seconds: { ours: 10, peers: 95 },
    run: (context) => train(context, 'exp3', 'Training epoch, 784-128-10, batch 32, RMSprop, 55,000 rows'),
  },
  ex4: {
    seconds: { ours: 15, peers: 75 },
    run: (context) => train(context, 'ex4', 'Training epoch, 784-512-256-10, batch 512, Adam, 42,000 rows'),
  },
  wide: { seconds: { ours: 60, peers: 150 }, run: wide },
  native: { seconds: { ours: 90, peers: 150 }, run: native },
  predict: { seconds: { ours: 15, peers: 110 }, run: predict },
  pca: { seconds: { ours: 10, peers: 90 }, run: pca },
  forest: { seconds: { ours: 30, peers: 100 }, run: forest },
  main: { seconds: { ours: 220, peers: 700 }, run: mainJob },
  tsne: { seconds: { ours: 60, peers: 500 }, run: tsne },
  growth: { seconds: { ours: 150, peers: 320 }, run: growth },
};
