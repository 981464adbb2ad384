import { integer, list, object, number, received, string, type Fields } from '@layerwise/contracts';

const scores = object(
  {
    accuracy: number({ min: 0, max: 1, optional: true, doc: 'Share of rows predicted rightly, 0 to 1.' }),
    loss: number({ min: 0, optional: true, doc: 'Mean cross-entropy in nats.' }),
    labelRmse: number({ min: 0, optional: true, doc: 'Root mean squared error of the predicted label.' }),
    reruns: list(number({ min: 0, max: 1, doc: 'accuracy of another run' }), {
      optional: true,
      doc: 'Accuracies of further published runs of the same experiment.',
    }),
  },
  { optional: true, doc: 'Figures of one split.' },
);

/** The interval, both ends included, in which a figure must lie. */
const interval = (what: string, max?: number) =>
  list(number({ min: 0, ...(max === undefined ? {} : { max }), doc: 'end of the interval' }), {
    minItems: 2,
    maxItems: 2,
    optional: true,
    doc: `[lowest, highest] ${what}; a run outside fails after its report is written.`,
  });

/** What names of studies and experiments look like: they are names of folders and of Nx projects and targets. */
export const namePattern = '^[A-Za-z][A-Za-z0-9_-]{0,63}$';
/** `namePattern`, compiled. */
export const nameRule = new RegExp(namePattern);
/** Names that no study may have, however capitalised: folders of artifacts/, and the project of the repository itself. */
const reservedStudies = ['stages', 'failed', 'compare', 'layerwise'];
/** Names that no experiment may have, however capitalised: the targets that each study has, and its own page. */
const reservedExperiments = ['all', 'compute', 'report'];
/** Targets for which Nx runs others: `t` for `test`, and so on. */
const nxShortForms = ['b', 'e', 'l', 's', 't'];
/** What is there under any name that nobody gave: Nx keeps projects and targets in plain objects. */
const inherited = Object.getOwnPropertyNames(Object.prototype);
/** How the id of a stage instance ends; it is the name of an Nx project, as a study's is. */
const instanceEnd = /-[0-9a-f]{12}$/;

/** A rule of names beside `namePattern`: which names break it, and what is said of them. */
export interface NameRule {
  readonly broken: RegExp;
  readonly says: string;
}

function anyOf(names: readonly string[]): RegExp {
  return new RegExp(`^(${names.join('|')})$`);
}

/** As {@link anyOf}, however capitalised; without a flag, which a JSON Schema has not. */
function anyCase(names: readonly string[]): RegExp {
  return anyOf(names.map((name) => name.replace(/./g, (letter) => `[${letter.toUpperCase()}${letter}]`)));
}

const notInherited: NameRule = {
  broken: anyOf(inherited),
  says: 'must not be the name of a property that every object has',
};

function notReserved(names: readonly string[]): NameRule {
  return { broken: anyCase(names), says: `must not be one of ${names.join(', ')}, which have a meaning of their own` };
}

/** What the name of a study must not be. */
export const studyNameRules: readonly NameRule[] = [
  notReserved(reservedStudies),
  notInherited,
  { broken: instanceEnd, says: 'must not end like the name of a stage, in - and 12 hexadecimal digits' },
];
/** What the name of an experiment must not be. */
export const experimentNameRules: readonly NameRule[] = [
  notReserved(reservedExperiments),
  notInherited,
  {
    broken: anyOf(nxShortForms),
    says: `must not be one of ${nxShortForms.join(', ')}, which Nx takes for short forms of other targets`,
  },
];

/** The rule that a name breaks, in words. */
export function nameFault(name: string, rules: readonly NameRule[]): string | undefined {
  if (!nameRule.test(name))
    return `must be at most 64 letters, digits, - and _, beginning with a letter, got ${received(name)}`;
  const rule = rules.find(({ broken }) => broken.test(name));
  return rule && `${rule.says}, got '${name}'`;
}

/** Fields of study.yaml that are not sections of a role. */
export const studyFields = {
  name: string({ doc: 'Name of the study, and of its Nx project.' }),
  title: string({ optional: true, doc: 'Shown at the top of every report.' }),
  seed: integer({ min: 0, max: 4294967295, default: 0, doc: 'Seed of every random stream of the study.' }),
  repeats: integer({
    min: 1,
    max: 100,
    default: 1,
    doc: 'How many seeds each net is trained from: seed, seed + 1, ...; maps, activations and report are of the first.',
  }),
} as const satisfies Fields;

/** Fields of one experiment that are not sections of a role. */
export const experimentFields = {
  extends: string({
    optional: true,
    doc: 'Another experiment of this study to start from: its sections, field by field, its seed and its repeats; not its title, published and expect.',
  }),
  title: string({ optional: true, doc: 'Shown at the top of the report.' }),
  seed: integer({
    min: 0,
    max: 4294967295,
    optional: true,
    doc: "Overrides the study's seed for this experiment's own stages.",
  }),
  repeats: integer({ min: 1, max: 100, optional: true, doc: "Overrides the study's number of seeds." }),
  published: object(
    {
      train: scores,
      validation: scores,
      test: scores,
      source: string({ optional: true, doc: 'Where the figures come from.' }),
    },
    { optional: true, doc: 'Figures of another implementation, shown beside the measured ones.' },
  ),
  expect: object(
    {
      'train.accuracy': interval('accuracy on the training rows', 1),
      'validation.accuracy': interval('accuracy on the validation rows', 1),
      'test.accuracy': interval('accuracy on the test rows', 1),
      'train.loss': interval('loss on the training rows'),
      'validation.loss': interval('loss on the validation rows'),
      'test.loss': interval('loss on the test rows'),
    },
    { optional: true, doc: 'Figures that this experiment must reach; they change nothing that is computed.' },
  ),
} as const satisfies Fields;
