import { LayerwiseError, received } from '@layerwise/contracts';

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

interface LayerConfig {
  readonly class_name: string;
  readonly config: { readonly name: string; readonly activation?: string };
}
interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Layers that do nothing once a net is trained. */
const SILENT = ['Dropout', 'InputLayer'];

/**
 * The dense layers of a LayersModel (a Keras Sequential topology and float32 weights, little-endian).
 *
 * @throws LayerwiseError UNSUPPORTED for other layers or activations, ARTIFACT_CORRUPT if it is no such model or the weights do not fit
 */
export function parseLayers(value: unknown, bytes: Uint8Array): DenseLayer[] {
  const weights = weightsByName(specsOf(value), bytes);
  const layers = configsOf(value).filter((layer) => !SILENT.includes(layer.class_name)).map((layer) => denseOf(layer, weights));
  layers.slice(1).forEach(({ name, kernel, bias }, l) => {
    const outputs = (layers[l] as DenseLayer).bias.length;
    if (kernel.length !== outputs * bias.length) throw corrupt(`layer '${name}' must take the ${outputs} outputs of the one before, got a kernel of ${kernel.length} numbers for ${bias.length} nodes`);
  });
  if (layers.length === 0) throw corrupt('model.json must have a dense layer, got none');
  return layers;
}

function corrupt(rule: string): LayerwiseError {
  return new LayerwiseError('ARTIFACT_CORRUPT', rule, { remedy: 'Run the experiment again: the model is rebuilt.' });
}

/** Layers in order, from either form that TensorFlow.js writes. */
function configsOf(value: unknown): readonly LayerConfig[] {
  const config = at(at(value, 'modelTopology'), 'config');
  const layers = Array.isArray(config) ? config : at(config, 'layers');
  const sound = (layer: unknown): boolean => typeof at(layer, 'class_name') === 'string' && typeof at(at(layer, 'config'), 'name') === 'string';
  if (!Array.isArray(layers) || !layers.every(sound)) throw corrupt('model.json must hold a list of layers with class_name and config.name in modelTopology');
  return layers as LayerConfig[];
}

function specsOf(value: unknown): readonly WeightSpec[] {
  const groups = at(value, 'weightsManifest');
  const specs = Array.isArray(groups) ? groups.flatMap((group) => at(group, 'weights')) : [undefined];
  const isSize = (side: unknown): boolean => Number.isSafeInteger(side) && (side as number) >= 1;
  const wrong = specs.find((spec) => typeof at(spec, 'name') !== 'string' || !Array.isArray(at(spec, 'shape')) || !(at(spec, 'shape') as unknown[]).every(isSize));
  if (wrong !== undefined || specs.includes(undefined)) throw corrupt(`model.json must hold weights with a name and a shape of whole numbers in weightsManifest, got ${received(wrong)}`);
  return specs as WeightSpec[];
}

function at(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[name] : undefined;
}

function denseOf({ class_name, config: { name, activation = 'linear' } }: LayerConfig, weights: ReadonlyMap<string, Float32Array>): DenseLayer {
  const known = ACTIVATIONS.find((wanted) => wanted === activation);
  if (class_name !== 'Dense' || !known) throw new LayerwiseError('UNSUPPORTED', `layer '${name}' must be Dense with one of ${ACTIVATIONS.join(', ')}, got ${class_name} with ${activation}`, { remedy: 'Only chains of dense layers can be read so far.' });
  const [kernel, bias] = [weights.get(`${name}/kernel`), weights.get(`${name}/bias`)];
  if (!kernel || !bias || kernel.length % bias.length !== 0) throw corrupt(`layer '${name}' must have a kernel and a bias in weights.bin, got ${[...weights.keys()].join(', ')}`);
  return { name, activation: known, kernel, bias };
}

function weightsByName(specs: readonly WeightSpec[], bytes: Uint8Array): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = 0;
  for (const { name, shape } of specs) {
    const length = shape.reduce((product, side) => product * side, 1);
    if (start + 4 * length > bytes.byteLength) throw corrupt(`weights.bin must hold ${name} of ${shape.join(' x ')} at byte ${start}, but has ${bytes.byteLength} bytes`);
    const from = start;
    const values = Float32Array.from({ length }, (_, i) => view.getFloat32(from + 4 * i, true));
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw corrupt(`weights.bin must hold finite numbers, got ${values[bad]} in ${name} at ${bad}`);
    weights.set(name, values);
    start += 4 * length;
  }
  if (start < bytes.byteLength) throw corrupt(`weights.bin must end after ${start} bytes, but ${bytes.byteLength - start} more follow`);
  return weights;
}
