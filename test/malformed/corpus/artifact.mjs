/** Puts files into an artifact whose manifest fits them, so that only their content can be wrong. */
import { Store } from '@layerwise/store';

const recipe = {
  uses: '@layerwise/train',
  params: {},
  seed: 1,
  inputs: {},
  raw: [],
  code: { digest: 'd', modules: {}, dependencies: {} },
  node: 'v20',
};

/** @returns the artifact with these files, opened */
export async function artifactOf(folder, files) {
  const store = new Store(folder);
  await store.compute({ id: 'train-1', stage: 'train', kind: 'model', recipe, inputs: {} }, async (output) => {
    for (const [name, bytes] of Object.entries(files)) await output.bytes(name, bytes);
    return { warnings: [], seconds: 1, peakMemoryMB: 1 };
  });
  return store.open('train-1');
}
