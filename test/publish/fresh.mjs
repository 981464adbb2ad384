// The way of a new user: a workspace from nothing, a changed parameter, a stage of his own, two upgrades.
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { repository } from '../workspace/folder.mjs';
import { run } from './registry.mjs';
import { allRoles, codesIn, Workspace } from './workspace.mjs';

const study = 'pipelines/digits/study.yaml';

/** Steps by what they show; each goes on where the last one ended. */
export function freshSteps(work, manager, publish) {
  const space = new Workspace(join(work, 'my-digits'), manager);
  return {
    'a workspace is made in an empty folder, without a terminal, and is below 150 MB': () => {
      const [command, args] = manager.create(['my-digits']);
      const printed = run(command, args, { cwd: work, env: manager.env });
      assert.match(printed, /cd my-digits\n.*nx run digits:exp1/);
      assert.equal(space.json('package.json').devDependencies.layerwise, '^9.0.1');
      assert(!space.has('node_modules/@tensorflow'), 'TensorFlow.js is not installed unless it is asked for');
      assert(!space.has('node_modules/assemblyscript'), 'the WebAssembly is compiled already');
      const size = space.size('node_modules');
      assert(size < 150, `${size} MB`);
      return `${size.toFixed(0)} MB`;
    },
    'an experiment on strokes runs, and its report is there': () => {
      space.shrink('digits');
      assert.deepEqual(space.experiment('digits:exp1'), allRoles);
      const report = space.read('artifacts/digits/exp1/report/index.html');
      assert(report.length > 100_000 && report.includes('16 hidden nodes'));
    },
    'a second run computes nothing, nor does one without its artifacts': () => {
      assert.deepEqual(space.experiment('digits:exp1'), []);
      rmSync(space.path('artifacts'), { recursive: true });
      assert.deepEqual(space.experiment('digits:exp1'), []);
    },
    'a changed parameter reruns what depends on it': () => {
      space.edit(study, ['epochs: 2', 'epochs: 3']);
      const ran = space.experiment('digits:exp1');
      assert.deepEqual(ran, ['activations', 'classes', 'embed', 'nodes', 'report', 'train']);
    },
    'commands work, and mistakes are told with what is near': () => {
      const commands = [
        ...[['list'], ['show', 'digits:exp1'], ['explain', 'digits:exp1'], ['params', 'train'], ['doctor'], ['gc']],
        ...[
          ['export', 'digits:exp1'],
          ['why', 'digits:exp1', '--class', '4', '--rival', '9'],
        ],
        ...[['new', 'study', 'letters'], ['schema']],
      ];
      for (const args of commands) space.layerwise(args);
      assert.match(space.layerwise(['params', 'trian'], 2), /Did you mean 'train'/);
      assert(space.read('pipelines/study.schema.json').includes('@layerwise/reduce-variance'));
      const [right, wrong] = ["uses: '@layerwise/reduce-forest'", "uses: '@layerwise/reduce-forrest'"];
      space.edit(study, [right, wrong]);
      assert.match(space.layerwise(['list']), /did you mean '@layerwise\/reduce-forest'/);
      space.edit(study, [wrong, right]);
    },
    'the code of the stages counts as in the repository': () => assert.deepEqual(space.codes(), codesIn(repository)),
    'a stage of its own is made, passes conformance, is known to the editor and runs': () => {
      space.layerwise(['new', 'stage', 'reduce-first']);
      space.install();
      assert.match(run('npm', ['test'], { cwd: space.path('packages/reduce-first') }), /^# fail 0$/m);
      space.layerwise(['schema']);
      assert(space.read('pipelines/study.schema.json').includes('reduce-first'));
      appendFileSync(space.path(study), '  mine:\n    extends: exp1\n    reduce: { uses: reduce-first, topK: 300 }\n');
      const ran = space.experiment('digits:mine');
      assert(ran.includes('reduce') && !ran.includes('ingest') && !ran.includes('preprocess'), ran.join(', '));
    },
    'an upgrade to a version of the same code reruns nothing, beside a stage of another version': () => {
      publish('9.0.2');
      space.add('layerwise@9.0.2');
      assert.equal(space.versionOf('layerwise'), '9.0.2');
      assert.deepEqual(space.experiment('digits:exp1'), []);
      assert.deepEqual(space.experiment('digits:mine'), []);
      return `contracts ${versionsOf(space).join(' and ')}`;
    },
    'an upgrade with another train reruns what depends on it, and says why': () => {
      publish('9.0.3', { change: changeTrain });
      space.add('layerwise@9.0.3');
      const why = space.layerwise(['explain', 'digits:exp1']);
      assert.match(why, /^ +train +runs$\n.*train\/dist\/index\.js/m);
      assert.match(why, /^ +preprocess +current$/m);
      assert.deepEqual(space.experiment('digits:exp1'), ['train']);
      return /train +runs\n +(.+)/.exec(why)?.[1];
    },
  };
}

/** Another module in train, which computes the same. */
function changeTrain(stages) {
  const file = join(stages, 'train/dist/index.js');
  writeFileSync(file, `${readFileSync(file, 'utf8')}\nexport const another = 1;\n`);
}

/** Versions of the contract of stages that are installed, as far as they lie in node_modules folders that a user sees. */
function versionsOf(space) {
  const folders = ['', ...['cli', 'workspace', 'store', 'train'].map((name) => `node_modules/@layerwise/${name}/`)];
  const found = folders
    .map((folder) => `${folder}node_modules`)
    .filter((folder) => existsSync(space.path(folder, '@layerwise/contracts')))
    .map((folder) => space.versionOf('@layerwise/contracts', folder));
  return [...new Set(found)].sort();
}
