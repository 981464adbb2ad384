export * from './arrow.js';
export * from './fingerprint.js';
export * from './lock.js';
export * from './manifest.js';
export * from './parquet.js';
export * from './reader.js';
export * from './store.js';
export * from './writer.js';
