/**
 * The Python environment of the peers: which of them are installed, and, run as a program
 * (`npm run bench:peers`), its creation from bench/peers/requirements.txt.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const environment = fileURLToPath(new URL('.venv', import.meta.url));
const requirements = fileURLToPath(new URL('peers/requirements.txt', import.meta.url));

/** The environment's interpreter. */
export const python = `${environment}/bin/python`;

/** Name to show -> Python module that must be there. */
const modules = {
  JAX: 'jax',
  'ONNX Runtime': 'onnxruntime',
  PyTorch: 'torch',
  Keras: 'keras',
  'scikit-learn': 'sklearn',
  'scikit-learn-intelex': 'sklearnex',
  openTSNE: 'openTSNE',
  DVC: 'dvc',
  matplotlib: 'matplotlib',
};

const probe =
  'import importlib.util, json, sys; print(json.dumps([importlib.util.find_spec(name) is not None for name in sys.argv[1:]]))';

/**
 * Which peers can be run.
 * @returns {Set<string>} names as in the tables; empty without an environment
 */
export function installedPeers() {
  if (!existsSync(python)) return new Set();
  const asked = spawnSync(python, ['-c', probe, ...Object.values(modules)], { encoding: 'utf8' });
  if (asked.status !== 0) return new Set();
  const found = JSON.parse(asked.stdout);
  return new Set(Object.keys(modules).filter((_, i) => found[i]));
}

/** Creates the environment; says in one line what is missing where it can't. */
function create() {
  const base = ['python3.11', 'python3'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (!base) return 'no Python found: the benchmarks run without peers';
  try {
    if (!existsSync(python)) execFileSync(base, ['-m', 'venv', environment], { stdio: 'inherit' });
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements], { stdio: 'inherit' });
  } catch {
    return 'the peers could not be installed (is the package registry reachable?): the benchmarks run without those that are missing';
  }
  return `peers ready: ${[...installedPeers()].join(', ')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(create());
