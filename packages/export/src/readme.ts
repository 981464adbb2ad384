import type { Affine } from '@layerwise/contracts';
import type { Format } from './formats.js';
import type { Step, TrainedNet } from './net.js';

/** What is written beside an export: what goes in, what comes out, how to use each file. */
export function readme(net: TrainedNet, formats: readonly Format[]): string {
  const { name, dataset, pixels, layers } = net;
  const inputs = (layers[0]?.kernel.length ?? 0) / (layers[0]?.bias.length ?? 1);
  const widths = [inputs, ...layers.map(({ bias }) => bias.length)].join('-');
  return `# The net of ${name}

Trained on ${dataset.name} (${dataset.origin}): ${dataset.width} x ${dataset.height} images, classes ${dataset.classes.join(', ')}. A dense net ${widths} (${layers.map(({ activation }) => activation).join(', ')}).

An image is ${pixels} numbers, row after row, 0 for the background to 255 for ink, prepared as those of ${dataset.name} are. Before the net:

${net.steps.length === 0 ? 'nothing: the net takes the numbers as they are.' : net.steps.map((step, i) => `${i + 1}. ${sentence(step)}`).join('\n')}

${formats.map((format) => `## ${SECTIONS[format].title}\n\n${SECTIONS[format].text(net, inputs)}\n`).join('\n')}`;
}

function sentence(step: Step): string {
  if (step.kind === 'select') return `of the pixels (numbered from 0) only these are kept, in this order: ${step.columns.join(', ')}`;
  if (step.kind === 'scale') return `each number becomes number * factor + offset, with ${scaleText(step.scale)}`;
  return `the mean image is taken off, and what is left is projected on ${step.components.length / step.mean.length} principal components`;
}

function scaleText({ factor, offset }: Affine): string {
  const text = (value: number | readonly number[]): string => (typeof value === 'number' ? String(value) : `one per column: ${value.join(', ')}`);
  return `factor ${text(factor)} and offset ${text(offset)}`;
}

const SECTIONS: Readonly<Record<Format, { title: string; text: (net: TrainedNet, inputs: number) => string }>> = {
  tfjs: {
    title: 'tfjs/model.json',
    text: ({ steps }, inputs) => `A TensorFlow.js LayersModel, the net alone: \`tf.loadLayersModel('…/tfjs/model.json')\`. **Its input are ${inputs} numbers ${steps.length > 0 ? 'after the steps above, which are not in this file' : 'as they are'}**; its output are the probabilities.`,
  },
  keras: { title: 'model.keras', text: ({ pixels }) => `Keras 3 or later, the steps above included as layers: \`keras.models.load_model('model.keras').predict(x)\` with x float32[N, ${pixels}] of the values 0 to 255.` },
  onnx: { title: 'model.onnx', text: ({ pixels }) => `ONNX (operator set 13), the steps above included as nodes: input \`pixels\` float32[N, ${pixels}] of the values 0 to 255, output \`probabilities\`.` },
  js: { title: 'model.mjs', text: () => "One JavaScript module that imports nothing, the steps above included: `import { classes, predict } from './model.mjs'`, then `predict(pixels)` gives the probabilities of one image." },
};
