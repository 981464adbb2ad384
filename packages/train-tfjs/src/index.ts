export { stage } from './stage.js';
export { openBackend, type Backend, type Candidate } from './backend.js';
