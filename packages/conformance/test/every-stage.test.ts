import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const packages = new URL('../../', import.meta.url);

/** Packages that define a stage. */
const stages = readdirSync(packages).filter((name) => {
  const stage = new URL(`${name}/src/stage.ts`, packages);
  return existsSync(stage) && readFileSync(stage, 'utf8').includes('defineStage(');
});

describe('every stage package', () => {
  it('is found', () =>
    expect(stages).toEqual(
      expect.arrayContaining([
        'ingest',
        'preprocess',
        'reduce-pca',
        'reduce-forest',
        'train',
        'train-tfjs',
        'activations',
        'embed',
        'nodes',
        'classes',
        'report',
      ]),
    ));

  it.each(stages)('%s runs the conformance suite', (name) => {
    const test = new URL(`${name}/test/conformance.test.ts`, packages);
    expect(existsSync(test), `packages/${name}/test/conformance.test.ts is missing`).toBe(true);
    expect(readFileSync(test, 'utf8')).toMatch(/of conformance\(stage,/);
  });
});
