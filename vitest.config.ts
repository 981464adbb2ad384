import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: 'test/workspace/build.mjs',
    testTimeout: 240_000,
    hookTimeout: 480_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
