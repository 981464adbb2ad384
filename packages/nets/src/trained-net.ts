import { LayerwiseError, type ArtifactReader, type DatasetInfo } from '@layerwise/contracts';
import type { DenseNet } from './dense-net.js';
import type { FeatureMap } from './feature-map.js';
import { readFeatureMap } from './feature-map-reader.js';
import { readModel } from './layers-model.js';

/** A trained net with everything between the pixels of an image and the probabilities of its classes. */
export interface TrainedNet {
  /** `<study>:<experiment>`. */
  readonly name: string;
  readonly dataset: DatasetInfo;
  /** From the pixels of an image, 0 to 255, to the inputs of the net. */
  readonly map: FeatureMap;
  readonly net: DenseNet;
}

/**
 * Opens a trained net.
 *
 * @param features the artifact that the net was trained on: of the reduction, or else of the preprocessing
 * @param model the net's own artifact
 * @throws LayerwiseError ARTIFACT_CORRUPT, or UNSUPPORTED for a net that is not a chain of dense layers
 */
export async function readTrainedNet(
  name: string,
  features: ArtifactReader,
  model: ArtifactReader,
): Promise<TrainedNet> {
  const { info, map } = await readFeatureMap(name, features);
  const net = await readModel(model);
  if (net.inputs !== map.columns)
    throw misfit(name, `take the ${map.columns} features it was trained on, got a net of ${net.inputs} inputs`);
  const K = info.dataset.classes.length;
  if (net.classes !== K) throw misfit(name, `have an output for each of the ${K} classes, got ${net.classes}`);
  return { name, dataset: info.dataset, map, net };
}

function misfit(name: string, rule: string): LayerwiseError {
  return new LayerwiseError('ARTIFACT_CORRUPT', `the net of ${name} must ${rule}`, { remedy: `npx nx run ${name}` });
}
