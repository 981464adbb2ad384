/** All training rows through the net: probabilities and the hidden layer, or loss and accuracy. */
import { glorotUniform, openTrainer } from '@layerwise/kernels/train';
import { options, seedOf, serve, timed } from './contender.mjs';
import { batch, network, optimizer, split } from './networks.mjs';

const data = split();
const rows = data.rows.train.labels.length;
const trainer = await openTrainer({
  network,
  batch,
  optimizer,
  seeds: { shuffle: seedOf(0), dropout: seedOf(1) },
  ...data,
  weights: glorotUniform(network, seedOf(0)),
  workers: options.threads,
});

/** The kernel always gives the hidden layer too; both are collected, as Keras's predict does. */
async function predict() {
  const probabilities = new Float32Array(rows * 10);
  const hidden = new Float32Array(options.what === 'activations' ? rows * network.hidden[0].units : 0);
  for (let from = 0; from < rows; from += trainer.blockRows) {
    const block = await trainer.predict('train', from, Math.min(rows, from + trainer.blockRows));
    probabilities.set(block.probabilities, from * 10);
    if (hidden.length) hidden.set(block.hidden[0], from * network.hidden[0].units);
  }
  return { probabilities, hidden };
}

const work = options.what === 'evaluate' ? () => trainer.evaluate('train') : predict;

await serve(async () => {
  const { seconds, cpuSeconds } = await timed(work);
  return { seconds, cpuSeconds };
});
await trainer.close();
