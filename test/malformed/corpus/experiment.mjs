/** What predict and export read of a built experiment: features.json beside the model. */
import { MemoryArtifact } from '@layerwise/conformance';
import { readTrainedNet } from '@layerwise/nets';
import { model, weights } from './model.mjs';

const info = {
  columns: 4,
  origin: 'pixels',
  scale: { factor: 1 / 255, offset: 0 },
  dataset: { name: 'x', width: 2, height: 2, classes: ['0', '1'], origin: 'made' },
};
const bad = {
  null: null,
  'a list': [],
  'no data set': { ...info, dataset: undefined },
  'a data set of null': { ...info, dataset: null },
  'classes that are a number': { ...info, dataset: { ...info.dataset, classes: 2 } },
  'sides below zero': { ...info, dataset: { ...info.dataset, width: -2, height: -2 } },
  'no scale': { ...info, scale: undefined },
  'a scale of text': { ...info, scale: { factor: 'x', offset: 0 } },
  'a factor for each of other columns': { ...info, scale: { factor: [1, 2], offset: 0 } },
  'an origin that is none': { ...info, origin: 'elsewhere' },
  'columns that are a text': { ...info, columns: '4' },
  'columns of another net': { ...info, columns: 5 },
  'selected columns that are not there': { ...info, origin: 'selected', selected: undefined },
  'selected columns past the pixels': { ...info, origin: 'selected', selected: [0, 1, 2, 99] },
  'classes of another net': { ...info, dataset: { ...info.dataset, classes: ['0', '1', '2'] } },
};

export function cases() {
  return Object.entries(bad).map(([name, value]) => ({
    name: `features.json: ${name}`,
    code: 'ARTIFACT_CORRUPT',
    says: /must/,
    run: () => open(value),
  }));
}

async function open(value) {
  const [features, net] = [new MemoryArtifact('features'), new MemoryArtifact('model')];
  await features.json('features', value);
  await net.json('model', model);
  await net.bytes('weights.bin', weights);
  await readTrainedNet('tiny:exp1', features, net);
}
