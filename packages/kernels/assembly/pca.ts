export { gramShare } from './pca-gram';
export { addColumnSums, addGramFloat } from './pca-float';
export { tridiagonalize, helpTridiagonalize, backTransform } from './pca-tridiagonal';
export { implicitQl, inverseIteration, defect } from './pca-eigen';
export { projectShare } from './pca-project';
export { orderRows } from './pca-order';
export { gatherOne, gatherThree, gatherTwo } from './gather'; // so that they stay functions of their own: inlined, their sums would not all be in registers
