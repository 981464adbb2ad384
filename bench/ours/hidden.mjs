/** Writes the 128 hidden activations of the training rows after five epochs of exp3's net: float32[N][128], what t-SNE is measured on. */
import { writeFileSync } from 'node:fs';
import { glorotUniform, openTrainer } from '@layerwise/kernels/train';
import { options, seedOf } from './contender.mjs';
import { batch, network, optimizer, split } from './networks.mjs';

const data = split();
const rows = data.rows.train.labels.length;
const units = network.hidden[0].units;
const trainer = await openTrainer({ network, batch, optimizer, seeds: { shuffle: seedOf(0), dropout: seedOf(1) }, ...data, weights: glorotUniform(network, seedOf(0)), workers: options.threads });
for (let epoch = 0; epoch < 5; epoch++) await trainer.epoch();
const hidden = new Float32Array(rows * units);
for (let from = 0; from < rows; from += trainer.blockRows) {
  const block = await trainer.predict('train', from, Math.min(rows, from + trainer.blockRows));
  hidden.set(block.hidden[0], from * units);
}
await trainer.close();
writeFileSync(`${options.data}/hidden.f32`, hidden);
