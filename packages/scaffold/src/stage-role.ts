/** What the samples of `@layerwise/conformance` make. */
type Sample = 'dataset' | 'features' | 'model' | 'activations' | 'embedding';

/** What a new stage for a role starts from, and is tried with. */
interface Start {
  /** The stage that it varies; none has a template of its own. */
  readonly uses?: string;
  /** Its section in a study, where that is not called as the role. */
  readonly section?: string;
  /** What else stands in that section. */
  readonly example?: string;
  /** Parameters of the trial, as JavaScript. */
  readonly params: string;
  /** Input -> what it is a sample of. */
  readonly inputs: Readonly<Record<string, Sample>>;
  readonly checkpoints?: boolean;
}

const ofNet = { pixels: 'features', features: 'features', model: 'model', activations: 'activations' } as const;

/** The roles of an experiment that a new stage may have. */
export const stageRoles = {
  reduce: { example: 'topK: 20', params: '{ topK: 12 }', inputs: { features: 'features' } },
  train: {
    uses: '@layerwise/train',
    example: 'hidden: [{ units: 16 }], epochs: 15',
    params: '{ hidden: [{ units: 4 }], epochs: 2 }',
    inputs: { features: 'features' },
    checkpoints: true,
  },
  embed: {
    uses: '@layerwise/embed',
    example: 'pca: [2], tsne: []',
    params: '{}',
    inputs: { pixels: 'features', features: 'features', activations: 'activations' },
  },
  ingest: {
    uses: '@layerwise/ingest',
    section: 'dataset',
    example: 'use: strokes, strokes: { train: 6000, test: 1000 }',
    params: "{ use: 'strokes', strokes: { train: 30, test: 10 } }",
    inputs: {},
  },
  preprocess: {
    uses: '@layerwise/preprocess',
    example: 'validation: { lastFraction: 0.1 }, scale: by255',
    params: "{ validation: { lastFraction: 0.25 }, scale: 'by255' }",
    inputs: { dataset: 'dataset' },
  },
  activations: {
    uses: '@layerwise/activations',
    params: '{}',
    inputs: { features: 'features', model: 'model' },
  },
  nodes: { uses: '@layerwise/nodes', params: '{ images: 3, bootstrap: 10, steps: 4 }', inputs: ofNet },
  classes: { uses: '@layerwise/classes', params: '{ rows: 20, draws: 4 }', inputs: ofNet },
  report: {
    uses: '@layerwise/report',
    params: "{ study: 'sample', experiment: 'exp1' }",
    inputs: {
      ...{ dataset: 'dataset', pixels: 'features', features: 'features' },
      ...{ model: 'model', activations: 'activations', embedding: 'embedding' },
    },
  },
} as const satisfies Record<string, Start>;

/** Name of a role that a new stage may have. */
export type StageRole = keyof typeof stageRoles;

/** What a new stage for a role starts from. */
export function startOf(role: StageRole): Start {
  return stageRoles[role];
}

/** The lines of a study that use a stage, in one. */
export function exampleOf(role: StageRole, name: string): string {
  const { section = role, example } = startOf(role);
  return `${section}: { uses: '${name}'${example === undefined ? '' : `, ${example}`} }`;
}

/** The package that tries a stage. */
const suite = '@layerwise/conformance';

/** A test by `node --test` that a stage of the role keeps the rules of stages. */
export function trialOf(role: StageRole): string {
  const { params, inputs, checkpoints } = startOf(role);
  const sampleOf = (kind: Sample): string => `sample${kind[0]?.toUpperCase()}${kind.slice(1)}`;
  const samples = [...new Set(Object.values(inputs).map(sampleOf))].sort();
  const made = Object.entries(inputs).map(([input, kind]) => `  ${input}: await ${sampleOf(kind)}(sizes),\n`);
  const given =
    made.length === 0 ? 'const inputs = () => ({});' : `const inputs = async (sizes) => ({\n${made.join('')}});`;
  return `import { test } from 'node:test';
import { ${['conformance', ...samples].join(', ')} } from '${suite}';
import { stage } from './index.js';

const params = ${params};
${given}

for (const { name, run } of conformance(stage, { params, inputs${checkpoints ? ', checkpoints: true' : ''} })) test(name, run);
`;
}
