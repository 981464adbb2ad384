import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fingerprintCode, type CodeFingerprint } from '@layerwise/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** The ways by which a stage's code reaches another file: whichever it takes, a change of that file changes the fingerprint. */
let root: string;
let elsewhere: string;
const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};
const link = (target: string, path: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
};
const lab = 'packages/lab';
const fingerprint = (entry: string): CodeFingerprint => fingerprintCode([join(root, entry)]);
const differing = (a: CodeFingerprint, b: CodeFingerprint): string[] => {
  const [left, right] = [
    { ...a.modules, ...a.dependencies },
    { ...b.modules, ...b.dependencies },
  ];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((name) => left[name] !== right[name])
    .sort();
};

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-doors-'));
  elsewhere = mkdtempSync(join(tmpdir(), 'layerwise-elsewhere-'));
});
afterEach(() => [root, elsewhere].forEach((folder) => rmSync(folder, { recursive: true, force: true })));

interface Door {
  /** Of packages/lab; `name` and, unless given, `"type": "module"` are added. */
  readonly package?: Record<string, unknown>;
  /** Files below packages/lab, the first of them the entry; or from the root, with a leading slash. */
  readonly files: Record<string, string>;
  /** The file that changes, and its name in the fingerprint. */
  readonly changes: string;
  readonly named?: string;
  /** The entry's default export is `value 1` before and `value 2` after the change, as Node.js runs it. */
  readonly runs?: boolean;
}

const code = 'export default "value 1";';
const common = 'module.exports = "value 1";';
const json = '{"value": "value 1"}';

const doors: Record<string, Door> = {
  'a static import': {
    files: { 'stage.js': "import v from './code.js';\nexport default v;", 'code.js': code },
    changes: 'code.js',
  },
  'export * from': {
    files: {
      'stage.js': "export { default } from './all.js';",
      'all.js': "export * from './code.js';\nexport { default } from './code.js';",
      'code.js': code,
    },
    changes: 'code.js',
  },
  'an import for its side effect': {
    files: { 'stage.js': "import './code.js';\nexport default globalThis.v;", 'code.js': 'globalThis.v = "value 1";' },
    changes: 'code.js',
  },
  'an import with a query': {
    files: { 'stage.js': "import v from './code.js?fresh';\nexport default v;", 'code.js': code },
    changes: 'code.js',
  },
  'an import with escapes': {
    files: { 'stage.js': "import v from './co%64e.js';\nexport default v;", 'code.js': code },
    changes: 'code.js',
  },
  'import() of a literal': {
    files: { 'stage.js': "export default (await import('./code.js')).default;", 'code.js': code },
    changes: 'code.js',
  },
  'import() of a template without holes': {
    files: { 'stage.js': 'export default (await import(`./code.js`)).default;', 'code.js': code },
    changes: 'code.js',
  },
  'import() of a computed name': {
    files: {
      'stage.js': "const name = ['co', 'de'].join('');\nexport default (await import(`./parts/${name}.js`)).default;",
      'parts/code.js': code,
    },
    changes: 'parts/code.js',
  },
  'a JSON import': {
    files: {
      'stage.js': "import v from './code.json' with { type: 'json' };\nexport default v.value;",
      'code.json': json,
    },
    changes: 'code.json',
  },
  'a link to another file': {
    files: {
      'stage.js': "import v from './linked.js';\nexport default v;",
      'deep/code.js': "import v from './value.js';\nexport default v;",
      'deep/value.js': code,
    },
    changes: 'deep/value.js',
  },
  'CommonJS that requires': {
    package: { type: 'commonjs' },
    files: { 'stage.js': "module.exports = require('./code.js');", 'code.js': common },
    changes: 'code.js',
  },
  'CommonJS without a type': {
    package: { type: undefined },
    files: { 'stage.js': "module.exports = require('./code');", 'code.js': common },
    changes: 'code.js',
  },
  '.cjs in a package of modules': {
    files: {
      'stage.js': "import v from './common.cjs';\nexport default v;",
      'common.cjs': "module.exports = require('./code.cjs');",
      'code.cjs': common,
    },
    changes: 'code.cjs',
  },
  'require of a folder': {
    package: { type: 'commonjs' },
    files: { 'stage.js': "module.exports = require('./code');", 'code/index.js': common },
    changes: 'code/index.js',
  },
  'require of JSON': {
    package: { type: 'commonjs' },
    files: { 'stage.js': "module.exports = require('./code.json').value;", 'code.json': json },
    changes: 'code.json',
  },
  'require of a computed name': {
    package: { type: 'commonjs' },
    files: { 'stage.js': "module.exports = require('./' + ['co', 'de'].join(''));", 'code.js': common },
    changes: 'code.js',
  },
  'require of a file outside of the package': {
    package: { type: 'commonjs' },
    files: {
      'stage.js': "module.exports = require('../other/code');",
      '/packages/other/package.json': '{"name": "other"}',
      '/packages/other/code.js': common,
    },
    changes: '/packages/other/code.js',
    named: 'other/code.js',
  },
  'a folder of CommonJS within a package': {
    files: {
      'stage.js': "import v from './cjs/index.js';\nexport default v;",
      'cjs/package.json': '{"type": "commonjs"}',
      'cjs/index.js': "module.exports = require('./code');",
      'cjs/code.js': common,
    },
    changes: 'cjs/code.js',
  },
  createRequire: {
    files: {
      'stage.js':
        "import { createRequire } from 'node:module';\nexport default createRequire(import.meta.url)('./code.cjs');",
      'code.cjs': common,
    },
    changes: 'code.cjs',
  },
  'process.getBuiltinModule': {
    files: {
      'stage.js': "export default process.getBuiltinModule('fs').readFileSync('packages/lab/code.txt', 'utf8');",
      'code.txt': 'value 1',
    },
    changes: 'code.txt',
    runs: false,
  },
  'new URL, read': {
    files: {
      'stage.js':
        "import { readFileSync } from 'node:fs';\nexport default readFileSync(new URL('./code.txt', import.meta.url), 'utf8');",
      'code.txt': 'value 1',
    },
    changes: 'code.txt',
  },
  'new URL without ./': {
    files: {
      'stage.js':
        "import { readFileSync } from 'node:fs';\nexport default readFileSync(new URL('code.txt', import.meta.url), 'utf8');",
      'code.txt': 'value 1',
    },
    changes: 'code.txt',
  },
  'new URL of a folder': {
    files: {
      'stage.js':
        "import { readFileSync } from 'node:fs';\nexport default readFileSync(new URL('code.txt', new URL('./parts/', import.meta.url)), 'utf8');",
      'parts/code.txt': 'value 1',
    },
    changes: 'parts/code.txt',
  },
  'new URL of a computed folder': {
    files: {
      'stage.js':
        "import { readFileSync } from 'node:fs';\nconst name = 'parts';\nexport default readFileSync(new URL(`./${name}/code.txt`, import.meta.url), 'utf8');",
      'parts/code.txt': 'value 1',
    },
    changes: 'parts/code.txt',
  },
  'new URL of a variable': {
    files: {
      'stage.js':
        "import { readFileSync } from 'node:fs';\nconst name = './code.txt';\nexport default readFileSync(new URL(name, import.meta.url), 'utf8');",
      'code.txt': 'value 1',
    },
    changes: 'code.txt',
  },
  'import.meta.url kept in a variable': {
    files: {
      'stage.js':
        "import { readFileSync } from 'node:fs';\nconst here = import.meta.url;\nexport default readFileSync(new URL('./code.txt', here), 'utf8');",
      'code.txt': 'value 1',
    },
    changes: 'code.txt',
  },
  'import.meta.dirname': {
    files: {
      'stage.js':
        "import { readFileSync } from 'node:fs';\nexport default readFileSync(import.meta.dirname + '/code.txt', 'utf8');",
      'code.txt': 'value 1',
    },
    changes: 'code.txt',
  },
  __dirname: {
    package: { type: 'commonjs' },
    files: {
      'stage.js': "module.exports = require('fs').readFileSync(__dirname + '/code.txt', 'utf8');",
      'code.txt': 'value 1',
    },
    changes: 'code.txt',
  },
  'a path from the current folder': {
    files: {
      'stage.js':
        "import { readFileSync } from 'node:fs';\nexport default readFileSync('packages/lab/code.txt', 'utf8');",
      'code.txt': 'value 1',
    },
    changes: 'code.txt',
  },
  'import.meta.resolve of WASM': {
    files: {
      'stage.js':
        "import { readFileSync } from 'node:fs';\nexport default readFileSync(new URL(import.meta.resolve('./code.wasm')), 'utf8');",
      'code.wasm': 'value 1',
    },
    changes: 'code.wasm',
  },
  'import.meta.resolve of a computed name': {
    files: {
      'stage.js':
        "import { readFileSync } from 'node:fs';\nconst name = './code.wasm';\nexport default readFileSync(new URL(import.meta.resolve(name)), 'utf8');",
      'code.wasm': 'value 1',
    },
    changes: 'code.wasm',
  },
  'a worker': {
    files: {
      'stage.js': `import { Worker } from 'node:worker_threads';
const worker = new Worker(new URL('./code.js', import.meta.url));
export default await new Promise((done) => worker.once('message', done));`,
      'code.js':
        "import { parentPort } from 'node:worker_threads';\nimport v from './value.js';\nparentPort.postMessage(v);",
      'value.js': code,
    },
    changes: 'value.js',
  },
  'a worker by its path': {
    files: {
      'stage.js': `import { Worker } from 'node:worker_threads';
const worker = new Worker('./packages/lab/code.js');
export default await new Promise((done) => worker.once('message', done));`,
      'code.js': "import { parentPort } from 'node:worker_threads';\nparentPort.postMessage('value 1');",
    },
    changes: 'code.js',
  },
  'a program': {
    files: {
      'stage.js':
        "import { execFileSync } from 'node:child_process';\nexport default execFileSync(process.execPath, ['packages/lab/code.js'], { encoding: 'utf8' });",
      'code.js': "process.stdout.write('value 1');",
    },
    changes: 'code.js',
  },
  'a native add-on': {
    package: { type: 'commonjs' },
    files: { 'stage.js': "module.exports = require('./build/code.node');", 'build/code.node': 'value 1' },
    changes: 'build/code.node',
    runs: false,
  },
  'text that is run': {
    files: { 'stage.js': "export default (await eval(`import('./code.js')`)).default;", 'code.js': code },
    changes: 'code.js',
  },
  'the imports of package.json': {
    package: { imports: { '#code': { node: './parts/code.js', default: './none.js' } } },
    files: { 'stage.js': "import v from '#code';\nexport default v;", 'parts/code.js': code },
    changes: 'parts/code.js',
  },
  'a pattern of imports of package.json': {
    package: { imports: { '#parts/*': './parts/*.js' } },
    files: { 'stage.js': "import v from '#parts/code';\nexport default v;", 'parts/code.js': code },
    changes: 'parts/code.js',
  },
  'the package itself by its name': {
    package: { exports: { '.': './stage.js', './code': './parts/code.js' } },
    files: { 'stage.js': "import v from 'lab/code';\nexport default v;", 'parts/code.js': code },
    changes: 'parts/code.js',
  },
  'the import condition of exports': {
    files: {
      'stage.js': "import v from 'other';\nexport default v;",
      '/packages/other/package.json': '{"name": "other", "exports": {"require": "./old.cjs", "import": "./code.mjs"}}',
      '/packages/other/code.mjs': code,
      '/packages/other/old.cjs': common,
    },
    changes: '/packages/other/code.mjs',
    named: 'other/code.mjs',
  },
  'a package of the workspace in another scope': {
    files: {
      'stage.js': "import v from 'other/deep/code.js';\nexport default v;",
      '/packages/other/package.json': '{"name": "other", "type": "module"}',
      '/packages/other/deep/code.js': code,
    },
    changes: '/packages/other/deep/code.js',
    named: 'other/deep/code.js',
  },
  'eval under another name': {
    files: { 'stage.js': "export default (0, eval)('1');", 'code.js': code },
    changes: 'code.js',
    runs: false,
  },
  'Function under another name': {
    files: { 'stage.js': "const Make = Function;\nexport default Make('return 1')();", 'code.js': code },
    changes: 'code.js',
    runs: false,
  },
  'a file of settings that is loaded': {
    files: {
      'stage.js': "process.loadEnvFile('packages/lab/settings.txt');\nexport default process.env.V;",
      'settings.txt': 'V="value 1"',
    },
    changes: 'settings.txt',
  },
  'import.meta with blanks': {
    files: { 'stage.js': 'export default import . meta . url;', 'code.js': code },
    changes: 'code.js',
    runs: false,
  },
  'createRequire that is called at once, into another package': {
    files: {
      'stage.js':
        "import { createRequire } from 'node:module';\nexport default createRequire(import.meta.url)('../other/code.cjs');",
      '/packages/other/package.json': '{"name": "other"}',
      '/packages/other/code.cjs': common,
    },
    changes: '/packages/other/code.cjs',
    named: 'other/code.cjs',
  },
  'a package of the workspace by its main': {
    files: {
      'stage.js': "import v from 'other';\nexport default v;",
      '/packages/other/package.json': '{"name": "other", "type": "module", "main": "./lib"}',
      '/packages/other/lib/index.js': code,
    },
    changes: '/packages/other/lib/index.js',
    named: 'other/lib/index.js',
  },
};

function open({ package: own = {}, files }: Door): string {
  write(`${lab}/package.json`, JSON.stringify({ name: 'lab', type: 'module', ...own }));
  for (const [file, text] of Object.entries(files)) write(place(file), text);
  link(join(root, 'packages/other'), 'node_modules/other');
  link(join(root, lab), 'node_modules/lab');
  if (files['deep/code.js']) link(join(root, lab, 'deep/code.js'), `${lab}/linked.js`);
  return place(Object.keys(files)[0] as string);
}
const place = (file: string): string => (file.startsWith('/') ? file.slice(1) : `${lab}/${file}`);
const run = (entry: string): string =>
  execFileSync(
    process.execPath,
    [
      '--no-warnings',
      '-e',
      `import(${JSON.stringify(join(root, entry))}).then(({ default: v }) => process.stdout.write(String(v)))`,
    ],
    { cwd: root, encoding: 'utf8' },
  );

describe('what a stage reaches', () => {
  it.each(Object.keys(doors))('%s', (name) => {
    const door = doors[name] as Door;
    const entry = open(door);
    const before = fingerprint(entry);
    if (door.runs !== false) expect(run(entry)).toBe('value 1');
    expect(fingerprint(entry)).toEqual(before);
    write(place(door.changes), (door.files[door.changes] as string).replace('value 1', 'value 2'));
    if (door.runs !== false) expect(run(entry)).toBe('value 2');
    const after = fingerprint(entry);
    expect(after.digest).not.toBe(before.digest);
    expect(differing(before, after)).toEqual([door.named ?? `lab/${door.changes}`]);
  });

  it('a package linked from outside of the workspace, and one linked by that', () => {
    const other = join(elsewhere, 'other');
    mkdirSync(join(other, 'node_modules'), { recursive: true });
    writeFileSync(join(other, 'package.json'), '{"name": "far", "type": "module", "exports": "./index.js"}');
    writeFileSync(join(other, 'index.js'), "export { default } from 'farther';");
    mkdirSync(join(elsewhere, 'farther'));
    writeFileSync(
      join(elsewhere, 'farther/package.json'),
      '{"name": "farther", "type": "module", "exports": "./index.js"}',
    );
    writeFileSync(join(elsewhere, 'farther/index.js'), code);
    symlinkSync(join(elsewhere, 'farther'), join(other, 'node_modules/farther'));
    const entry = open({ files: { 'stage.js': "export { default } from 'far';" }, changes: '' });
    link(other, 'node_modules/far');
    expect(run(entry)).toBe('value 1');
    const before = fingerprint(entry);
    writeFileSync(join(elsewhere, 'farther/index.js'), code.replace('1', '2'));
    expect(differing(before, fingerprint(entry))).toEqual(['farther/index.js']);
  });

  it('a package linked from outside that an installed one depends on', () => {
    mkdirSync(join(elsewhere, 'other/lib'), { recursive: true });
    writeFileSync(join(elsewhere, 'other/package.json'), '{"name": "far", "version": "1.0.0"}');
    writeFileSync(join(elsewhere, 'other/lib/code.js'), common);
    const entry = open({ files: { 'stage.js': "import 'adder';" }, changes: '' });
    write('node_modules/adder/package.json', '{"name": "adder", "version": "1.0.0", "dependencies": {"far": "*"}}');
    link(join(elsewhere, 'other'), 'node_modules/far');
    const before = fingerprint(entry);
    writeFileSync(join(elsewhere, 'other/lib/code.js'), common.replace('1', '2'));
    expect(differing(before, fingerprint(entry))).toEqual(['far/lib/code.js']);
  });

  it("what package.json leads names to: the same files under each other's names are other code", () => {
    const files = {
      'stage.js': "import a from '#a';\nimport b from '#b';\nexport default [a, b];",
      'a.js': code,
      'b.js': code.replace('1', '2'),
    };
    const entry = open({ package: { imports: { '#a': './a.js', '#b': './b.js' } }, files, changes: '' });
    const before = fingerprint(entry);
    write(
      `${lab}/package.json`,
      JSON.stringify({ name: 'lab', type: 'module', imports: { '#a': './b.js', '#b': './a.js' } }),
    );
    expect(differing(before, fingerprint(entry))).toEqual(['lab/package.json']);
    const described = JSON.stringify({
      name: 'lab',
      type: 'module',
      description: 'words',
      imports: { '#a': './a.js', '#b': './b.js' },
    });
    write(`${lab}/package.json`, described);
    expect(fingerprint(entry)).toEqual(before);
  });

  it('two packages whose files have the same names', () => {
    const files = {
      'stage.js': "import './cjs/index.mjs';\nimport 'other';",
      'cjs/package.json': '{"type": "module"}',
      'cjs/index.mjs': code,
    };
    const entry = open({
      files: {
        ...files,
        '/packages/other/package.json': '{"name": "other", "main": "cjs/index.mjs"}',
        '/packages/other/cjs/package.json': '{"type": "module"}',
        '/packages/other/cjs/index.mjs': code,
      },
      changes: '',
    });
    for (const file of [`${lab}/cjs/index.mjs`, 'packages/other/cjs/index.mjs']) {
      const before = fingerprint(entry);
      write(file, 'export default "value 2";');
      expect(fingerprint(entry).digest, file).not.toBe(before.digest);
    }
    link(join(root, 'elsewhere/lab'), 'packages/other/node_modules/lab');
    write('elsewhere/lab/package.json', '{"name": "lab", "type": "module", "main": "stage.js"}');
    write('elsewhere/lab/stage.js', code);
    write('packages/other/cjs/index.mjs', "import 'lab';");
    const before = fingerprint(entry);
    write('elsewhere/lab/stage.js', code.replace('1', '2'));
    expect(fingerprint(entry).digest).not.toBe(before.digest);
  });

  it('versions: of nested packages, of the same name twice and given to others, under another name, of peers', () => {
    const installed = (path: string, more: object = {}): void =>
      write(
        `${path}/package.json`,
        JSON.stringify({ name: path.split('node_modules/').at(-1), version: '1.0.0', ...more }),
      );
    const entry = open({ files: { 'stage.js': "import 'a';\nimport 'b';" }, changes: '' });
    installed('node_modules/a', { dependencies: { c: '*' }, peerDependencies: { p: '*' } });
    installed('node_modules/b', { dependencies: { c: '*' } });
    installed('node_modules/c');
    installed('node_modules/p');
    installed('node_modules/b/node_modules/c', { dependencies: { d: '*' } });
    installed('node_modules/b/node_modules/d');
    const change = (path: string, more: object): string[] => {
      const before = fingerprint(entry);
      installed(path, more);
      return differing(before, fingerprint(entry));
    };
    expect(change('node_modules/p', { version: '2.0.0' })).toEqual(['p']);
    expect(change('node_modules/b/node_modules/d', { version: '2.0.0' })).toEqual(['d']);
    expect(change('node_modules/b/node_modules/c', { version: '2.0.0', dependencies: { d: '*' } })).toEqual(['c']);
    expect(change('node_modules/p', { version: '2.0.0', name: 'alias' })).toEqual(['p']);
    const before = fingerprint(entry);
    installed('node_modules/c', { version: '2.0.0' });
    installed('node_modules/b/node_modules/c', { version: '1.0.0', dependencies: { d: '*' } });
    expect(differing(before, fingerprint(entry))).toEqual(['c']);
  });

  it('a file added to a package that is taken whole, but not what is installed in it', () => {
    const entry = open({
      package: { type: 'commonjs' },
      files: { 'stage.js': "module.exports = require('./' + process.env.PART);" },
      changes: '',
    });
    const before = fingerprint(entry);
    write(`${lab}/node_modules/x/index.js`, common);
    write(`${lab}/.git/HEAD`, 'x');
    expect(fingerprint(entry)).toEqual(before);
    write(`${lab}/part.js`, common);
    expect(differing(before, fingerprint(entry))).toEqual(['lab/part.js']);
  });

  it('conditions given to Node.js', () => {
    const files = {
      'stage.js': "import v from 'other';\nexport default v;",
      '/packages/other/package.json': '{"name": "other", "exports": {"lab": "./code.mjs", "default": "./none.mjs"}}',
      '/packages/other/code.mjs': code,
      '/packages/other/none.mjs': code,
    };
    const entry = open({ files, changes: '' });
    const traced = (args: string[], env: NodeJS.ProcessEnv = {}): CodeFingerprint => {
      const store = JSON.stringify(import.meta.resolve('@layerwise/store'));
      const script = `
        import(${store}).then(({ fingerprintCode }) => {
          const traced = fingerprintCode([${JSON.stringify(join(root, entry))}]);
          process.stdout.write(JSON.stringify(traced));
        });`;
      return JSON.parse(
        execFileSync(process.execPath, [...args, '-e', script], { encoding: 'utf8', env: { ...process.env, ...env } }),
      ) as CodeFingerprint;
    };
    const without = traced([]);
    for (const given of [
      traced(['--conditions=lab']),
      traced(['-C', 'lab']),
      traced([], { NODE_OPTIONS: '--conditions lab' }),
    ]) {
      expect(differing(without, given)).toEqual(['--conditions', 'other/code.mjs', 'other/none.mjs']);
    }
  });

  it('a package that says that all it reads of its own is named is followed file by file', () => {
    const files = {
      'stage.js':
        "import { readFileSync } from 'node:fs';\nexport default readFileSync(new URL('./code.txt', import.meta.url), 'utf8');",
      'code.txt': 'value 1',
      'unrelated.js': code,
    };
    const entry = open({ package: { layerwise: { traceable: true } }, files, changes: '' });
    const before = fingerprint(entry);
    expect(Object.keys(before.modules)).toEqual(['lab/code.txt', 'lab/package.json', 'lab/stage.js']);
    write(`${lab}/stage.js`, `${files['stage.js']}\nimport.meta.dirname;`);
    expect(Object.keys(fingerprint(entry).modules)).toContain('lab/unrelated.js');
  });

  it('code that cannot be followed and lies in no package is refused', () => {
    write('package.json', '{"name": "root", "workspaces": ["packages/*"]}');
    const entry = open({
      package: { type: 'commonjs' },
      files: { 'stage.js': "module.exports = require('../../shared/code.cjs');", '/shared/code.cjs': common },
      changes: '',
    });
    expect(() => fingerprint(entry)).toThrowError(
      expect.objectContaining({ code: 'STAGE_FAILED', where: join(root, 'shared/code.cjs') }),
    );
  });

  it('a package too large to be taken whole is refused', () => {
    const entry = open({ package: { type: 'commonjs' }, files: { 'stage.js': common }, changes: '' });
    mkdirSync(join(root, lab, 'many'));
    for (let i = 0; i < 5001; i++) writeFileSync(join(root, lab, 'many', `${i}`), '');
    expect(() => fingerprint(entry)).toThrowError(
      expect.objectContaining({ code: 'STAGE_FAILED', where: join(root, lab) }),
    );
  });
});
