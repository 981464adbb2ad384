export * from './file-set.js';
export * from './name.js';
export * from './stage.js';
export * from './stage-role.js';
export * from './study.js';
export * from './workspace.js';
