/** study.yaml in a workspace, planned as every command plans it. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { planWorkspace, studyFiles } from '@layerwise/workspace/plan/workspace';

const repository = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const head = 'name: tiny\n';
const experiments = 'experiments: { exp1: { train: { epochs: 1, hidden: [] } } }\n';
const withTrain = (train) => `${head}experiments:\n  exp1:\n    train: ${train}\n`;
const aliases = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`),
].join('\n');

const bad = {
  // First: it takes the most memory, and V8 keeps what earlier cases took.
  '6,000 unknown fields': [
    `${head}${Array.from({ length: 6000 }, (_, i) => `f${i}: 1`).join('\n')}\n${experiments}`,
    /and \d+ more/,
  ],
  'an empty file': ['', /an empty file/],
  'comments alone': ['# nothing\n', /an empty file/],
  'a list': ['- 1\n', /must be a group of fields/],
  'a number': ['5\n', /must be a group of fields/],
  'bytes that are no text': [Buffer.from([0xff, 0xfe, 0, 1, 2, 0x80]), /must be/],
  'UTF-16': [Buffer.from(`\ufeff${head}${experiments}`, 'utf16le'), /must be/],
  'no name': [experiments, /needs the field 'name'/],
  'a name with a path in it': [`name: ../../up\n${experiments}`, /must be at most 64 letters/],
  'an absolute path for a name': [`name: /etc\n${experiments}`, /must be at most 64 letters/],
  'a name that artifacts need': [`name: stages\n${experiments}`, /must not be one of/],
  'a name of 10,000 letters': [`name: ${'a'.repeat(10_000)}\n${experiments}`, /must be at most 64 letters/],
  'no experiments': [head, /needs at least one experiment/],
  'experiments of a list': [`${head}experiments: [exp1]\n`, /needs at least one experiment/],
  'an experiment left empty': [`${head}experiments: { exp1: }\n`, /must be a group of fields, got null/],
  'an experiment with a path for a name': [`${head}experiments: { ../up: {} }\n`, /must be at most 64 letters/],
  'an experiment named all': [`${head}experiments: { all: {} }\n`, /must not be one of all/],
  'two experiments of one name': [`${head}experiments:\n  e: {}\n  e: {}\n`, /'e' twice/],
  'two experiments that capitals tell apart': [`${head}experiments:\n  e: {}\n  E: {}\n`, /by more than capitals/],
  'a reference to an experiment that is not there': [
    `${head}experiments: { exp1: {}, exp2: { extends: epx1 } }\n`,
    /got "epx1"; did you mean 'exp1'\? *$/,
  ],
  'a reference to __proto__': [
    `${head}experiments: { exp1: {}, exp2: { extends: __proto__ } }\n`,
    /must name another experiment of this study, got "__proto__"/,
  ],
  'an experiment and a field with names of 10,000 letters': [
    `${head}experiments: { ${'a'.repeat(10_000)}: { ${'b'.repeat(10_000)}: 1 }, exp1: { extends: exp2 } }\n`,
    /must be at most 64 letters/,
  ],
  'a reference that is no text': [
    `${head}experiments: { exp1: {}, exp2: { extends: { exp1: {} } } }\n`,
    /must be a text/,
  ],
  'a reference of 10,000 letters': [
    `${head}experiments: { exp1: { extends: ${'a'.repeat(10_000)} } }\n`,
    /must name another experiment of this study/,
  ],
  'an experiment that extends itself': [`${head}experiments: { exp1: { extends: exp1 } }\n`, /its own name/],
  'a cycle of two experiments': [
    `${head}experiments:\n  exp1: { extends: exp2 }\n  exp2: { extends: exp1 }\n`,
    /got exp1 \(line 3\) > exp2 \(line 4\) > exp1/,
  ],
  'a cycle of three experiments': [
    `${head}experiments:\n  exp1: { extends: exp2 }\n  exp2: { extends: exp3 }\n  exp3: { extends: exp1 }\n`,
    /got exp1 \(line 3\) > exp2 \(line 4\) > exp3 \(line 5\) > exp1/,
  ],
  'a cycle of 2,000 experiments': [
    `${head}experiments:\n${Array.from({ length: 2000 }, (_, i) => ` e${i}: { extends: e${(i + 1) % 2000} }\n`).join('')}`,
    /1980 more > e0/,
  ],
  'a field that is unknown': [`${head}sede: 1\n${experiments}`, /did you mean 'seed'/],
  __proto__: [`${head}__proto__: { seed: 1 }\n${experiments}`, /__proto__ is not a known field/],
  'a parameter that is unknown': [withTrain('{ epohcs: 1 }'), /did you mean 'epochs'/],
  'a parameter that is missing': [withTrain('{ hidden: [] }'), /needs the field 'epochs'/],
  'a text for a number': [withTrain('{ epochs: many, hidden: [] }'), /must be a whole number/],
  'a number past its bounds': [withTrain('{ epochs: 100001, hidden: [] }'), /must be a whole number/],
  'a number past 2^53': [withTrain('{ epochs: 99999999999999999999, hidden: [] }'), /must be a whole number/],
  infinity: [withTrain('{ epochs: .inf, hidden: [] }'), /must be a whole number/],
  'a net of 65 layers': [
    withTrain(`{ epochs: 1, hidden: [${Array(65).fill('{ units: 1 }').join(', ')}] }`),
    /must be a list of/,
  ],
  'two optimisers': [
    withTrain('{ epochs: 1, hidden: [], optimizer: { adam: {}, sgd: {} } }'),
    /must be exactly one of/,
  ],
  'a seed that is a fraction': [`${head}seed: 0.5\n${experiments}`, /must be a whole number/],
  'a package that is not installed': [
    withTrain("{ uses: '@layerwise/trian', epochs: 1, hidden: [] }"),
    /did you mean '@layerwise\/train'/,
  ],
  'a package that is a path up': [
    withTrain('{ uses: ../../evil, epochs: 1, hidden: [] }'),
    /must be the name of an installed package/,
  ],
  'a package that is an absolute path': [
    withTrain('{ uses: /tmp/evil.mjs, epochs: 1, hidden: [] }'),
    /must be the name of an installed package/,
  ],
  'a package by URL': [
    withTrain("{ uses: 'data:text/javascript,process.exit(7)', epochs: 1, hidden: [] }"),
    /must be the name of an installed package/,
  ],
  'a module of Node': [withTrain('{ uses: fs, epochs: 1, hidden: [] }'), /must be an installed stage package/],
  'a package that is no stage': [
    withTrain('{ uses: yaml, epochs: 1, hidden: [] }'),
    /must be a package that exports a stage/,
  ],
  'a package that fails when it is loaded': [
    withTrain('{ uses: broken-stage, epochs: 1, hidden: [] }'),
    /must be a package that can be loaded/,
  ],
  'a package for another role': [withTrain("{ uses: '@layerwise/ingest' }"), /must be a package for train/],
  'a tab between brackets': [`${head}experiments: {\n\texp1: {} }\n`, /got a tab/],
  'an expected range the wrong way round': [
    `${head}experiments: { exp1: { expect: { test.accuracy: [1, 0.9] } } }\n`,
    /must be \[lowest, highest\], got \[1,0.9\]/,
  ],
  'a package without its scope': [
    withTrain('{ uses: trian, epochs: 1, hidden: [] }'),
    /did you mean '@layerwise\/train'/,
  ],
  'a tab': [`${head}experiments:\n\texp1: {}\n`, /got a tab/],
  'a bracket left open': [`${head}experiments: { exp1: {\n`, /must be valid YAML/],
  'a quote left open': [`${head}title: "open\n${experiments}`, /must be valid YAML/],
  'a tag that runs code elsewhere': [
    `${head}title: !!js/function "function () { process.exit(7) }"\n${experiments}`,
    /without tags/,
  ],
  'a tag of Python': [`${head}title: !!python/object/apply:os.system ["true"]\n${experiments}`, /without tags/],
  'an alias of nothing': [`${head}title: *none\n${experiments}`, /must define &none/],
  'a cycle of aliases': [`${head}train: &a { hidden: *a }\n${experiments}`, /no alias within what it names/],
  'an alias bomb': [`${aliases}\n${head}${experiments}`, /aliases that expand to at most 100 nodes/],
  'two documents': [`${head}${experiments}---\nname: other\n`, /must hold one document/],
  '20,000 brackets': [`${head}title: ${'['.repeat(20_000)}\n`, /nested at most 64 deep/],
  '70,000 characters': [`${head}title: ${'x'.repeat(70_000)}\n`, /at most 65536 characters/],
  '150 million characters': [Buffer.alloc(150e6, 0x20), /at most 65536 characters/],
};

/** Values of dataset.from, in YAML. */
const outside = {
  'a path up': '../d.csv',
  'a path up and back': 'x/../../d.csv',
  'an absolute path': '/etc/passwd',
  'a path of Windows': "'..\\..\\d.csv'",
  'a path with a zero byte': '"d\\0.csv"',
  'a path of a home': "'~/../d.csv'",
};

let root;
/** One workspace for all cases: packages are loaded once. */
async function workspace() {
  root = mkdtempSync(join(tmpdir(), 'layerwise-study-'));
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  for (const file of ['package.json', 'nx.json']) cpSync(join(repository, file), join(root, file));
  symlinkSync(join(repository, 'packages'), join(root, 'packages'));
  mkdirSync(join(root, 'node_modules/broken-stage'), { recursive: true });
  writeFileSync(join(root, 'node_modules/broken-stage/package.json'), '{"name":"broken-stage","main":"index.js"}');
  writeFileSync(join(root, 'node_modules/broken-stage/index.js'), 'throw new Error("oops");');
  for (const name of ['@layerwise', 'yaml'])
    symlinkSync(join(repository, 'node_modules', name), join(root, 'node_modules', name));
  await plan({ tiny: `${head}${experiments}` });
}

/** Plans studies by folder; a function writes the file in its own way. */
async function plan(studies) {
  rmSync(join(root, 'pipelines'), { recursive: true, force: true });
  for (const [folder, content] of Object.entries(studies)) {
    const path = join(root, 'pipelines', folder, 'study.yaml');
    mkdirSync(dirname(path), { recursive: true });
    if (typeof content === 'function') content(path);
    else writeFileSync(path, content);
  }
  const { broken } = await planWorkspace(root, studyFiles(root));
  if (broken[0]) throw broken[0].error;
}

export async function cases() {
  await workspace();
  const code = 'STUDY_INVALID';
  return [
    ...Object.entries(bad).map(([name, [content, says]]) => ({ name, code, says, run: () => plan({ tiny: content }) })),
    ...Object.entries(outside).map(([name, from]) => ({
      name: `data: ${name}`,
      code,
      says: /must be a text: a path below the workspace/,
      run: () => plan({ tiny: `${head}dataset: { from: ${from} }\n${experiments}` }),
    })),
    {
      name: 'two studies of one name',
      code,
      says: /must be used by one study alone/,
      run: () => plan({ a: `${head}${experiments}`, b: `${head}${experiments}` }),
    },
    {
      name: 'a link to a file outside of the workspace',
      code,
      says: /must lie in the workspace/,
      run: () => plan({ tiny: (path) => symlinkSync('/etc/passwd', path) }),
    },
    {
      name: 'a link to a device',
      code,
      says: /must lie in the workspace/,
      run: () => plan({ tiny: (path) => symlinkSync('/dev/zero', path) }),
    },
    {
      name: 'a link to nothing',
      code,
      says: /must be a file/,
      run: () => plan({ tiny: (path) => symlinkSync('nothing', path) }),
    },
    { name: 'a folder', code, says: /must be a file/, run: () => plan({ tiny: (path) => mkdirSync(path) }) },
  ];
}
