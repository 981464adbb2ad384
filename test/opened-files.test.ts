import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Workspace } from './workspace/workspace.js';

/** A stage that writes what `code` returns, as the page of a report. */
const stage = (code: string, before = ''): string => `import { defineStage } from '@layerwise/contracts';
${before}
export const stage = defineStage({
  id: 'lab', summary: 'tries a door', params: {}, reads: {}, writes: 'report', seeded: () => false,
  async run({ output }) {
    ${code}
    await output.bytes('index.html', String(value));
  },
});`;
const common = (code: string): string => `const { defineStage } = require('@layerwise/contracts');
exports.stage = defineStage({
  id: 'lab', summary: 'tries a door', params: {}, reads: {}, writes: 'report', seeded: () => false,
  async run({ output }) {
    const value = ${code};
    await output.bytes('index.html', String(value));
  },
});`;

const id = 'lab-1';
const instance = { id, stage: 'lab', uses: 'lab', params: {}, seed: null, inputs: {} };
const fs = "import fs from 'node:fs';";

describe('a stage opens a file of the workspace that its code does not name', () => {
  let workspace: Workspace;
  const page = (): string => join(workspace.root, `artifacts/stages/${id}/data/index.html`);

  beforeAll(() => {
    workspace = Workspace.create('layerwise-opened');
    mkdirSync(join(workspace.root, 'pipelines'), { recursive: true });
    workspace.write('packages/lab/own.txt', 'own');
    workspace.write('packages/lab/code.js', 'export default 5;');
    workspace.write('packages/other/package.json', '{"name": "other", "type": "module", "exports": "./index.js"}');
    workspace.write('packages/other/index.js', 'export default 5;');
    workspace.write('packages/other/five.txt', '5');
    workspace.write('packages/helper/package.json', '{"name": "helper", "type": "module", "exports": "./index.js"}');
    workspace.write('packages/helper/index.js', `${fs}\nexport const load = (path) => fs.readFileSync(path, 'utf8');`);
    workspace.write('shared/d.txt', '5');
    workspace.write('shared/code.cjs', 'module.exports = 5;');
    workspace.write('artifacts/stages/other-1/data/x.txt', '5');
    for (const name of ['lab', 'other', 'helper'])
      symlinkSync(join(workspace.root, 'packages', name), join(workspace.root, 'node_modules', name));
    symlinkSync(join(workspace.root, 'shared'), join(workspace.root, 'linked'));
  });
  afterAll(() => workspace.remove());
  beforeEach(() => rmSync(join(workspace.root, `artifacts/stages/${id}`), { recursive: true, force: true }));

  function run(source: string, type = 'module'): Promise<{ code: number; output: string }> {
    workspace.write('packages/lab/package.json', JSON.stringify({ name: 'lab', type, main: 'stage.js' }));
    workspace.write('packages/lab/stage.js', source);
    return workspace.layerwise(['stage', id], { LAYERWISE_STAGE: JSON.stringify(instance) });
  }

  it.each<[string, string, string, string?]>([
    [
      'by import() of a computed path',
      stage("const n = ['in', 'dex'].join(''); const { default: value } = await import(`../other/${n}.js`);"),
      'packages/other/index.js',
    ],
    [
      'by import() of a computed name',
      stage("const n = ['oth', 'er'].join(''); const { default: value } = await import(n);"),
      'packages/other/index.js',
    ],
    [
      'by new URL of a template that leads out',
      stage(
        "const n = '../other/five'; const value = fs.readFileSync(new URL(`./${n}.txt`, import.meta.url), 'utf8');",
        fs,
      ),
      'packages/other/five.txt',
    ],
    ['from the current folder', stage("const value = fs.readFileSync('shared/d.txt', 'utf8');", fs), 'shared/d.txt'],
    [
      'from its own folder',
      stage("const value = fs.readFileSync(import.meta.dirname + '/../../shared/d.txt', 'utf8');", fs),
      'shared/d.txt',
    ],
    [
      'when it is loaded',
      stage('const value = text;', `${fs}\nconst text = fs.readFileSync('shared/d.txt', 'utf8');`),
      'shared/d.txt',
    ],
    [
      'by a named import',
      stage("const value = readFileSync('shared/d.txt');", "import { readFileSync } from 'node:fs';"),
      'shared/d.txt',
    ],
    [
      'by promises',
      stage("const value = await readFile('shared/d.txt');", "import { readFile } from 'node:fs/promises';"),
      'shared/d.txt',
    ],
    ['by open', stage("const value = fs.readSync(fs.openSync('shared/d.txt'), Buffer.alloc(1));", fs), 'shared/d.txt'],
    [
      'by a stream',
      stage("let value = ''; for await (const piece of fs.createReadStream('shared/d.txt')) value += piece;", fs),
      'shared/d.txt',
    ],
    [
      'by a copy',
      stage("fs.copyFileSync('shared/d.txt', 'artifacts/.runs-copy'); const value = 5;", fs),
      'shared/d.txt',
    ],
    ['through a link', stage("const value = fs.readFileSync('linked/d.txt', 'utf8');", fs), 'shared/d.txt'],
    [
      'by a helper that is told a path',
      stage("const value = load('shared/d.txt');", "import { load } from 'helper';"),
      'shared/d.txt',
    ],
    [
      'by getBuiltinModule',
      stage("const value = process.getBuiltinModule('fs').readFileSync('shared/d.txt', 'utf8');"),
      'shared/d.txt',
    ],
    [
      'of another artifact',
      stage("const value = fs.readFileSync('artifacts/stages/other-1/data/x.txt', 'utf8');", fs),
      'artifacts/stages/other-1/data/x.txt',
    ],
    [
      'by require of a computed path',
      common("require(require('node:path').join(__dirname, '..', '..', 'shared', 'code'+'.cjs'))"),
      'shared/code.cjs',
      'commonjs',
    ],
    [
      'by createRequire of a computed name',
      stage(
        "const value = createRequire(import.meta.url)(['oth', 'er'].join(''));",
        "import { createRequire } from 'node:module';",
      ).replace(
        "createRequire(import.meta.url)(['oth', 'er'].join(''))",
        "createRequire(import.meta.url)('../../shared/' + 'code.cjs')",
      ),
      'shared/code.cjs',
    ],
  ])('%s: it is refused, with the file, and nothing is kept', async (_how, source, file, type) => {
    const { code, output } = await run(source, type);
    expect(code, output).toBe(1);
    expect(output).toContain(
      `${id}: a stage must open no file of the workspace but its inputs and those that its code names, got ${file}; nothing was kept`,
    );
    expect(output).toContain('Move the file into the package lab, or name it in the code');
    expect(existsSync(page())).toBe(false);
  });

  it.each<[string, string]>([
    ['an import', stage('', "import value from './code.js';")],
    [
      'new URL of a literal',
      stage("const value = fs.readFileSync(new URL('../other/five.txt', import.meta.url), 'utf8');", fs),
    ],
    [
      'any path, in its own package',
      stage("const value = fs.readFileSync(import.meta.dirname + '/own.txt', 'utf8');", fs),
    ],
    ['an import of another package', stage('', "import value from 'other';")],
    [
      'import() of what is installed',
      stage("const n = ['aco', 'rn'].join(''); const value = Object.keys(await import(n)).length;"),
    ],
    [
      'nothing: it lies outside of the workspace',
      stage("const value = fs.readFileSync('/etc/hostname', 'utf8').length;", fs),
    ],
    [
      'nothing: it is not there',
      stage(
        "const value = fs.existsSync('shared/none') || String(await fs.promises.readFile('shared/none').catch(() => 5));",
        fs,
      ),
    ],
  ])('named by %s it is taken', async (_how, source) => {
    const { code, output } = await run(source);
    expect(code, output).toBe(0);
    expect(existsSync(page())).toBe(true);
  });
});
