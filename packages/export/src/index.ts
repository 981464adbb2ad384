export type { ExportedFile, ExportFormat, LayersModelFiles } from './format.js';
export { exportFiles, FORMATS } from './formats.js';
export { toModule } from './formats/javascript.js';
export { toKeras } from './formats/keras.js';
export { toOnnx } from './formats/onnx.js';
export { toHdf5, type Dataset, type Group } from './hdf5.js';
