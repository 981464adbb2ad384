export { stage } from './stage.js';
export { fetchMnist, type FetchOptions } from './download/fetch-mnist.js';
export { MNIST_MIRRORS } from './download/mirrors.js';
export { findMnist, MNIST_FILES, type MnistFile } from './mnist-files.js';
export { pairLabels, parseIdx, readIdx, type Idx, type IdxRule } from './idx.js';
export { drawStrokes, STROKES_SIZE, type StrokesJob } from './strokes/draw.js';
