import type { TrainedNet } from './net.js';
import { toKeras } from './keras.js';
import { toModule } from './module.js';
import { toOnnx } from './onnx.js';
import { readme } from './readme.js';

/** Formats that a net can be exported to. */
export const FORMATS = ['tfjs', 'keras', 'onnx', 'js'] as const;
/** One of {@link FORMATS}. */
export type Format = (typeof FORMATS)[number];

/** A file of an export. */
export interface ExportedFile {
  /** With `/` for a folder. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** The net's own files, for the TensorFlow.js format. */
export interface LayersModelFiles {
  readonly model: Uint8Array;
  readonly weights: Uint8Array;
}

/** The files of an export: those of each format, and a README.md that says how to use them and what they expect. */
export function exportFiles(net: TrainedNet, formats: readonly Format[], layersModel: LayersModelFiles): ExportedFile[] {
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const files = formats.flatMap((format): ExportedFile[] => {
    switch (format) {
      case 'tfjs': return [{ file: 'tfjs/model.json', bytes: layersModel.model }, { file: 'tfjs/weights.bin', bytes: layersModel.weights }];
      case 'keras': return [{ file: 'model.keras', bytes: toKeras(net) }];
      case 'onnx': return [{ file: 'model.onnx', bytes: toOnnx(net) }];
      case 'js': return [{ file: 'model.mjs', bytes: text(toModule(net)) }];
    }
  });
  return [...files, { file: 'README.md', bytes: text(readme(net, formats)) }];
}
