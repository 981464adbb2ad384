import { readdirSync } from 'node:fs';

/**
 * Which packages of this repository a package may import: the direction of dependencies.
 * Read by eslint.config.js (imports) and by test/layers.test.ts (imports and package.json).
 */
const stage = ['contracts', 'nets', 'kernels'];
const reductions = readdirSync(new URL('../packages', import.meta.url)).filter((name) => name.startsWith('reduce-'));
const stages = ['ingest', 'preprocess', 'train', 'activations', 'embed', 'nodes', 'classes', 'report', ...reductions];

export const layers = {
  contracts: [],
  nets: ['contracts'],
  kernels: ['contracts', 'nets'],
  study: ['contracts'],
  store: ['contracts'],
  ingest: [...stage, 'images'],
  preprocess: stage,
  reduce: stage,
  ...Object.fromEntries(reductions.map((name) => [name, [...stage, 'reduce']])),
  fit: stage,
  train: [...stage, 'fit'],
  'train-tfjs': [...stage, 'fit'],
  activations: stage,
  embed: stage,
  nodes: stage,
  classes: stage,
  report: [...stage, 'images', 'scan'],
  images: ['contracts'],
  scan: ['contracts', 'images'],
  export: ['contracts', 'nets'],
  conformance: ['contracts'],
  workspace: ['contracts', 'study', 'store', 'report'],
  'nx-plugin': ['contracts', 'store', 'study', 'workspace'],
  scaffold: [],
  cli: [
    'contracts',
    'study',
    'store',
    'ingest',
    'report',
    'workspace',
    'nx-plugin',
    'images',
    'scan',
    'export',
    'nets',
    'scaffold',
  ],
  layerwise: [...stages, 'contracts', 'store', 'scaffold', 'cli', 'train-tfjs'],
  'create-layerwise': ['scaffold'],
};

/** The order of folders and files in the source of a package: each may import those that stand before it, and itself. `browser` lies beside `src`. */
export const order = {
  report: [
    'params',
    'page',
    'plots',
    'payloads',
    'browser',
    'data',
    'analysis',
    'figures',
    'crew',
    'study',
    'sections',
    'report',
    'stage',
    'index',
  ],
};
