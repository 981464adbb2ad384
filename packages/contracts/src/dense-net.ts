import type { ArtifactReader } from './artifact.js';
import { LayerwiseError } from './errors.js';

type HiddenActivation = 'linear' | 'relu' | 'tanh' | 'sigmoid';

/** One dense layer of a trained net: kernel float32[inputs][units], bias float32[units]. */
export interface DenseWeights {
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** A dense net ending in a softmax, as a model artifact holds it; what only training uses is 0. */
export interface DenseNet {
  readonly network: {
    readonly inputs: number;
    readonly inputDropout: number;
    readonly hidden: readonly { readonly units: number; readonly activation: HiddenActivation; readonly dropout: number; readonly l2: number }[];
    readonly classes: number;
  };
  /** The hidden layers' and the last one's. */
  readonly weights: DenseWeights[];
}

interface LayerEntry {
  readonly class_name: string;
  readonly config: { readonly name?: string; readonly units?: number; readonly activation?: string; readonly batch_input_shape?: readonly (number | null)[]; readonly use_bias?: boolean };
}
interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}
interface ModelJson {
  readonly modelTopology?: { readonly class_name?: string; readonly config?: { readonly layers?: readonly LayerEntry[] } | readonly LayerEntry[]; readonly model_config?: ModelJson['modelTopology'] };
  readonly weightsManifest?: readonly { readonly paths: readonly string[]; readonly weights: readonly WeightSpec[] }[];
}

const ACTIVATIONS: readonly string[] = ['linear', 'relu', 'tanh', 'sigmoid'];
/** Layers that change nothing when a net is used rather than trained. */
const PASSIVE = ['InputLayer', 'Dropout'];

/** The net and its weights from a model artifact in the TensorFlow.js LayersModel format. @throws LayerwiseError for layers other than dense ones ending in a softmax */
export async function readModel(artifact: ArtifactReader): Promise<DenseNet> {
  const model = await artifact.json<ModelJson>('model');
  const dense = denseLayers(model);
  const manifest = model.weightsManifest ?? [];
  if (manifest.length !== 1 || manifest[0].paths.length !== 1) throw refused('its weights must be in one file', `${manifest.flatMap((group) => group.paths).length} files`);
  const bytes = await artifact.bytes(manifest[0].paths[0]);
  const weights = readWeights(dense, manifest[0].weights, bytes);
  const hidden = dense.slice(0, -1).map(({ config }) => ({ units: config.units as number, activation: hiddenActivation(config), dropout: 0, l2: 0 }));
  const last = dense[dense.length - 1].config;
  if (last.activation !== 'softmax') throw refused('the last layer must be a softmax', String(last.activation));
  const inputs = weights[0].kernel.length / weights[0].bias.length;
  return { network: { inputs, inputDropout: 0, hidden, classes: last.units as number }, weights };
}

function denseLayers({ modelTopology }: ModelJson): LayerEntry[] {
  const topology = modelTopology?.model_config ?? modelTopology;
  const config = topology?.config;
  const layers = Array.isArray(config) ? (config as readonly LayerEntry[]) : (config as { layers?: readonly LayerEntry[] } | undefined)?.layers;
  if (topology?.class_name !== 'Sequential' || !layers) throw refused('it must be a Sequential model', String(topology?.class_name));
  const dense = layers.filter((layer) => layer.class_name === 'Dense');
  const other = layers.find((layer) => layer.class_name !== 'Dense' && !PASSIVE.includes(layer.class_name));
  if (other) throw refused('its layers must be Dense or Dropout', other.class_name);
  if (dense.length === 0) throw refused('it must have a dense layer', 'none');
  return dense;
}

function hiddenActivation({ activation = 'linear' }: LayerEntry['config']): HiddenActivation {
  if (!ACTIVATIONS.includes(activation)) throw refused(`hidden activations must be one of ${ACTIVATIONS.join(', ')}`, activation);
  return activation as HiddenActivation;
}

/** Kernel and bias of each dense layer, found by the layer's name. */
function readWeights(dense: readonly LayerEntry[], specs: readonly WeightSpec[], bytes: Uint8Array): DenseWeights[] {
  const found = new Map<string, Float32Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (const { name, shape, dtype } of specs) {
    const count = shape.reduce((product, n) => product * n, 1);
    if (dtype !== 'float32' || at + 4 * count > bytes.length) throw refused('its weights must be float32 and all there', `${name} ${dtype}`);
    found.set(name, Float32Array.from({ length: count }, (_, i) => view.getFloat32(at + 4 * i, true)));
    at += 4 * count;
  }
  return dense.map(({ config }) => {
    const kernel = found.get(`${config.name}/kernel`);
    const units = config.units as number;
    const bias = found.get(`${config.name}/bias`) ?? (config.use_bias === false ? new Float32Array(units) : undefined);
    if (!kernel || !bias || bias.length !== units || kernel.length % units !== 0) throw refused(`layer '${config.name}' must have a kernel and a bias`, [...found.keys()].join(', '));
    return { kernel, bias };
  });
}

function refused(rule: string, got: string): LayerwiseError {
  return new LayerwiseError('UNSUPPORTED', `the model cannot be used: ${rule}, got ${got}`, { remedy: 'use a model of dense layers in the TensorFlow.js LayersModel format' });
}
