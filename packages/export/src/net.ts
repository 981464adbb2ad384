import { LayerwiseError, column, type Affine, type ArtifactReader, type DatasetInfo, type FeaturesInfo } from '@layerwise/contracts';
import { readFeatures } from './features.js';
import { parseLayers, type DenseLayer } from './layers.js';

/** One step from raw pixels to the features that the net was trained on; D inputs, E outputs. */
export type Step =
  /** E = D: value * factor + offset, in numbers or one per column. */
  | { readonly kind: 'scale'; readonly scale: Affine }
  /** Column e of the output is column `columns[e]` of the input. */
  | { readonly kind: 'select'; readonly columns: readonly number[] }
  /** (input - mean) times the components: `components` float64[E * D], row after row; `mean` float64[D]. */
  | { readonly kind: 'project'; readonly components: Float64Array; readonly mean: Float64Array };

/** A trained net with everything between the pixels of an image and the probabilities of its classes. */
export interface TrainedNet {
  /** `<study>:<experiment>`. */
  readonly name: string;
  readonly dataset: DatasetInfo;
  /** Pixels of an image: the first step's inputs, 0 to 255. */
  readonly pixels: number;
  readonly steps: readonly Step[];
  /** Dense layers; the last is a softmax over the classes. */
  readonly layers: readonly DenseLayer[];
}

/**
 * Opens a trained net.
 *
 * @param features the artifact that the net was trained on: of the reduction, or else of the preprocessing
 * @param model the net's own artifact
 * @throws LayerwiseError ARTIFACT_CORRUPT, or UNSUPPORTED for a net that is not a chain of dense layers
 */
export async function readNet(name: string, features: ArtifactReader, model: ArtifactReader): Promise<TrainedNet> {
  const info = await readFeatures(name, features);
  const steps = await stepsOf(info, features);
  const layers = parseLayers(await model.json('model'), await model.bytes('weights.bin'));
  const inputs = layers[0] ? layers[0].kernel.length / layers[0].bias.length : 0;
  if (inputs !== info.columns) throw new LayerwiseError('ARTIFACT_CORRUPT', `the net of ${name} must take the ${info.columns} features it was trained on, got a net of ${inputs} inputs`, { remedy: `npx nx run ${name}` });
  const outputs = layers.at(-1)?.bias.length;
  if (outputs !== info.dataset.classes.length) throw new LayerwiseError('ARTIFACT_CORRUPT', `the net of ${name} must have an output for each of the ${info.dataset.classes.length} classes, got ${outputs}`, { remedy: `npx nx run ${name}` });
  return { name, dataset: info.dataset, pixels: info.dataset.width * info.dataset.height, steps, layers };
}

async function stepsOf(info: FeaturesInfo, features: ArtifactReader): Promise<Step[]> {
  const scale = (affine: Affine | undefined): Step[] => (affine && !identity(affine) ? [{ kind: 'scale', scale: affine }] : []);
  if (info.origin === 'selected') return [{ kind: 'select', columns: info.selected ?? [] }, ...scale(info.scale)];
  if (info.origin === 'pixels') return scale(info.scale);
  const mean = column((await features.matrix('mean')), 'mean', Float64Array).data;
  const components = column(await features.matrix('components'), 'component', Float64Array, mean.length).data;
  return [...scale(info.sourceScale), { kind: 'project', components, mean }, ...scale(info.scale)];
}

function identity({ factor, offset }: Affine): boolean {
  return [factor].flat().every((value) => value === 1) && [offset].flat().every((value) => value === 0);
}
