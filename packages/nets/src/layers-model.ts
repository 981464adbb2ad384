import { LayerwiseError, received, type ArtifactReader } from '@layerwise/contracts';
import { ACTIVATION_NAMES, activationOfKeras } from './activations.js';
import type { DenseLayer, DenseNet } from './dense-net.js';
import { fromLittleEndian } from './little-endian.js';

/** Layers that change nothing once a net is trained. */
const PASSIVE = ['InputLayer', 'Dropout', 'Flatten'];

interface LayerEntry {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>> & { readonly name: string };
}
interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}
interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/**
 * The net of a model artifact: model.json in the TensorFlow.js LayersModel format and the weights that it names.
 * @throws LayerwiseError UNSUPPORTED for a net that is not a chain of dense layers ending in a softmax, ARTIFACT_CORRUPT
 *   where topology and weights do not fit
 */
export async function readModel(artifact: ArtifactReader): Promise<DenseNet> {
  const model = await artifact.json('model');
  const parts: Uint8Array[] = [];
  for (const path of groupsOf(model).flatMap(({ paths }) => paths)) parts.push(await artifact.bytes(path));
  return parseLayersModel(model, parts.length === 1 ? parts[0] : Buffer.concat(parts));
}

/**
 * The net that a LayersModel describes: a Keras Sequential topology (bare, in `model_config`, or a list of layers) of
 * dense layers, and its weights.
 * @param model what model.json holds
 * @param bytes the weight files in the order of the manifest: float32, little-endian
 * @throws LayerwiseError as {@link readModel}
 */
export function parseLayersModel(model: unknown, bytes: Uint8Array): DenseNet {
  const weights = weightsByName(
    groupsOf(model).flatMap((group) => group.weights),
    bytes,
  );
  const layers: DenseLayer[] = [];
  let dropout = 0;
  for (const entry of entriesOf(model)) {
    if (entry.class_name === 'Dropout') dropout = rateOf(entry);
    if (PASSIVE.includes(entry.class_name)) continue;
    layers.push(denseLayer(entry, weights, dropout));
    dropout = 0;
  }
  checkChain(layers);
  const [first, last] = [layers[0], layers.at(-1) as DenseLayer];
  return { inputs: first.inputs, classes: last.units, layers };
}

function corrupt(rule: string): LayerwiseError {
  return new LayerwiseError('ARTIFACT_CORRUPT', rule, { remedy: 'run the experiment again: the model is rebuilt' });
}

function unsupported(rule: string): LayerwiseError {
  return new LayerwiseError('UNSUPPORTED', rule, { remedy: 'use a chain of Dense layers that ends in a softmax' });
}

function at(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[name] : undefined;
}

/** Layers in order, from each form that TensorFlow.js and Keras write. */
function entriesOf(model: unknown): readonly LayerEntry[] {
  const outer = at(model, 'modelTopology');
  const topology = at(outer, 'model_config') ?? outer;
  const kind = at(topology, 'class_name');
  if (kind !== undefined && kind !== 'Sequential')
    throw unsupported(`model.json must hold a Sequential model, got ${received(kind)}`);
  const config = at(topology, 'config');
  const layers = Array.isArray(config) ? config : at(config, 'layers');
  const sound = (layer: unknown): boolean =>
    typeof at(layer, 'class_name') === 'string' && typeof at(at(layer, 'config'), 'name') === 'string';
  if (!Array.isArray(layers) || !layers.every(sound)) {
    throw corrupt('model.json must hold a list of layers with class_name and config.name in modelTopology');
  }
  return layers as LayerEntry[];
}

function groupsOf(model: unknown): readonly WeightGroup[] {
  const groups = at(model, 'weightsManifest');
  const isSize = (side: unknown): boolean => Number.isSafeInteger(side) && (side as number) >= 1;
  const isSpec = (spec: unknown): boolean =>
    typeof at(spec, 'name') === 'string' &&
    Array.isArray(at(spec, 'shape')) &&
    (at(spec, 'shape') as unknown[]).every(isSize);
  const isGroup = (group: unknown): boolean => {
    const [paths, weights] = [at(group, 'paths'), at(group, 'weights')];
    return (
      Array.isArray(paths) &&
      paths.every((path) => typeof path === 'string') &&
      Array.isArray(weights) &&
      weights.every(isSpec)
    );
  };
  if (!Array.isArray(groups) || !groups.every(isGroup)) {
    throw corrupt(
      'model.json must hold paths, and weights with a name and a shape of whole numbers, in weightsManifest',
    );
  }
  return groups as WeightGroup[];
}

/** By their names in the manifest. */
type Weights = ReadonlyMap<string, WeightSpec & { readonly values: Float32Array }>;

function weightsByName(specs: readonly WeightSpec[], bytes: Uint8Array): Weights {
  const weights = new Map<string, WeightSpec & { readonly values: Float32Array }>();
  let start = 0;
  for (const spec of specs) {
    const { name, shape, dtype } = spec;
    if (dtype !== 'float32') throw unsupported(`the weights of ${name} must be float32, got ${received(dtype)}`);
    const length = shape.reduce((product, side) => product * side, 1);
    if (start + 4 * length > bytes.byteLength) {
      throw corrupt(
        `the weights must hold ${name} of ${shape.join(' x ')} at byte ${start}, but have ${bytes.byteLength} bytes`,
      );
    }
    const values = fromLittleEndian(bytes, start, length);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw corrupt(`the weights must be finite numbers, got ${values[bad]} in ${name} at ${bad}`);
    weights.set(name, { ...spec, values });
    start += 4 * length;
  }
  if (start < bytes.byteLength)
    throw corrupt(`the weights must end after ${start} bytes, but ${bytes.byteLength - start} more follow`);
  return weights;
}

function rateOf({ config }: LayerEntry): number {
  const rate = config['rate'];
  if (typeof rate !== 'number' || !(rate >= 0 && rate < 1))
    throw corrupt(`layer '${config.name}' must have a rate from 0 to below 1, got ${received(rate)}`);
  return rate;
}

function denseLayer({ class_name, config }: LayerEntry, weights: Weights, inputDropout: number): DenseLayer {
  const { name } = config;
  if (class_name !== 'Dense') throw unsupported(`layer '${name}' must be Dense, got ${class_name}`);
  const { inputs, units, values } = kernelOf(config, weights);
  const hasBias = config['use_bias'] !== false;
  return {
    name,
    inputs,
    units,
    activation: activationName(config),
    kernel: values,
    bias: hasBias ? biasOf(name, units, weights) : new Float32Array(units),
    hasBias,
    inputDropout,
  };
}

function kernelOf(
  { name, units: wanted }: LayerEntry['config'],
  weights: Weights,
): { readonly inputs: number; readonly units: number; readonly values: Float32Array } {
  const kernel = weights.get(`${name}/kernel`);
  const [inputs, units] = kernel?.shape ?? [];
  if (kernel?.shape.length !== 2 || inputs === undefined || units === undefined || units !== wanted) {
    const found = kernel ? kernel.shape.join(' x ') : [...weights.keys()].join(', ') || 'none';
    throw corrupt(
      `layer '${name}' must have a kernel of inputs x ${received(wanted)} nodes among its weights, got ${found}`,
    );
  }
  return { inputs, units, values: kernel.values };
}

function biasOf(name: string, units: number, weights: Weights): Float32Array {
  const bias = weights.get(`${name}/bias`);
  if (bias?.values.length !== units)
    throw corrupt(
      `layer '${name}' must have a bias for each of its ${units} nodes, got ${bias?.values.length ?? 'none'}`,
    );
  return bias.values;
}

function activationName({ name, activation = 'linear' }: LayerEntry['config']): DenseLayer['activation'] {
  const known =
    activation === 'softmax' ? activation : typeof activation === 'string' ? activationOfKeras(activation) : undefined;
  if (!known)
    throw unsupported(
      `the activation of layer '${name}' must be one of ${ACTIVATION_NAMES.join(', ')}, got ${received(activation)}`,
    );
  return known;
}

/** Each layer takes what the one before gives; a softmax stands at the end, and nowhere else. */
function checkChain(layers: readonly DenseLayer[]): void {
  if (layers.length === 0) throw corrupt('model.json must have a dense layer, got none');
  for (const [l, { name, inputs, activation }] of layers.entries()) {
    const before = layers[l - 1];
    if (before && before.units !== inputs)
      throw corrupt(
        `layer '${name}' must take the ${before.units} outputs of the one before, got a kernel for ${inputs}`,
      );
    const isLast = l === layers.length - 1;
    if (isLast && activation !== 'softmax')
      throw unsupported(`the last layer, '${name}', must be a softmax, got ${activation}`);
    if (!isLast && activation === 'softmax')
      throw unsupported(`only the last layer may be a softmax, got one in '${name}'`);
  }
}
