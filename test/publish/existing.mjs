// Folders that have something already: a workspace of Nx, and an npm project, both with a repository and a README.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import assert from 'node:assert/strict';
import { nxVersion } from '@layerwise/scaffold';
import { run } from './registry.mjs';
import { allRoles, Workspace } from './workspace.mjs';

function lay(space, files) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(space.path(path)), { recursive: true });
    writeFileSync(space.path(path), typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`);
  }
  run('git', ['init', '--quiet'], { cwd: space.root });
}

/** As {@link import('./fresh.mjs').freshSteps}. @param first the version that is published and has no successor of other code */
export function nxSteps(work, manager, first) {
  const space = new Workspace(join(work, 'shop'), manager);
  return {
    'nx add puts the plugin into a workspace of Nx, whose own files and targets stay': () => {
      lay(space, {
        'package.json': {
          ...{ name: 'shop', private: true, workspaces: ['packages/*', 'libs/*'] },
          devDependencies: { nx: nxVersion },
        },
        'nx.json': { namedInputs: { default: ['{projectRoot}/**/*'] }, analytics: false, neverConnectToCloud: true },
        'libs/cart/package.json': { name: 'cart', version: '1.0.0', scripts: { greet: 'echo the cart greets' } },
        'README.md': '# Shop\n',
        '.gitignore': 'node_modules\n/tmp',
        ...(manager.name === 'yarn' ? { '.yarnrc.yml': 'nodeLinker: node-modules\n' } : {}),
        ...(manager.name === 'pnpm'
          ? { 'pnpm-workspace.yaml': "packages:\n  - 'packages/*'\n  - 'libs/*'\nignoredBuiltDependencies: [nx]\n" }
          : {}),
      });
      space.install();
      space.nx('add', `layerwise@${first}`);
      assert.equal(space.versionOf('layerwise'), first);
      const { plugins, namedInputs } = space.json('nx.json');
      assert.deepEqual(
        { plugins, namedInputs },
        { plugins: ['layerwise'], namedInputs: { default: ['{projectRoot}/**/*'] } },
      );
      assert.equal(space.read('README.md'), '# Shop\n');
      assert.match(space.read('.gitignore'), /^node_modules\n\/tmp\n[^]*^artifacts\/$/m);
      assert.match(space.nx('run', 'cart:greet'), /the cart greets/);
    },
    'its study runs, again nothing, and after a change what depends on it': () => {
      space.shrink('digits');
      assert.deepEqual(space.experiment('digits:exp1'), allRoles);
      assert.deepEqual(space.experiment('digits:exp1'), []);
      space.edit('pipelines/digits/study.yaml', ['epochs: 2', 'epochs: 1']);
      const ran = space.experiment('digits:exp1');
      assert.deepEqual(ran, ['activations', 'classes', 'embed', 'nodes', 'report', 'train']);
    },
    'the generators make a study and a stage, which runs in it': () => {
      space.nx('g', 'layerwise:stage', 'reduce-first');
      space.nx('g', 'layerwise:study', 'letters');
      space.install();
      space.shrink('letters');
      space.edit('pipelines/letters/study.yaml', [
        "reduce: { uses: '@layerwise/reduce-forest', trees: 30, topK: 70 }",
        'reduce: { uses: reduce-first, topK: 300 }',
      ]);
      const ran = space.experiment('letters:exp2');
      assert(ran.includes('reduce') && ran.includes('train') && !ran.includes('ingest'), ran.join(', '));
    },
    'an upgrade to a version of the same code reruns nothing there': () => {
      space.add('layerwise@9.0.2');
      assert.equal(space.versionOf('layerwise'), '9.0.2');
      for (const address of ['digits:exp1', 'letters:exp2']) assert.deepEqual(space.experiment(address), []);
    },
  };
}

/** As {@link nxSteps}; the registry has all that is asked of it by now. */
export function projectSteps(work, manager) {
  const space = new Workspace(join(work, 'letters'), manager);
  return {
    'an npm project with a repository and a README becomes one, and what is there stays': () => {
      lay(space, {
        'package.json': { name: 'letters', version: '2.0.0', scripts: { test: 'echo tested' } },
        'README.md': '# Letters\n',
      });
      const [command, args] = manager.create(['.', '--no-install']);
      // The separator that npm wants before options of the package's own.
      const given = manager.name === 'npm' ? args.toSpliced(-1, 0, '--') : args;
      run(command, given, { cwd: space.root, env: manager.env });
      assert.equal(space.read('README.md'), '# Letters\n');
      assert.deepEqual(space.json('package.json').scripts, { test: 'echo tested' });
      const started = Date.now();
      space.install();
      const seconds = (Date.now() - started) / 1000;
      assert.match(space.layerwise(['list']), /digits/);
      return `installed in ${seconds.toFixed(0)} s, from a registry that has been asked before`;
    },
  };
}
