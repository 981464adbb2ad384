export { stage } from './stage.js';
export { splitRows, type Choice, type Rows } from './split.js';
export { fitScale, type Scale } from './scale.js';
