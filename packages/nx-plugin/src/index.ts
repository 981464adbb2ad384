export * from './plugin.js';
export * from './projects.js';
export * from './workspace.js';
