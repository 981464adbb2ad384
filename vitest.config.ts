import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that start whole workspaces first, so that what the workers do last is short and they end together. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isOfPackage = ({ moduleId }: TestSpecification): boolean => /\/packages\/[^/]+\/test\//.test(moduleId);
    return [...sorted.filter((file) => !isOfPackage(file)), ...sorted.filter(isOfPackage)];
  }
}

export default defineConfig({
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: 'test/workspace/build.mjs',
    testTimeout: 120_000,
    hookTimeout: 240_000,
    pool: 'forks',
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
  },
});
