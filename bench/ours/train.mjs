/** One epoch of the net from new weights. */
import { glorotUniform, openTrainer } from '@layerwise/kernels/train';
import { options, seedOf, serve, timed } from './contender.mjs';
import { batch, network, optimizer, split } from './networks.mjs';

const seeds = { shuffle: seedOf(0), dropout: seedOf(1) };
const trainer = await openTrainer({
  network,
  batch,
  optimizer,
  seeds,
  ...split(),
  weights: glorotUniform(network, seedOf(0)),
  workers: options.threads,
});
const first = trainer.state();

await serve(async (n) => {
  trainer.restore({ ...first, weights: glorotUniform(network, seedOf(n)), shuffle: seedOf(n) });
  const { value: score, ...time } = await timed(() => trainer.epoch());
  const { accuracy } = await trainer.evaluate('test');
  return { ...time, accuracy, loss: score.loss };
});
await trainer.close();
