import type { ArtifactKind } from '@layerwise/contracts';

/** What a role of an experiment reads: the role that provides each input; `first` present one of a list. */
export interface Role {
  /** The kind of artifact that the role's stage must write. */
  readonly writes: ArtifactKind;
  /** The package used where the study names none; without one the role is optional. */
  readonly uses?: string;
  /** Input name -> the roles that may provide it, the first one present is taken. */
  readonly inputs: Readonly<Record<string, readonly string[]>>;
  /** The role whose stage, with the parameters of its `part`, this one's is; it has no section, and is there if the stage has a part. */
  readonly partOf?: string;
  /** The role whose stage does this one's work, with other parameters; it has no section, and is there if another stage compares itself with it. */
  readonly variantOf?: string;
  /** Whether it also reads the trainings from further seeds, as `repeat2`, `repeat3`, as far as its stage declares them. */
  readonly readsRepeats?: boolean;
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
  maps: {
    writes: 'embedding',
    partOf: 'embed',
    inputs: { pixels: ['preprocess'] },
    doc: 'The maps of the pixels, which do not depend on the net.',
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
  shuffled: {
    writes: 'model',
    variantOf: 'train',
    inputs: { features: ['reduce', 'preprocess'] },
    doc: 'The same net trained on shuffled labels, to compare with.',
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
    inputs: {
      pixels: ['preprocess'],
      maps: ['maps'],
      features: ['reduce', 'preprocess'],
      activations: ['activations'],
    },
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
    readsRepeats: true,
    inputs: {
      pixels: ['preprocess'],
      features: ['reduce', 'preprocess'],
      model: ['train'],
      shuffled: ['shuffled'],
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
      classes: ['classes'],
    },
    doc: 'The HTML report.',
  },
} as const satisfies Record<string, Role>;

/** Name of a role. */
export type RoleName = keyof typeof roles;

/** Names of all roles, in the order they run. */
export const roleNames = Object.keys(roles) as readonly RoleName[];

/** Names of the roles that have a section in study.yaml. */
export const sectionRoles = roleNames.filter((role) => {
  const { partOf, variantOf }: Role = roles[role];
  return partOf === undefined && variantOf === undefined;
});

/** The section of study.yaml that holds a role's parameters. */
export function sectionOf(role: RoleName): string {
  const { section }: Role = roles[role];
  return section ?? role;
}
