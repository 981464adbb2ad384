export { stage } from './stage.js';
export { CANDIDATES, openBackend, type Backend, type Candidate } from './backend.js';
