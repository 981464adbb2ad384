import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { packageNameOf, workspaceFiles, type PackageManager } from '@layerwise/scaffold';
import { version } from '../version.js';
import { writeInto, type Tree } from './tree.js';

/** `nx add layerwise`: registers the plugin, and writes a first study where there is none. */
export default function init(tree: Tree, { study = 'digits' }: { readonly study?: string }): void {
  const wish = { name: packageNameOf(basename(tree.root)), version, manager: managerOf(tree.root) };
  const isFirst = !tree.exists('pipelines');
  writeInto(tree, (existing) => workspaceFiles({ ...wish, ...(isFirst ? { study } : {}) }, existing));
}

function managerOf(root: string): PackageManager {
  if (existsSync(join(root, 'pnpm-lock.yaml'))) return 'pnpm';
  return existsSync(join(root, 'yarn.lock')) ? 'yarn' : 'npm';
}
