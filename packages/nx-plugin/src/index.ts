export * from './cache-proxy.js';
export * from './live-view.js';
export * from './plugin.js';
export * from './projects.js';
export * from './shared-cache.js';
