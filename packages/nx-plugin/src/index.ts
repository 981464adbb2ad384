export * from './code.js';
export * from './gate.js';
export * from './live-view.js';
export * from './plugin.js';
export * from './projects.js';
export * from './shared-cache.js';
export { readStudy } from './study-file.js';
export * from './workspace.js';
