import type { TrainedNet } from '@layerwise/nets';
import type { ExportedFile, ExportFormat, LayersModelFiles } from './format.js';
import { javascript } from './formats/javascript.js';
import { keras } from './formats/keras.js';
import { onnx } from './formats/onnx.js';
import { safetensors } from './formats/safetensors.js';
import { tfjs } from './formats/tfjs.js';
import { readme } from './readme.js';

/** Formats that a net can be exported to; a new one is a file in formats/ and a word here. */
export const FORMATS: readonly ExportFormat[] = [tfjs, keras, onnx, javascript, safetensors];

/** The files of an export: those of each format, and a README.md that says how to use them and what they expect. */
export function exportFiles(net: TrainedNet, formats: readonly ExportFormat[], own: LayersModelFiles): ExportedFile[] {
  const files = formats.flatMap((format) => format.files(net, own));
  return [...files, { file: 'README.md', bytes: new TextEncoder().encode(readme(net, formats)) }];
}
