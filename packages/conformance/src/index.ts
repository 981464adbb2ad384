export * from './checks.js';
export * from './memory.js';
export * from './samples.js';
export type { Undeclared } from './undeclared.js';
