import { createRequire } from 'node:module';
import { join } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';

/**
 * Adds the variables of the workspace's `.env` files to the environment, by the function with which Nx does it when it starts,
 * so that a command sees the same data, caches and settings as a run. What is set already stays.
 * @param root absolute path of the workspace
 * @throws LayerwiseError UNSUPPORTED where Nx is not installed
 */
export function loadEnvironment(root: string): void {
  loaderOf(root)(root);
}

function loaderOf(root: string): (root: string) => void {
  try {
    return (
      createRequire(join(root, 'package.json'))('nx/src/utils/dotenv') as { loadRootEnvFiles: (root: string) => void }
    ).loadRootEnvFiles;
  } catch (error) {
    throw new LayerwiseError('UNSUPPORTED', 'the workspace must have Nx installed, but it cannot be loaded', {
      where: root,
      remedy: 'npm ci',
      cause: error,
    });
  }
}
