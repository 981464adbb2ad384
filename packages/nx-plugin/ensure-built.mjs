// Brings the compiled packages up to date with their sources; plain JavaScript, since it runs before anything is compiled.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeWait, withLeaseSync } from '../contracts/src/lease.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const kernels = 'packages/kernels/assembly/build.mjs';
const arrow = 'packages/contracts/arrow/build.mjs';
const page = 'packages/report/browser/build.mjs';

/** Time of the newest file below a folder, in ms. */
function newest(folder) {
  let time = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) time = Math.max(time, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs);
  }
  return time;
}

/** Whether a source file is newer than the last build of its package, or the build is gone. */
function isPackageStale(name) {
  const [info, folder] = [join(root, '.tsbuild', `${name}.tsbuildinfo`), join(root, 'packages', name)];
  const sources = readdirSync(join(folder, 'src')).filter((file) => /(?<!\.d)\.ts$/.test(file));
  if (!sources.every((file) => existsSync(join(folder, 'dist', file.replace(/\.ts$/, '.js')))))
    rmSync(info, { force: true });
  return !existsSync(info) || newest(join(folder, 'src')) > statSync(info).mtimeMs;
}

const packages = () =>
  readdirSync(join(root, 'packages')).filter((name) => existsSync(join(root, 'packages', name, 'tsconfig.json')));

function areKernelsStale() {
  const stamp = join(root, 'packages/kernels/dist/wasm/.stamp');
  return !existsSync(stamp) || newest(join(root, dirname(kernels))) > statSync(stamp).mtimeMs;
}

/** Whether what is bundled of apache-arrow is older than its source, or of another version. */
function isArrowStale() {
  const stamp = join(root, 'packages/contracts/dist/bundle/.stamp');
  if (!existsSync(stamp)) return true;
  const installed = JSON.parse(readFileSync(join(root, 'node_modules/apache-arrow/package.json'), 'utf8')).version;
  const newestSource = Math.max(
    newest(join(root, dirname(arrow))),
    statSync(join(root, 'packages/contracts/dist/arrow.js')).mtimeMs,
  );
  return readFileSync(stamp, 'utf8') !== installed || newestSource > statSync(stamp).mtimeMs;
}

/** Whether the page's script or style sheet is older than what it is made of, which its stamp names. */
function isPageStale() {
  const stamp = join(root, 'packages/report/dist/page/.stamp');
  if (!existsSync(stamp)) return true;
  const { mtimeMs } = statSync(stamp);
  const isNewer = (path) => (statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > mtimeMs;
  return newest(join(root, dirname(page))) > mtimeMs || JSON.parse(readFileSync(stamp, 'utf8')).some(isNewer);
}

/** What is run, in this order, where it is stale; the page's script is made of compiled packages. */
const builds = [
  { isStale: areKernelsStale, args: [kernels] },
  { isStale: () => packages().some(isPackageStale), args: ['node_modules/typescript/bin/tsc', '-b'] },
  { isStale: isArrowStale, args: [arrow] },
  { isStale: isPageStale, args: [page] },
];

/** Compiles what is older than its source; another process that does so just now is waited for. Throws an Error with the compiler's messages. */
export function ensureBuilt() {
  if (!builds.some(({ isStale }) => isStale())) return;
  const onWait = (holder) => void process.stderr.write(`${describeWait(holder, 'is compiling the packages')}\n`);
  withLeaseSync(join(root, '.tsbuild/.lock'), { onWait }, () => {
    for (const { isStale, args } of builds) if (isStale()) compile(args);
  });
}

function compile(args) {
  try {
    execFileSync(process.execPath, args, { cwd: root, stdio: 'pipe' });
  } catch (error) {
    // Its cause would be printed with the compiler's messages as arrays of bytes.
    throw new Error(`the packages of this repository do not compile:\n${error.stdout}${error.stderr}`);
  }
}
