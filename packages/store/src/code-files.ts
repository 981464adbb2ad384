import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';

/** A package of more files is not taken whole. */
const mostFiles = 5000;
const left = new Set(['node_modules', '.git']);

/** Files that a template such as `/a/wasm/${name}.wasm` may mean, those in folders below among them. */
export function codeFitting(template: string): string[] {
  const [folder, pattern] = [dirname(template), basename(template)];
  const [start = '', ...rest] = pattern.split(/\$\{.*?\}/);
  const files = codeBelow(folder, `new URL() of '${pattern}'`);
  return files.filter((file) => relative(folder, file).startsWith(start) && file.endsWith(rest.at(-1) ?? ''));
}

/** Absolute paths of all files below a folder, what is installed in it left out; links are followed. */
export function codeBelow(folder: string, construct: string): string[] {
  const files: string[] = [];
  const entered = new Set<string>();
  const enter = (path: string): void => {
    const real = realpathSync(path);
    if (entered.has(real)) return;
    entered.add(real);
    for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (left.has(entry.name)) continue;
      const kind = kindOf(join(path, entry.name), entry);
      if (kind === 'folder') enter(join(path, entry.name));
      if (kind === 'file') files.push(join(path, entry.name));
      if (files.length > mostFiles) {
        throw new LayerwiseError(
          'STAGE_FAILED',
          `a package that counts as a whole must have at most ${mostFiles} files, got more, because of ${construct}`,
          {
            where: folder,
            remedy:
              'Name what it loads, by import or new URL(…, import.meta.url) of a literal, so that it can be followed.',
          },
        );
      }
    }
  };
  enter(folder);
  return files;
}

function kindOf(path: string, entry: Dirent): 'file' | 'folder' | undefined {
  const found = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : entry;
  return found?.isFile() ? 'file' : found?.isDirectory() ? 'folder' : undefined;
}
