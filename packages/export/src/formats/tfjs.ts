import type { ExportFormat } from '../format.js';

/** The net's own files. */
export const tfjs: ExportFormat = {
  id: 'tfjs',
  title: 'tfjs/model.json',
  usage: ({ map, net }) =>
    `A TensorFlow.js LayersModel, the net alone: \`tf.loadLayersModel('…/tfjs/model.json')\`. **Its input are ${net.inputs} numbers ${
      map.steps.length > 0 ? 'after the steps above, which are not in this file' : 'as they are'
    }**; its output are the probabilities.`,
  files: (_, { model, weights }) => [
    { file: 'tfjs/model.json', bytes: model },
    { file: 'tfjs/weights.bin', bytes: weights },
  ],
};
