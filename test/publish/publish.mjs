// Packs all packages, publishes them to a registry on this computer, makes a workspace from it in an empty folder with an empty cache, runs an
// experiment there, changes a parameter, and upgrades to a second version: node test/publish/publish.mjs
// What is not of this repository comes from the registry that npm is set up with.
import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { cleanEnvironment, repository } from '../workspace/folder.mjs';

const here = import.meta.dirname;
const work = mkdtempSync(join(tmpdir(), 'layerwise-publish-'));
const started = Date.now();
const npmEnvironment = () =>
  Object.fromEntries(Object.entries(cleanEnvironment()).filter(([name]) => !/^npm_|^CI$/i.test(name)));

/** Runs a program and gives back what it printed; fails with it, unless another exit code is expected. */
function run(command, args, { cwd = work, env = {}, code = 0 } = {}) {
  const shell = process.platform === 'win32' && command !== process.execPath;
  const ran = spawnSync(command, args, {
    ...{ cwd, shell, encoding: 'utf8', input: '', maxBuffer: 64 << 20 },
    env: { ...npmEnvironment(), ...env },
  });
  assert.equal(ran.status, code, `${[command, ...args].join(' ')}\n${ran.stdout}${ran.stderr}`);
  return ran.stdout + ran.stderr;
}

const say = (text) => process.stdout.write(`${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => done(port));
    });
  });
}

/** Starts Verdaccio: this repository's packages are its own, others it gets from the registry that npm is set up with. */
async function startRegistry() {
  const installed = join(here, 'node_modules/verdaccio/bin/verdaccio');
  if (!existsSync(installed)) run('npm', ['ci', '--ignore-scripts', '--silent'], { cwd: here });
  const uplink = run('npm', ['config', 'get', 'registry'], { cwd: repository }).trim();
  const port = await freePort();
  const own = (name) => ({ [name]: { access: '$all', publish: '$authenticated' } });
  const config = {
    storage: join(work, 'storage'),
    auth: { htpasswd: { file: join(work, 'htpasswd'), max_users: 10 } },
    uplinks: { outside: { url: uplink, timeout: '60s', maxage: '60m' } },
    packages: {
      ...own('@layerwise/*'),
      ...own('layerwise'),
      ...own('create-layerwise'),
      '**': { access: '$all', proxy: 'outside' },
    },
    log: { type: 'stdout', level: 'error' },
    server: { keepAliveTimeout: 60 },
  };
  writeFileSync(join(work, 'verdaccio.yaml'), JSON.stringify(config));
  const server = spawn(process.execPath, [installed, '--config', 'verdaccio.yaml', '--listen', `127.0.0.1:${port}`], {
    ...{ cwd: work, stdio: 'ignore', env: npmEnvironment() },
  });
  const address = `http://127.0.0.1:${port}/`;
  for (let n = 0; ; n++) {
    if (
      await fetch(`${address}-/ping`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return { address, server };
    if (n > 100 || server.exitCode !== null) throw new Error('the registry does not start');
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** A user of the registry. @returns a token of his */
async function signUp(address) {
  const answer = await fetch(`${address}-/user/org.couchdb.user:test`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'test', password: 'a-test-of-this-computer' }),
  });
  const { token } = /** @type {{ token: string }} */ (await answer.json());
  return token;
}

/** Packs the packages under a version of their own, and publishes them. */
function publish(version, env, ...options) {
  run(process.execPath, [join(repository, 'packaging/pack.mjs'), '--version', version, ...options], {
    cwd: repository,
  });
  run(process.execPath, [join(repository, 'packaging/publish.mjs'), '--tag', 'latest'], { cwd: repository, env });
}

const { address, server } = await startRegistry();
process.on('exit', () => {
  server.kill();
  rmSync(work, { recursive: true, force: true });
});
writeFileSync(join(work, '.npmrc'), `registry=${address}\naudit=false\nfund=false\nupdate-notifier=false\n`);
/** npm with nothing of this computer: another cache, no settings of the user. */
const env = {
  npm_config_userconfig: join(work, '.npmrc'),
  npm_config_cache: join(work, 'cache'),
  npm_config_registry: address,
};
const publisher = { ...env, NODE_AUTH_TOKEN: await signUp(address) };
say(`registry at ${address}`);
publish('9.0.1', publisher, ...process.argv.slice(2));
say('9.0.1 is published');

// 1. From nothing, without a terminal.
const printed = run('npm', ['create', '--yes', 'layerwise@latest', 'my-digits'], { env });
const root = join(work, 'my-digits');
assert.match(printed, /cd my-digits\n {2}npx nx run digits:exp1/);
assert.equal(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies.layerwise, '^9.0.1');
assert(!existsSync(join(root, 'node_modules/@tensorflow')), 'TensorFlow.js is not installed unless it is asked for');
assert(!existsSync(join(root, 'node_modules/assemblyscript')), 'the WebAssembly is compiled already');
const size = Number(run('du', ['-sk', 'node_modules'], { cwd: root }).split('\t')[0]) / 1000;
say(`my-digits is made, node_modules has ${size.toFixed(0)} MB`);

const study = join(root, 'pipelines/digits/study.yaml');
const edit = (from, to) => {
  const text = readFileSync(study, 'utf8');
  assert(text.includes(from), `${from} in the study`);
  writeFileSync(study, text.replace(from, to));
};
edit('train: 6000, test: 1000', 'train: 600, test: 120');
edit('epochs: 15', 'epochs: 2');
edit('rows: 1000', 'rows: 100');
/** Runs the first experiment. @returns the roles that were computed */
function runExperiment() {
  const output = run('npx', ['nx', 'run', 'digits:exp1'], { cwd: root, env });
  const words = [...output.matchAll(/^ +ran +(.+)$/gm)].at(-1)?.[1].trim();
  assert(words, output);
  return words === 'nothing' ? [] : words.split(', ');
}
const all = ['ingest', 'preprocess', 'train', 'activations', 'maps', 'embed', 'nodes', 'classes', 'report'];
assert.deepEqual(runExperiment().sort(), [...all].sort());
const report = readFileSync(join(root, 'artifacts/digits/exp1/report/index.html'), 'utf8');
assert(report.length > 100_000 && report.includes('16 hidden nodes'));
say('digits:exp1 has run, and its report is there');

// 2. Again, from Nx's cache, and after a change.
assert.deepEqual(runExperiment(), []);
rmSync(join(root, 'artifacts'), { recursive: true });
assert.deepEqual(runExperiment(), []);
edit('epochs: 2', 'epochs: 3');
const after = runExperiment();
assert(after.includes('train') && !after.includes('ingest') && !after.includes('preprocess'), after.join(', '));
say(`a second run computes nothing; after a change of train: ${after.join(', ')}`);

// 3. Every command that shows something.
const layerwise = (args, code = 0) => run('npx', ['layerwise', ...args], { cwd: root, env, code });
for (const args of [
  ['list'],
  ['show', 'digits:exp1'],
  ['explain', 'digits:exp1'],
  ['params', 'train'],
  ['schema'],
  ['doctor'],
  ['gc'],
  ['export', 'digits:exp1'],
  ['why', 'digits:exp1', '--class', '4', '--rival', '9'],

  ['run', 'digits:exp1'],
  ['new', 'study', 'letters'],
])
  layerwise(args);
assert.match(layerwise(['params', 'trian'], 2), /Did you mean 'train'/);
assert(readFileSync(join(root, 'pipelines/study.schema.json'), 'utf8').includes('@layerwise/reduce-variance'));
edit("uses: '@layerwise/reduce-forest'", "uses: '@layerwise/reduce-forrest'");
assert.match(layerwise(['list']), /did you mean '@layerwise\/reduce-forest'/);
edit("uses: '@layerwise/reduce-forrest'", "uses: '@layerwise/reduce-forest'");
say('every command works');

// 4. In the repository the code of the stages is the same.
const digestOf = (folder) => {
  const script = `
    import { createRequire } from 'node:module';
    import { pathToFileURL } from 'node:url';
    const { resolve } = createRequire(process.argv[1] + '/package.json');
    const { tracerOf } = await import(pathToFileURL(resolve('@layerwise/workspace/plan/code')).href);
    const { FileCache } = await import(pathToFileURL(resolve('@layerwise/store/file-cache')).href);
    const codeOf = tracerOf(process.argv[1], new FileCache());
    const names = ['ingest', 'preprocess', 'reduce-forest', 'train', 'activations', 'embed', 'nodes', 'classes', 'report'];
    console.log(JSON.stringify(names.map((name) => codeOf('@layerwise/' + name).code.modules)));`;
  return JSON.parse(run(process.execPath, ['--input-type=module', '-e', script, folder], { cwd: folder }));
};
assert.deepEqual(digestOf(root), digestOf(repository));
say('the code of the stages counts as in the repository');

// 5. A second version with the same code: nothing runs again. A third with another train: what depends on it does.
publish('9.0.2', publisher, '--no-build');
run('npm', ['install', '--save-dev', 'layerwise@9.0.2'], { cwd: root, env });
assert.equal(
  JSON.parse(readFileSync(join(root, 'node_modules/@layerwise/train/package.json'), 'utf8')).version,
  '9.0.2',
);
assert.deepEqual(runExperiment(), []);
say('an upgrade to 9.0.2, of the same code, runs nothing');
const changed = join(root, 'node_modules/@layerwise/train/dist/index.js');
writeFileSync(changed, `${readFileSync(changed, 'utf8')}\nexport const another = 1;\n`);
const upgraded = runExperiment();
assert(
  upgraded.includes('train') && !upgraded.includes('preprocess') && !upgraded.includes('report'),
  upgraded.join(', '),
);
say(`other code in train: ${upgraded.join(', ')}`);
// 6. A stage of one's own, which passes conformance and is used.
layerwise(['new', 'stage', 'reduce-first']);
run('npm', ['install'], { cwd: root, env });
run('npm', ['test'], { cwd: join(root, 'packages/reduce-first'), env });
appendFileSync(study, '  mine:\n    extends: exp1\n    reduce: { uses: reduce-first, topK: 300 }\n');
run('npx', ['nx', 'run', 'digits:mine'], { cwd: root, env });
say('a stage of its own passes conformance and runs');

say('done');
