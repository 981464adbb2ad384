// A registry of packages on this computer, and programs that know no other.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { cleanEnvironment, repository } from '../workspace/folder.mjs';

const here = import.meta.dirname;

/** The environment without what npm, Nx and Layerwise were told in this one. */
const plainEnvironment = () =>
  Object.fromEntries(Object.entries(cleanEnvironment()).filter(([name]) => !/^npm_|^CI$|^YARN_/i.test(name)));

/**
 * Runs a program, with nothing on its standard input.
 * @returns what it printed, both streams
 * @throws AssertionError with that, unless its exit code is the expected one
 */
export function run(command, args, { cwd, env = {}, code = 0 }) {
  const shell = process.platform === 'win32' && command !== process.execPath;
  const ran = spawnSync(command, args, {
    ...{ cwd, shell, encoding: 'utf8', input: '', maxBuffer: 64 << 20 },
    env: { ...plainEnvironment(), ...env },
  });
  assert.equal(ran.status, code, `${[command, ...args].join(' ')}\n${ran.stdout}${ran.stderr}${ran.error ?? ''}`);
  return ran.stdout + ran.stderr;
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => done(port));
    });
  });
}

/**
 * Starts Verdaccio, which ends with this process. This repository's packages are its own; others it gets from the registry that npm is set
 * up with.
 * @param work an empty folder
 * @returns `env`: of programs that know this registry and an empty cache; `publish`: see {@link publisher}
 */
export async function startRegistry(work) {
  const installed = join(here, 'node_modules/verdaccio/bin/verdaccio');
  if (!existsSync(installed)) run('npm', ['ci', '--ignore-scripts', '--silent'], { cwd: here });
  const uplink = run('npm', ['config', 'get', 'registry'], { cwd: repository }).trim();
  const address = `http://127.0.0.1:${await freePort()}/`;
  writeFileSync(join(work, 'verdaccio.yaml'), JSON.stringify(settings(work, uplink)));
  const server = spawn(process.execPath, [installed, '--config', 'verdaccio.yaml', '--listen', address.slice(7, -1)], {
    ...{ cwd: work, stdio: 'ignore', env: plainEnvironment() },
  });
  process.on('exit', () => server.kill());
  await answerOf(address, server);
  writeFileSync(join(work, '.npmrc'), `registry=${address}\naudit=false\nfund=false\nupdate-notifier=false\n`);
  const env = {
    npm_config_userconfig: join(work, '.npmrc'),
    npm_config_cache: join(work, 'cache'),
    npm_config_registry: address,
    npm_config_store_dir: join(work, 'store'),
    YARN_NPM_REGISTRY_SERVER: address,
    YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
    YARN_GLOBAL_FOLDER: join(work, 'yarn'),
    YARN_ENABLE_IMMUTABLE_INSTALLS: 'false',
    YARN_ENABLE_TELEMETRY: 'false',
    YARN_NPM_MINIMAL_AGE_GATE: '0',
  };
  return { address, env, publish: publisher({ ...env, NODE_AUTH_TOKEN: await signUp(address) }) };
}

function settings(work, uplink) {
  const own = { access: '$all', publish: '$authenticated' };
  return {
    storage: join(work, 'storage'),
    auth: { htpasswd: { file: join(work, 'htpasswd'), max_users: 10 } },
    uplinks: { outside: { url: uplink, timeout: '60s', maxage: '60m' } },
    packages: {
      ...{ '@layerwise/*': own, layerwise: own, 'create-layerwise': own },
      '**': { access: '$all', proxy: 'outside' },
    },
    log: { type: 'stdout', level: 'error' },
    server: { keepAliveTimeout: 60 },
  };
}

async function answerOf(address, server) {
  const isUp = () =>
    fetch(`${address}-/ping`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (let n = 0; !(await isUp()); n++) {
    if (n > 900 || server.exitCode !== null) throw new Error('the registry does not start');
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

/**
 * @returns a function that lays the packages out under a version of their own, and publishes them as latest: its `options` are those of
 * packaging/pack.mjs, `change` may edit what was laid out in the folder that it gets
 */
const publisher =
  (env) =>
  (version, { options = ['--no-build', '--no-comments'], change = (_folder) => {} } = {}) => {
    const script = (name, ...args) =>
      run(process.execPath, [join(repository, 'packaging', name), ...args], { cwd: repository, env });
    script('pack.mjs', '--version', version, ...options);
    change(join(repository, 'dist/stages'));
    script('publish.mjs', '--tag', 'latest');
  };

/** Ends this process, and so the registry, when it is told to; removes its folder. */
export function clearUp(work) {
  process.on('exit', () => rmSync(work, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
}
