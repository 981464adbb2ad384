/** The Nx plugin: `"plugins": ["layerwise"]` in nx.json. */
export * from '@layerwise/cli/plugin';
