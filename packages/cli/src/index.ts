export * from './experiment.js';
export * from './main.js';
export * from './run-stage.js';
export * from './statistics.js';
export * from './workspace.js';
