/** One layer of a dense net as read from a LayersModel. */
export interface Layer {
  readonly kind: 'input' | 'dense' | 'dropout';
  readonly name: string;
  /** Numbers per image that leave the layer. */
  readonly units: number;
  readonly activation?: string;
  /** Share of values dropped while training. */
  readonly rate?: number;
  /** Trainable numbers: (units in + 1) x units. */
  readonly params: number;
  /** float32[inputs x units], row by row. */
  readonly kernel?: Float32Array;
  readonly bias?: Float32Array;
}

/** The layers of a net, first the input. */
export interface Network {
  readonly inputs: number;
  readonly layers: readonly Layer[];
  readonly params: number;
}

/** The parts of `model.json` (TensorFlow.js LayersModel) that a report shows. */
export interface LayersModel {
  readonly modelTopology: Topology & { readonly model_config?: Topology };
  readonly weightsManifest: readonly { readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[] }[];
}
interface Topology {
  readonly class_name?: string;
  readonly config?: LayerEntry[] | { readonly layers?: readonly LayerEntry[] };
}
interface LayerEntry {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Reads topology and float32 weights of a sequential dense net.
 * @param inputs D, the number of inputs of the first dense layer
 */
export function readNetwork(model: LayersModel, weights: Uint8Array, inputs: number): Network {
  const tensors = readTensors(model, weights);
  const layers: Layer[] = [{ kind: 'input', name: 'input', units: inputs, params: 0 }];
  let units = inputs;
  let next = 0;
  for (const { class_name, config } of entries(model)) {
    const name = String(config['name'] ?? class_name.toLowerCase());
    if (class_name === 'Dropout') layers.push({ kind: 'dropout', name, units, params: 0, rate: Number(config['rate']) });
    if (class_name !== 'Dense') continue;
    const before = units;
    units = Number(config['units']);
    const kernel = tensors[next++];
    const bias = config['use_bias'] === false ? undefined : tensors[next++];
    layers.push({ kind: 'dense', name, units, activation: String(config['activation'] ?? 'linear'), params: before * units + (bias ? units : 0), ...(kernel && { kernel }), ...(bias && { bias }) });
  }
  return { inputs, layers, params: layers.reduce((sum, layer) => sum + layer.params, 0) };
}

/** `784-128-10`. */
export function networkName(network: Network): string {
  return network.layers.filter((layer) => layer.kind !== 'dropout').map((layer) => layer.units).join('-');
}

function entries(model: LayersModel): readonly LayerEntry[] {
  const topology = model.modelTopology.model_config ?? model.modelTopology;
  const config = topology.config;
  return Array.isArray(config) ? config : (config?.layers ?? []);
}

function readTensors(model: LayersModel, weights: Uint8Array): Float32Array[] {
  const copy = weights.slice().buffer;
  let offset = 0;
  return model.weightsManifest.flatMap((group) => group.weights).map(({ shape }) => {
    const length = shape.reduce((product, n) => product * n, 1);
    const tensor = new Float32Array(copy, offset, length);
    offset += 4 * length;
    return tensor;
  });
}
