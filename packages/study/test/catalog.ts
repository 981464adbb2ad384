import {
  defineStage,
  integer,
  list,
  object,
  number,
  string,
  type AnyStage,
  type ArtifactKind,
  type Fields,
} from '@layerwise/contracts';

const doc = 'a field';

function stage(
  id: string,
  reads: Record<string, ArtifactKind>,
  writes: ArtifactKind,
  params: Fields,
  seeded = false,
): AnyStage {
  return defineStage({
    id,
    summary: `the ${id} of the tests`,
    params,
    reads,
    writes,
    seeded: () => seeded,
    run: async () => undefined,
  });
}

/** A stage for every role, under the names of the repository's own packages, and two swaps. */
export const catalog: ReadonlyMap<string, AnyStage> = new Map([
  ['@layerwise/ingest', stage('ingest', {}, 'dataset', { use: string({ default: 'mnist', doc }) })],
  [
    '@layerwise/preprocess',
    stage('preprocess', { dataset: 'dataset' }, 'features', { first: integer({ min: 0, default: 0, doc }) }),
  ],
  [
    '@layerwise/reduce-pca',
    stage('reduce-pca', { features: 'features' }, 'features', { variance: number({ above: 0, max: 1, doc }) }),
  ],
  [
    '@layerwise/reduce-forest',
    stage(
      'reduce-forest',
      { features: 'features' },
      'features',
      { trees: integer({ min: 1, default: 100, doc, formerly: { name: 'estimators' } }) },
      true,
    ),
  ],
  [
    '@layerwise/train',
    stage(
      'train',
      { features: 'features' },
      'model',
      {
        epochs: integer({ min: 1, default: 5, doc }),
        hidden: list(object({ units: integer({ min: 1, doc }) }, { doc }), { default: [], doc }),
      },
      true,
    ),
  ],
  ['@layerwise/activations', stage('activations', { features: 'features', model: 'model' }, 'activations', {})],
  [
    '@layerwise/embed',
    stage(
      'embed',
      { pixels: 'features', 'activations?': 'activations' },
      'embedding',
      { dimensions: integer({ min: 2, max: 3, default: 2, doc }) },
      true,
    ),
  ],
  ['@layerwise/nodes', stage('nodes', { activations: 'activations' }, 'nodes', {})],
  ['@layerwise/classes', stage('classes', { activations: 'activations' }, 'classes', {})],
  [
    '@layerwise/report',
    stage('report', { dataset: 'dataset', model: 'model', embedding: 'embedding', 'nodes?': 'nodes' }, 'report', {
      title: string({ optional: true, doc }),
      published: object(
        { test: object({ accuracy: number({ optional: true, doc }) }, { optional: true, doc }) },
        { optional: true, doc },
      ),
    }),
  ],
  ['thirsty', stage('thirsty', { water: 'features' }, 'features', {})],
]);
