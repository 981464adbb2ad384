// Publishes what `npm run pack` has made, in its order; what is there already is left out: node packaging/publish.mjs [--tag next] [--dry-run]
// Needs a token of the registry that npm is set up with, in NODE_AUTH_TOKEN or as `npm login` leaves it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const dist = join(import.meta.dirname, '../dist');
const { values } = parseArgs({
  options: {
    tag: { type: 'string', default: 'latest' },
    provenance: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
  },
});
const npm = (args, stdio, env = process.env) =>
  spawnSync('npm', args, {
    cwd: join(dist, 'stages'),
    stdio,
    env,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });

const registry = npm(['config', 'get', 'registry'], ['ignore', 'pipe', 'inherit']).stdout.trim().replace(/\/?$/, '/');
// By the environment, so that it stands in no file and on no command line.
const { NODE_AUTH_TOKEN: token } = process.env;
const key = `npm_config_${registry.replace(/^https?:/, '')}:_authToken`;
const environment = token ? { ...process.env, [key]: token } : process.env;

/** Whether the registry has a version already. */
const isThere = async (name, version) => (await fetch(`${registry}${name.replace('/', '%2f')}/${version}`)).ok;

const packages = JSON.parse(readFileSync(join(dist, 'packages/packages.json'), 'utf8'));
const there = await Promise.all(packages.map(({ name, version }) => isThere(name, version)));
for (const { name, version } of packages.filter((_, i) => there[i]))
  process.stdout.write(`${name} ${version} is published already\n`);
const missing = packages.filter((_, i) => !there[i]);
if (missing.length > 0) {
  const options = ['--tag', values.tag, '--access', 'public', '--ignore-scripts', '--loglevel', 'error'];
  if (values.provenance) options.push('--provenance');
  if (values['dry-run']) options.push('--dry-run');
  // One npm for all of them, which goes by the order in which they are named.
  const named = missing.flatMap(({ folder }) => ['--workspace', folder]);
  const { status } = npm(['publish', ...named, ...options], ['ignore', 'inherit', 'inherit'], environment);
  if (status !== 0) throw new Error('the package after the last that is listed could not be published');
}
