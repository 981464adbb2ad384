import { LayerwiseError } from '@layerwise/contracts';
import { packagesOf, parseStudy, planStudy } from '@layerwise/study';
import { describe, expect, it } from 'vitest';
import { catalog } from './catalog.js';

const file = 'pipelines/tiny/study.yaml';

function read(text: string): void {
  planStudy(parseStudy(text, file), { catalog, rawState: () => ({ files: [], complete: true }) });
}

function refusal(text: string): LayerwiseError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof LayerwiseError) return error;
    throw error;
  }
  throw new Error('the study was accepted');
}

const experiments = 'experiments: { exp1: {} }\n';
const aliases = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`),
].join('\n');

/** What is wrong; the file; the line; what the message says. */
const bad: [what: string, text: string, line: number, said: string][] = [
  ['an empty file', '', 1, 'study: must be a group of fields with name and experiments, got an empty file'],
  ['a file of comments', '# a study\n', 1, 'got an empty file'],
  ['a list', '- name: x\n', 1, 'study: must be a group of fields with name and experiments, got [{"name":"x"}]'],
  ['a text', 'hello\n', 1, 'must be a group of fields with name and experiments, got "hello"'],
  ['bytes that are no text', '\u0000\u0001\u0002', 1, 'must be'],
  ['no name', experiments, 1, "study: needs the field 'name'"],
  ['a name that is a number', `name: 5\n${experiments}`, 1, 'name must be a text, got 5'],
  [
    'a name that is a path',
    `name: ../../etc\n${experiments}`,
    1,
    'name must be at most 64 letters, digits, - and _, beginning with a letter, got "../../etc"',
  ],
  ['a name with a colon', `name: 'a:b'\n${experiments}`, 1, 'beginning with a letter, got "a:b"'],
  ['a name too long', `name: ${'a'.repeat(65)}\n${experiments}`, 1, 'must be at most 64 letters'],
  [
    'a name that is taken by a folder of artifacts',
    `name: stages\n${experiments}`,
    1,
    "name must not be one of stages, failed, compare, layerwise, which have a meaning of their own, got 'stages'",
  ],
  [
    'a name that is taken by the folder of comparisons',
    `name: Compare\n${experiments}`,
    1,
    "which have a meaning of their own, got 'Compare'",
  ],
  [
    'a name like that of a stage instance',
    `name: train-0123456789ab\n${experiments}`,
    1,
    "name must not end like the name of a stage, in - and 12 hexadecimal digits, got 'train-0123456789ab'",
  ],
  [
    'no experiments',
    'name: tiny\n',
    1,
    'study tiny: needs at least one experiment under experiments, such as exp1: {}, got nothing',
  ],
  [
    'experiments left empty',
    'name: tiny\nexperiments:\n',
    2,
    'experiments needs at least one experiment, such as exp1: {}, got null',
  ],
  [
    'an empty group of experiments',
    'name: tiny\nexperiments: {}\n',
    2,
    'needs at least one experiment, such as exp1: {}, got {}',
  ],
  [
    'a list of experiments',
    'name: tiny\nexperiments:\n  - exp1\n',
    2,
    'needs at least one experiment, such as exp1: {}, got ["exp1"]',
  ],
  [
    'an experiment left empty',
    'name: tiny\nexperiments:\n  exp1:\n',
    3,
    'exp1 must be a group of fields, got null; {} is one that leaves all to the study',
  ],
  [
    'an experiment with the name of the target of all',
    'name: tiny\nexperiments:\n  all: {}\n',
    3,
    "all must not be one of all, compute, report, which have a meaning of their own, got 'all'",
  ],
  ...['compute', 'Compute'].map((name): (typeof bad)[0] => [
    `an experiment with the name of the target of affected studies: ${name}`,
    `name: tiny\nexperiments:\n  ${name}: {}\n`,
    3,
    `${name} must not be one of all, compute, report, which have a meaning of their own, got '${name}'`,
  ]),
  ...['compare', 'stages', 'failed'].map((name): (typeof bad)[0] => [
    `a study with the name of a folder of artifacts: ${name}`,
    `name: ${name}\nexperiments:\n  exp1: {}\n`,
    1,
    `name must not be one of stages, failed, compare, layerwise, which have a meaning of their own, got '${name}'`,
  ]),
  ...['b', 'e', 'l', 's', 't'].map((name): (typeof bad)[0] => [
    `an experiment named ${name}, which Nx takes for another target`,
    `name: tiny\nexperiments:\n  ${name}: {}\n`,
    3,
    `${name} must not be one of b, e, l, s, t, which Nx takes for short forms of other targets, got '${name}'`,
  ]),
  ...[
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'isPrototypeOf',
    'propertyIsEnumerable',
    'toLocaleString',
  ].flatMap((name): typeof bad => [
    [
      `an experiment named ${name}`,
      `name: tiny\nexperiments:\n  ${name}: {}\n`,
      3,
      `${name} must not be the name of a property that every object has, got '${name}'`,
    ],
    [
      `a study named ${name}`,
      `name: ${name}\n${experiments}`,
      1,
      `name must not be the name of a property that every object has, got '${name}'`,
    ],
  ]),
  [
    'an experiment named __proto__',
    'name: tiny\nexperiments:\n  __proto__: {}\n',
    3,
    '__proto__ must be at most 64 letters, digits, - and _, beginning with a letter',
  ],
  [
    'a section with a field __proto__',
    'name: tiny\nexperiments:\n  exp1:\n    train: { __proto__: { epochs: 3 } }\n',
    4,
    'exp1.train.__proto__ is not a known field',
  ],
  [
    'a section of the study with a field __proto__',
    `name: tiny\ntrain: { __proto__: { epochs: 3 } }\n${experiments}`,
    2,
    'train.__proto__ is not a known field',
  ],
  [
    'an experiment with a field __proto__',
    'name: tiny\nexperiments:\n  exp1: { __proto__: { seed: 3 } }\n',
    3,
    'exp1.__proto__ is not a known field',
  ],
  [
    'a group within a section with a field __proto__',
    'name: tiny\nexperiments:\n  exp1:\n    train: { hidden: [{ units: 3, __proto__: { units: 4 } }] }\n',
    4,
    '__proto__ is not a known field',
  ],
  [
    'an experiment named by a number',
    'name: tiny\nexperiments:\n  1: {}\n',
    3,
    'must be at most 64 letters, digits, - and _, beginning with a letter, got "1"',
  ],
  [
    'two experiments of one name',
    'name: tiny\nexperiments:\n  exp1: {}\n  exp2: {}\n  exp1: {}\n',
    5,
    "must have every name once in its group, got 'exp1' twice, first on line 3",
  ],
  [
    'two experiments that differ by capitals alone',
    'name: tiny\nexperiments:\n  exp1: {}\n  Exp1: {}\n',
    4,
    "Exp1 must differ from 'exp1' by more than capitals",
  ],
  ['two names', `name: a\nname: b\n${experiments}`, 2, "got 'name' twice"],
  [
    'a misspelt field of the study',
    `name: tiny\nsede: 4\n${experiments}`,
    2,
    "sede is not a known field; did you mean 'seed'?",
  ],
  [
    'a misspelt section of the study',
    `name: tiny\npreproces: {}\n${experiments}`,
    2,
    "preproces is not a known field; did you mean 'preprocess'?",
  ],
  [
    'a field of the study unlike any',
    `name: tiny\ncolour: red\n${experiments}`,
    2,
    'colour is not a known field; known: name, title, seed',
  ],
  [
    'a misspelt section of an experiment',
    'name: tiny\nexperiments:\n  exp1:\n    tarin: {}\n',
    4,
    "exp1.tarin is not a known field; did you mean 'train'?",
  ],
  [
    'a misspelt parameter',
    'name: tiny\nexperiments:\n  exp1:\n    train:\n      epohcs: 3\n',
    5,
    "exp1.train.epohcs is not a known field; did you mean 'epochs'?",
  ],
  [
    'a misspelt parameter of the study, said once',
    'name: tiny\ntrain:\n  epohcs: 3\nexperiments:\n  exp1: {}\n  exp2: {}\n',
    3,
    "study tiny: train.epohcs is not a known field; did you mean 'epochs'?",
  ],
  [
    "a wrong parameter of the study in a section that an experiment has too, at the study's line",
    'name: tiny\ntrain:\n  epochs: 0\nexperiments:\n  exp1:\n    train: { hidden: [] }\n',
    3,
    'train.epochs must be a whole number of at least 1, got 0',
  ],
  [
    'a wrong parameter, nested',
    'name: tiny\nexperiments:\n  exp1:\n    train:\n      hidden:\n        - units: 5\n        - units: 0\n',
    7,
    'exp1.train.hidden.1.units must be a whole number of at least 1, got 0',
  ],
  [
    'a number out of range',
    'name: tiny\nexperiments:\n  exp4:\n    reduce: { uses: "@layerwise/reduce-pca", variance: 1.5 }\n',
    4,
    'exp4.reduce.variance must be a number in (0, 1], got 1.5',
  ],
  [
    'a missing parameter',
    'name: tiny\nexperiments:\n  exp4:\n    reduce: { uses: "@layerwise/reduce-pca" }\n',
    4,
    "exp4.reduce needs the field 'variance'",
  ],
  [
    'not a number',
    'name: tiny\nexperiments:\n  exp4:\n    reduce: { uses: "@layerwise/reduce-pca", variance: .nan }\n',
    4,
    'exp4.reduce.variance must be a number in (0, 1], got NaN',
  ],
  [
    'a section that is a number',
    'name: tiny\nexperiments:\n  exp1:\n    train: 5\n',
    4,
    'exp1.train must be a group of fields, got 5',
  ],
  [
    'a section left empty',
    'name: tiny\nexperiments:\n  exp1:\n    train:\n',
    4,
    'exp1.train must be a group of fields, got null',
  ],
  [
    'a reduction without a package',
    'name: tiny\nexperiments:\n  exp1:\n    reduce: { variance: 0.9 }\n',
    4,
    "exp1.reduce needs 'uses', the name of a stage package",
  ],
  [
    'a package that is a path',
    'name: tiny\nexperiments:\n  exp1:\n    train:\n      uses: ../evil.js\n',
    5,
    'exp1.train.uses must be the name of an installed package, got "../evil.js"',
  ],
  [
    'a package that is an absolute path',
    'name: tiny\nexperiments:\n  exp1:\n    train: { uses: /etc/passwd }\n',
    4,
    'must be the name of an installed package, got "/etc/passwd"',
  ],
  [
    'a package that is a number',
    'name: tiny\nexperiments:\n  exp1:\n    train: { uses: 5 }\n',
    4,
    'exp1.train.uses must be the name of an installed package, got 5',
  ],
  [
    'a package for another role',
    'name: tiny\nexperiments:\n  exp1:\n    reduce: { uses: "@layerwise/train" }\n',
    4,
    "exp1.reduce.uses must be a package for reduce, got '@layerwise/train', which writes model, not features",
  ],
  [
    'a package that reads what the role is not given',
    'name: tiny\nexperiments:\n  exp1:\n    reduce: { uses: thirsty }\n',
    4,
    "got 'thirsty', which reads water, of which reduce is given features",
  ],
  [
    'a seed below zero',
    `name: tiny\nseed: -1\n${experiments}`,
    2,
    'seed must be a whole number in [0, 4294967295], got -1',
  ],
  [
    'a seed of an experiment that is a fraction',
    'name: tiny\nexperiments:\n  exp1:\n    seed: 0.5\n',
    4,
    'exp1.seed must be a whole number in [0, 4294967295], got 0.5',
  ],
  [
    'a seed of a section that is a text',
    'name: tiny\nexperiments:\n  exp1:\n    train:\n      epochs: 2\n      seed: x\n',
    6,
    'exp1.train.seed must be a whole number in [0, 4294967295], got "x"',
  ],
  [
    'a published accuracy in percent',
    'name: tiny\nexperiments:\n  exp1:\n    published: { test: { accuracy: 97.5 } }\n',
    4,
    'exp1.published.test.accuracy must be a number in [0, 1], got 97.5',
  ],
  [
    'an expected figure of no such name',
    'name: tiny\nexperiments:\n  exp1:\n    expect: { test.acuracy: [0.9, 1] }\n',
    4,
    "exp1.expect.test.acuracy is not a known field; did you mean 'test.accuracy'?",
  ],
  [
    'a single expected figure',
    'name: tiny\nexperiments:\n  exp1:\n    expect: { test.accuracy: 0.9 }\n',
    4,
    'exp1.expect.test.accuracy must be a list, got 0.9',
  ],
  [
    'an expected figure the wrong way round',
    'name: tiny\nexperiments:\n  exp1:\n    expect:\n      test.accuracy: [0.95, 0.9]\n',
    5,
    'exp1.expect.test.accuracy must be [lowest, highest], got [0.95,0.9]',
  ],
  ['no seeds at all', `name: tiny\nrepeats: 0\n${experiments}`, 2, 'repeats must be a whole number in [1, 100], got 0'],
  [
    'extends of an experiment that is not there',
    'name: tiny\nexperiments:\n  exp1: {}\n  exp2:\n    extends: epx1\n',
    5,
    `exp2.extends must name another experiment of this study, got "epx1"; did you mean 'exp1'?`,
  ],
  [
    'extends of a name unlike any',
    'name: tiny\nexperiments:\n  exp1: {}\n  exp2: {}\n  exp3: { extends: base }\n',
    5,
    'exp3.extends must name another experiment of this study, got "base"; known: exp1, exp2',
  ],
  [
    'extends of another study',
    'name: tiny\nexperiments:\n  exp1: {}\n  exp2: { extends: "other:exp1" }\n',
    4,
    'exp2.extends must name another experiment of this study, got "other:exp1"; known: exp1',
  ],
  [
    'extends of what every object has',
    'name: tiny\nexperiments:\n  exp1: {}\n  exp2: { extends: constructor }\n',
    4,
    'got "constructor"; known: exp1',
  ],
  [
    'extends of itself',
    'name: tiny\nexperiments:\n  exp1: {}\n  exp2: {}\n  exp3:\n    extends: exp3\n',
    6,
    'exp3.extends must name another experiment of this study, got "exp3", its own name; known: exp1, exp2',
  ],
  [
    'extends of itself, where there is no other',
    'name: tiny\nexperiments:\n  exp1: { extends: exp1 }\n',
    3,
    'got "exp1", its own name; remove it: there is no other',
  ],
  [
    'extends of a number',
    'name: tiny\nexperiments:\n  exp1: {}\n  exp2: { extends: 1 }\n',
    4,
    'exp2.extends must be a text, got 1',
  ],
  [
    'extends of several',
    'name: tiny\nexperiments:\n  exp1: {}\n  exp2: { extends: [exp1] }\n',
    4,
    'exp2.extends must be a text, got ["exp1"]',
  ],
  [
    'extends left empty',
    'name: tiny\nexperiments:\n  exp1: {}\n  exp2: { extends: }\n',
    4,
    'exp2.extends must be a text, got null',
  ],
  ['extends in the study', 'name: tiny\nextends: exp1\nexperiments: { exp1: {} }\n', 2, 'extends is not a known field'],
  [
    'two experiments that extend each other',
    'name: tiny\nexperiments:\n  exp1: {}\n  exp2: { extends: exp3 }\n  exp3:\n    extends: exp2\n',
    4,
    "exp2.extends must not lead back to its own experiment, got exp2 (line 4) > exp3 (line 6) > exp2; remove 'extends' from one of them",
  ],
  [
    'three experiments that extend one another, and a fourth that extends one of them',
    'name: tiny\nexperiments:\n  exp0: { extends: exp2 }\n  exp1:\n    extends: exp2\n  exp2: { extends: exp3 }\n  exp3: { extends: exp1 }\n',
    5,
    'exp1.extends must not lead back to its own experiment, got exp1 (line 5) > exp2 (line 6) > exp3 (line 7) > exp1',
  ],
  [
    'a wrong parameter of an experiment that others extend, said once and with it',
    'name: tiny\nexperiments:\n  exp1: { extends: exp2 }\n  exp2:\n    train: { epochs: 0 }\n',
    5,
    'study tiny: exp2.train.epochs must be a whole number of at least 1, got 0',
  ],
  [
    'a parameter of the package that the extended experiment used',
    `name: tiny
experiments:
  exp1: { reduce: { uses: "@layerwise/reduce-pca", variance: 0.9 } }
  exp2:
    extends: exp1
    reduce: { uses: "@layerwise/reduce-forest" }
`,
    6,
    'study tiny: exp2.reduce.variance is not a known field; known: trees; exp2 has it from exp1 (line 3) by extends',
  ],
  [
    "a parameter of the study's package in an experiment with another",
    `name: tiny
reduce: { uses: "@layerwise/reduce-pca", variance: 0.9 }
experiments:
  exp1: {}
  exp2: { reduce: { uses: "@layerwise/reduce-forest" } }
`,
    5,
    'study tiny: exp2.reduce.variance is not a known field; known: trees; exp2 has it from the study (line 2)',
  ],
  ['a tab', 'name: tiny\nexperiments:\n\texp1: {}\n', 3, 'must be indented with spaces, got a tab'],
  [
    'a tab between brackets',
    'name: tiny\nexperiments:\n  exp1:\n    train: {\n\t\tepochs: 3 }\n',
    5,
    'must be indented with spaces, got a tab',
  ],
  [
    'an open bracket',
    'name: tiny\nexperiments: { exp1: {\n',
    3,
    'must be valid YAML: Flow map in block collection must be sufficiently indented and end with a }, got the end of the file',
  ],
  ['a colon left out', 'name: tiny\nexperiments:\n  exp1\n    seed: 4\n', 3, 'got "exp1"'],
  ['a bad indent', 'name: tiny\n  seed: 4\n', 1, 'must be valid YAML'],
  [
    'a tag that would run code',
    `name: tiny\ntitle: !!js/function "function () {}"\n${experiments}`,
    2,
    'must be plain data without tags, got !!js/function',
  ],
  ['a tag of its own', `name: tiny\ntitle: !mine x\n${experiments}`, 2, 'must be plain data without tags, got !mine'],
  ['an alias of nothing', `name: tiny\ntitle: *nothing\n${experiments}`, 2, 'must define &nothing before *nothing'],
  [
    'an alias within what it names',
    `name: tiny\ntrain: &a\n  epochs: *a\n${experiments}`,
    3,
    'must have no alias within what it names, got *a',
  ],
  [
    'an alias bomb',
    `${aliases}\nname: tiny\n${experiments}`,
    2,
    'must have aliases that expand to at most 100 nodes, got more',
  ],
  [
    'two documents',
    `name: tiny\n${experiments}---\nname: other\n`,
    3,
    'must hold one document, got a second one after ---',
  ],
  ['brackets without end', `name: tiny\ntitle: ${'['.repeat(20_000)}\n`, 2, 'must be nested at most 64 deep, got more'],
  [
    'dashes without end',
    `name: tiny\ntitle:\n ${'- '.repeat(20_000)}\n`,
    3,
    'must be nested at most 64 deep, got more',
  ],
  ['a huge file', `name: tiny\ntitle: ${'x'.repeat(300_000)}\n`, 1, 'must be at most 65536 characters long, got 300'],
  [
    'a field with the name of what every object has',
    `name: tiny\n__proto__: { seed: 1 }\n${experiments}`,
    2,
    '__proto__ is not a known field',
  ],
  ['a merge key, which YAML 1.2 has not', `name: tiny\n<<: { seed: 1 }\n${experiments}`, 2, '<< is not a known field'],
];

describe('a bad study file', () => {
  it.each(bad)('is refused for %s', (_what, text, line, said) => {
    const error = refusal(text);
    expect(error.code).toBe('STUDY_INVALID');
    expect(error.message).toContain(said);
    expect(error.message).not.toContain('\n');
    expect(error.where).toBe(`${file}:${line}`);
  });

  it('is said to have a tab where that may be what is wrong', () => {
    const { remedy, where } = refusal('name: tiny\ntitle: "a\n\tb"\nexperiments: {}\n');
    expect([remedy, where]).toEqual(['Line 3 is indented with a tab: replace it by spaces.', `${file}:2`]);
  });

  it('has every problem said in one message, each with its line', () => {
    const { message, where } = refusal(
      'name: tiny\nsede: 1\nexperiments:\n  exp1:\n    train: { epochs: 0 }\n    embed: { dimensions: 4 }\n  exp2: 5\n',
    );
    expect(where).toBeUndefined();
    expect(message.split('\n')).toEqual([
      `study tiny: sede is not a known field; did you mean 'seed'? (${file}:2)`,
      `study tiny: exp2 must be a group of fields, got 5 (${file}:7)`,
    ]);
    expect(
      refusal(
        'name: tiny\nexperiments:\n  exp1:\n    train: { epochs: 0 }\n    embed: { dimensions: 4 }\n',
      ).message.split('\n'),
    ).toHaveLength(2);
  });

  it('is said to lack an experiment, and not also what would come from it', () => {
    const { message } = refusal(
      'name: tiny\nexperiments:\n  exp1: { reduce: { uses: "@layerwise/reduce-pca", variance: 0.9 } }\n  exp2: { extends: exp11, reduce: { variance: 0.8 } }\n',
    );
    expect(message).toBe(
      `study tiny: exp2.extends must name another experiment of this study, got "exp11"; did you mean 'exp1'?`,
    );
  });

  it.each([
    ['unknown fields', Array.from({ length: 6000 }, (_, i) => `f${i}: 1`), 'and 5981 more'],
    [
      'references to nothing',
      ['experiments:', ...Array.from({ length: 2500 }, (_, i) => ` e${i}: {extends: x${i}}`)],
      'and 2480 more',
    ],
    [
      'experiments in one cycle',
      ['experiments:', ...Array.from({ length: 2500 }, (_, i) => ` e${i}: {extends: e${(i + 1) % 2500}}`)],
      'e19 (line 22) > 2480 more > e0',
    ],
    [
      'experiments that lead into a cycle',
      ['experiments:', ...Array.from({ length: 2500 }, (_, i) => ` e${i}: {extends: e${i === 2499 ? 2498 : i + 1}}`)],
      'got e2498 (line 2501) > e2499 (line 2502) > e2498',
    ],
  ])('is refused within two seconds, however large it may be: %s', (_what, lines, said) => {
    const before = process.cpuUsage();
    const { message } = refusal(`name: tiny\n${lines.join('\n')}\n`);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6).toBeLessThan(2);
    expect(message).toContain(said);
  });
});

describe('a study', () => {
  it('names the packages it uses, each once', () => {
    const study = parseStudy(
      'name: tiny\nreduce: { uses: a }\nexperiments: { exp1: {}, exp2: { reduce: { uses: b } }, exp3: {} }\n',
      file,
    );
    expect(packagesOf(study)).toEqual([
      '@layerwise/ingest',
      '@layerwise/preprocess',
      'a',
      '@layerwise/train',
      '@layerwise/activations',
      '@layerwise/embed',
      '@layerwise/nodes',
      '@layerwise/classes',
      '@layerwise/report',
      'b',
    ]);
  });

  it('may use aliases within reason', () => {
    expect(() =>
      read('name: tiny\nexperiments:\n  exp1: { train: &net { epochs: 3 } }\n  exp2: { train: *net }\n'),
    ).not.toThrow();
  });

  it('may begin with a byte order mark and end its lines as Windows does', () => {
    expect(parseStudy('\uFEFFname: tiny\r\nexperiments:\r\n  exp1: {}\r\n', file).name).toBe('tiny');
  });
});
