import type { ArtifactKind } from '@layerwise/contracts';

/** What a role of an experiment reads: the role that provides each input; `first` present one of a list. */
export interface Role {
  /** The kind of artifact that the role's stage must write. */
  readonly writes: ArtifactKind;
  /** The package used where the study names none; without one the role is optional. */
  readonly uses?: string;
  /** Input name -> the roles that may provide it, the first one present is taken. */
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  /** The section of study.yaml that holds its parameters, where it is not the role's own name. */
  readonly section?: string;
  /** One line for editor completion. */
  readonly doc: string;
}

/** The roles of an experiment, in the order they run. */
export const roles = {
  ingest: { writes: 'dataset', uses: '@layerwise/ingest', inputs: {}, section: 'dataset', doc: 'Which data to read.' },
  preprocess: {
    writes: 'features',
    uses: '@layerwise/preprocess',
    inputs: { dataset: ['ingest'] },
    doc: 'Validation split, scaling, labels.',
  },
  reduce: {
    writes: 'features',
    inputs: { features: ['preprocess'] },
    doc: 'Optional feature reduction; `uses` names the package.',
  },
  train: {
    writes: 'model',
    uses: '@layerwise/train',
    inputs: { features: ['reduce', 'preprocess'] },
    doc: 'The net and how it is trained.',
  },
  activations: {
    writes: 'activations',
    uses: '@layerwise/activations',
    inputs: { features: ['reduce', 'preprocess'], model: ['train'] },
    doc: 'Hidden activations of every row.',
  },
  embed: {
    writes: 'embedding',
    uses: '@layerwise/embed',
    inputs: { pixels: ['preprocess'], features: ['reduce', 'preprocess'], activations: ['activations'] },
    doc: 'Two- and three-dimensional maps of pixels and activations.',
  },
  nodes: {
    writes: 'nodes',
    uses: '@layerwise/nodes',
    inputs: {
      pixels: ['preprocess'],
      features: ['reduce', 'preprocess'],
      model: ['train'],
      activations: ['activations'],
    },
    doc: 'What each hidden node responds to.',
  },
  classes: {
    writes: 'classes',
    uses: '@layerwise/classes',
    inputs: {
      pixels: ['preprocess'],
      features: ['reduce', 'preprocess'],
      model: ['train'],
      activations: ['activations'],
    },
    doc: 'What tells each class from its rivals.',
  },
  report: {
    writes: 'report',
    uses: '@layerwise/report',
    inputs: {
      dataset: ['ingest'],
      pixels: ['preprocess'],
      features: ['reduce', 'preprocess'],
      model: ['train'],
      activations: ['activations'],
      embedding: ['embed'],
      nodes: ['nodes'],
    },
    doc: 'The HTML report.',
  },
} as const satisfies Record<string, Role>;

/** Name of a role. */
export type RoleName = keyof typeof roles;

/** Names of all roles, in the order they run. */
export const roleNames = Object.keys(roles) as readonly RoleName[];

/** The section of study.yaml that holds a role's parameters. */
export function sectionOf(role: RoleName): string {
  const { section }: Role = roles[role];
  return section ?? role;
}
