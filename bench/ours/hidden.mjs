/**
 * Writes what t-SNE is measured on: the 128 hidden activations, after five epochs of exp3's net, of the
 * training rows and then of copies moved a little, float32[100000][128].
 */
import { writeFileSync } from 'node:fs';
import { glorotUniform, openTrainer } from '@layerwise/kernels/train';
import { options, seedOf, trainingRows } from './contender.mjs';
import { batch, network, optimizer, split } from './networks.mjs';

const { rows: sets, scale } = split();
const more = trainingRows(100000 / sets.train.labels.length);
const rows = { ...sets, more: { values: more.pixels, labels: Uint16Array.from(more.labels) } };
const units = network.hidden[0].units;
const trainer = await openTrainer({
  network,
  batch,
  optimizer,
  scale,
  rows,
  seeds: { shuffle: seedOf(0), dropout: seedOf(1) },
  weights: glorotUniform(network, seedOf(0)),
  workers: options.threads,
});
for (let epoch = 0; epoch < 5; epoch++) await trainer.epoch();
const hidden = new Float32Array(more.rows * units);
for (let from = 0; from < more.rows; from += trainer.blockRows) {
  const block = await trainer.predict('more', from, Math.min(more.rows, from + trainer.blockRows));
  hidden.set(block.hidden[0], from * units);
}
await trainer.close();
writeFileSync(`${options.data}/hidden.f32`, hidden);
