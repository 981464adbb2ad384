/** The hidden activations to the plane. No randomness: every repetition gives the same map. */
import { readFileSync, writeFileSync } from 'node:fs';
import { tsne } from '@layerwise/kernels/tsne';
import { options, serve, timed } from './contender.mjs';

const { rows, columns, perplexity, iterations } = options;
const bytes = readFileSync(`${options.data}/hidden.f32`);
const data = new Float32Array(new Uint8Array(bytes.subarray(0, rows * columns * 4)).buffer);

await serve(async (n) => {
  const { value, ...time } = await timed(() =>
    tsne({ data, rows, columns }, { perplexity, iterations, workers: options.threads }),
  );
  const embedding = `${options.output}-${n}.f32`;
  writeFileSync(embedding, value.embedding);
  return { ...time, ownKl: value.klDivergence, embedding };
});
