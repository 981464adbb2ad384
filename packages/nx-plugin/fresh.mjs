// Whether the compiled packages are those of the sources; plain JavaScript, since it runs before anything is compiled.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Time of the newest file below a folder, in ms. */
function newest(folder) {
  let time = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) time = Math.max(time, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  }
  return time;
}

/** Whether a source file is newer than the last build of its package, or the build is gone. */
function isStale(name) {
  const info = join(root, '.tsbuild', `${name}.tsbuildinfo`);
  if (!existsSync(join(root, 'packages', name, 'dist/index.js'))) rmSync(info, { force: true });
  return !existsSync(info) || newest(join(root, 'packages', name, 'src')) > statSync(info).mtimeMs;
}

/** Compiles the packages if a source is newer than its module. Throws an Error with the compiler's messages. */
export function compileIfStale() {
  const packages = readdirSync(join(root, 'packages')).filter((name) => existsSync(join(root, 'packages', name, 'tsconfig.json')));
  if (!packages.some(isStale)) return;
  try {
    execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: root, stdio: 'pipe' });
  } catch (error) {
    throw new Error(`the packages of this repository do not compile:\n${error.stdout}`, { cause: error });
  }
}
