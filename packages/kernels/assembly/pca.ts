export { gramSparse, gramDense, countNonZero, flushWords } from './pca-gram';
