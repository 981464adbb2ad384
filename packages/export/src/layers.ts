import { LayerwiseError } from '@layerwise/contracts';

/** What a layer does with its sums. */
export type Activation = (typeof ACTIVATIONS)[number];
const ACTIVATIONS = ['relu', 'softmax', 'tanh', 'sigmoid', 'linear'] as const;

/** outputs = activation(inputs x kernel + bias). */
export interface DenseLayer {
  readonly name: string;
  readonly activation: Activation;
  /** float32[I * O], row after row: weight from input i to output o at i * O + o. */
  readonly kernel: Float32Array;
  /** float32[O]. */
  readonly bias: Float32Array;
}

/** The parts of a TensorFlow.js LayersModel that are read. */
interface LayersModel {
  readonly modelTopology: { readonly class_name: string; readonly config: { readonly layers: readonly LayerConfig[] } | readonly LayerConfig[] };
  readonly weightsManifest: readonly { readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[] }[];
}
interface LayerConfig {
  readonly class_name: string;
  readonly config: { readonly name: string; readonly activation?: string };
}

/** Layers that do nothing once a net is trained. */
const SILENT = ['Dropout', 'InputLayer'];

/**
 * The dense layers of a LayersModel (a Keras Sequential topology and float32 weights, little-endian).
 *
 * @throws LayerwiseError UNSUPPORTED for other layers or activations, ARTIFACT_CORRUPT if the weights do not fit
 */
export function parseLayers(value: unknown, bytes: Uint8Array): DenseLayer[] {
  const { modelTopology, weightsManifest } = value as LayersModel;
  const config = modelTopology.config;
  const configs = 'layers' in config ? config.layers : config;
  const weights = weightsByName(weightsManifest.flatMap((group) => group.weights), bytes);
  return configs.filter((layer) => !SILENT.includes(layer.class_name)).map((layer) => denseOf(layer, weights));
}

function denseOf({ class_name, config: { name, activation = 'linear' } }: LayerConfig, weights: ReadonlyMap<string, Float32Array>): DenseLayer {
  const known = ACTIVATIONS.find((wanted) => wanted === activation);
  if (class_name !== 'Dense' || !known) throw new LayerwiseError('UNSUPPORTED', `layer '${name}' must be Dense with one of ${ACTIVATIONS.join(', ')}, got ${class_name} with ${activation}`, { remedy: 'Only chains of dense layers can be read so far.' });
  const [kernel, bias] = [weights.get(`${name}/kernel`), weights.get(`${name}/bias`)];
  if (!kernel || !bias || kernel.length % bias.length !== 0) throw new LayerwiseError('ARTIFACT_CORRUPT', `layer '${name}' must have a kernel and a bias in weights.bin, got ${[...weights.keys()].join(', ')}`);
  return { name, activation: known, kernel, bias };
}

function weightsByName(specs: readonly { name: string; shape: readonly number[] }[], bytes: Uint8Array): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (const { name, shape } of specs) {
    const length = shape.reduce((product, side) => product * side, 1);
    if (at + 4 * length > bytes.byteLength) throw new LayerwiseError('ARTIFACT_CORRUPT', `weights.bin must hold ${name} of ${shape.join(' x ')} at byte ${at}, but has ${bytes.byteLength} bytes`);
    const start = at;
    weights.set(name, Float32Array.from({ length }, (_, i) => view.getFloat32(start + 4 * i, true)));
    at += 4 * length;
  }
  return weights;
}
