export { growTree } from './grow';
export { addVotes } from './predict';
export { transposeBytes } from './transpose';
