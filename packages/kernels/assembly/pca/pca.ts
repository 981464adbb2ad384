export { gramShare } from './gram';
export { addColumnSums, addGramFloat } from './float';
export { tridiagonalize, helpTridiagonalize, backTransform } from './tridiagonal';
export { implicitQl, inverseIteration, defect } from './eigen';
export { projectShare } from './project';
export { orderRows } from './order';
export { gatherOne, gatherThree, gatherTwo } from '../shared/gather'; // so that they stay functions of their own: inlined, their sums would not all be in registers
