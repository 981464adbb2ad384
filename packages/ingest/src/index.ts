export { stage } from './stage.js';
export { fetchMnist, type FetchOptions } from './download/fetch-mnist.js';
export type { Patience } from './download/transfer.js';
export { MNIST_MIRRORS } from './download/mirrors.js';
export { findMnist, MNIST_FILES, type MnistFile } from './download/mnist-files.js';
export { pairLabels, parseIdx, readIdx, type Idx, type IdxRule } from './codecs/idx.js';
export { drawStrokes, STROKES_SIZE, type StrokesJob } from './synthetic-digits/draw.js';
