// Publishes what `npm run pack` has made, in its order; what is there already is left out: node packaging/publish.mjs [--tag next] [--dry-run]
// Needs a token of the registry that npm is set up with, in NODE_AUTH_TOKEN or as `npm login` leaves it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const folder = join(import.meta.dirname, '../dist/packages');
const { values } = parseArgs({
  options: {
    tag: { type: 'string', default: 'latest' },
    provenance: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
  },
});
const npm = (args, stdio, env = process.env) =>
  spawnSync('npm', args, { cwd: folder, stdio, env, encoding: 'utf8', shell: process.platform === 'win32' });

const registry = npm(['config', 'get', 'registry'], ['ignore', 'pipe', 'inherit']).stdout.trim().replace(/\/?$/, '/');
// By the environment, so that it stands in no file and on no command line.
const { NODE_AUTH_TOKEN: token } = process.env;
const key = `npm_config_${registry.replace(/^https?:/, '')}:_authToken`;
const environment = token ? { ...process.env, [key]: token } : process.env;

/** Whether the registry has a version already. */
const isThere = async (name, version) => (await fetch(`${registry}${name.replace('/', '%2f')}/${version}`)).ok;

for (const { name, version, file } of JSON.parse(readFileSync(join(folder, 'packages.json'), 'utf8'))) {
  if (await isThere(name, version)) {
    process.stdout.write(`${name} ${version} is published already\n`);
    continue;
  }
  const options = ['--tag', values.tag, '--access', 'public', '--ignore-scripts'];
  if (values.provenance) options.push('--provenance');
  if (values['dry-run']) options.push('--dry-run');
  const { status } = npm(['publish', `./${file}`, ...options], ['ignore', 'ignore', 'inherit'], environment);
  if (status !== 0) throw new Error(`${name} ${version} could not be published; what stands before it is`);
  process.stdout.write(`${name} ${version}\n`);
}
