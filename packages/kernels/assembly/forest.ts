export { growTree } from './forest-grow';
export { addVotes } from './forest-predict';
export { transposeBytes } from './forest-transpose';
