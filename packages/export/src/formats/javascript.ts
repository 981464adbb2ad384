import type { Affine } from '@layerwise/contracts';
import { activationOf, toLittleEndian, type DenseLayer, type FeatureStep, type TrainedNet } from '@layerwise/nets';
import type { ExportFormat } from '../format.js';

/** What every module has: the steps that a net is made of. */
const STEPS = `function floats(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

function select(values, columns) {
  return columns.map((column) => values[column]);
}

function scale(values, factor, offset) {
  const at = (value, i) => (typeof value === 'number' ? value : value[i]);
  return values.map((value, i) => value * at(factor, i) + at(offset, i));
}

function project(components, mean) {
  return (values) => Array.from({ length: components.length / mean.length }, (_, row) => {
    let sum = 0;
    for (let i = 0; i < mean.length; i++) sum += (values[i] - mean[i]) * components[row * mean.length + i];
    return sum;
  });
}

function dense(kernel, bias, activation) {
  return (values) => {
    const sums = Array.from(bias);
    for (let i = 0; i < values.length; i++) {
      if (values[i] !== 0) for (let o = 0; o < sums.length; o++) sums[o] += values[i] * kernel[i * sums.length + o];
    }
    return activations[activation](sums);
  };
}
`;

const SOFTMAX = `  softmax: (sums) => {
    const most = Math.max(...sums);
    const powers = sums.map((sum) => Math.exp(sum - most));
    const total = powers.reduce((sum, power) => sum + power, 0);
    return powers.map((power) => power / total);
  },
`;

/**
 * The net as one JavaScript module that imports nothing: `predict(pixels)` takes the values 0 to 255 of an original
 * image and gives the probabilities of the classes; weights are float32 in base64, sums are float64.
 */
export function toModule(trained: TrainedNet): string {
  const { map, net } = trained;
  const stages = [...map.steps.map(featureStage), ...net.layers.map(layerStage)];
  return [
    entryPoint(trained),
    STEPS,
    `const activations = {\n${activations(net.layers)}${SOFTMAX}};\n`,
    `const stages = [\n${stages.map((stage) => `  ${stage},\n`).join('')}];\n`,
  ].join('\n');
}

/** The exports of the module. */
function entryPoint({ name, dataset, map: { pixels } }: TrainedNet): string {
  return `// The net of ${name}, trained on ${dataset.name}, with its preprocessing. Made by Layerwise; imports nothing.
/** Names of the classes, in the order of the probabilities. */
export const classes = ${JSON.stringify(dataset.classes)};
/** Size of the images. */
export const width = ${dataset.width};
export const height = ${dataset.height};

/**
 * @param {ArrayLike<number>} pixels the ${pixels} values of an image as in ${dataset.name}: row after row, 0 background to 255 ink
 * @returns {number[]} the probability of each class
 */
export function predict(pixels) {
  if (pixels.length !== ${pixels}) throw new RangeError('an image must have ${pixels} pixels, got ' + pixels.length);
  return stages.reduce((values, stage) => stage(values), Array.from(pixels));
}
`;
}

function featureStage(step: FeatureStep): string {
  if (step.kind === 'select') return `(values) => select(values, ${JSON.stringify(step.columns)})`;
  if (step.kind === 'scale') return `(values) => scale(values, ${affine(step.scale)})`;
  return `project(floats('${base64(step.components)}'), floats('${base64(step.mean)}'))`;
}

function layerStage({ kernel, bias, activation }: DenseLayer): string {
  return `dense(floats('${base64(kernel)}'), floats('${base64(bias)}'), '${activation}')`;
}

/** Those that the layers use, a line each. */
function activations(layers: TrainedNet['net']['layers']): string {
  const used = new Set(layers.map(({ activation }) => activation));
  return [...used]
    .map((name) =>
      name === 'softmax' ? '' : `  ${name}: (sums) => sums.map((z) => ${activationOf(name).javascript}),\n`,
    )
    .join('');
}

function affine({ factor, offset }: Affine): string {
  return `${JSON.stringify(factor)}, ${JSON.stringify(offset)}`;
}

/** float32 little-endian in base64. */
function base64(values: ArrayLike<number>): string {
  return Buffer.from(toLittleEndian(values)).toString('base64');
}

/** One module that imports nothing. */
export const javascript: ExportFormat = {
  id: 'js',
  title: 'model.mjs',
  usage: () =>
    'One JavaScript module that imports nothing, the steps above included: ' +
    "`import { classes, predict } from './model.mjs'`, then `predict(pixels)` gives the probabilities of one image.",
  files: (net) => [{ file: 'model.mjs', bytes: new TextEncoder().encode(toModule(net)) }],
};
