export { contributions, largest, respond, type Response } from './forward.js';
export { exportFiles, FORMATS, type ExportedFile, type Format, type LayersModelFiles } from './formats.js';
export { toHdf5, type Dataset, type Group } from './hdf5.js';
export { toKeras } from './keras.js';
export { parseLayers, type Activation, type DenseLayer } from './layers.js';
export { toModule } from './module.js';
export { readNet, type Step, type TrainedNet } from './net.js';
export { toOnnx } from './onnx.js';
export { stackOf, type StackLayer } from './stack.js';
