// A workspace of its own in a temporary folder, for tests and for scripts that anyone can run.
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = join(dirname(fileURLToPath(import.meta.url)), '../..');

const described = ['nodes', 'classes', 'report'];

const embed = 'embed: { sources: [pixels], pca: [2], columns: [], tsne: [] }\n';
export const small = `${embed}nodes: { images: 1, bootstrap: 0, steps: 1 }
classes: { rows: 4, draws: 1, controls: [] }
`;
export const briefly = described.map((stage) => `${stage}: { uses: brief-${stage} }`).join(', ');
export const brief = embed + briefly.replaceAll(', ', '\n') + '\n';

export function createFolder(name) {
  const root = mkdtempSync(join(tmpdir(), `${name}-`));
  for (const file of [
    'package.json',
    'package-lock.json',
    'nx.json',
    'tsconfig.json',
    'tsconfig.base.json',
    '.env',
    '.gitignore',
  ])
    cpSync(join(repository, file), join(root, file), { preserveTimestamps: true });
  cpSync(join(repository, '.tsbuild'), join(root, '.tsbuild'), { recursive: true, preserveTimestamps: true });
  for (const folder of readdirSync(join(repository, 'packages'))) copyPackage(folder, root);
  linkModules(join(repository, 'node_modules'), join(root, 'node_modules'), root);
  for (const stage of described) addBriefStage(stage, join(root, 'node_modules', `brief-${stage}`));
  mkdirSync(join(root, 'pipelines'));
  return root;
}

function addBriefStage(stage, folder) {
  cpSync(join(repository, 'test/workspace/brief'), folder, { recursive: true });
  const description = { name: `brief-${stage}`, version: '1.0.0', type: 'module', exports: `./${stage}.js` };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(description));
}

function copyPackage(folder, root) {
  const from = join(repository, 'packages', folder);
  const to = join(root, 'packages', folder);
  cpSync(from, to, {
    recursive: true,
    preserveTimestamps: true,
    filter: (path) => !/\/(node_modules|test)$/.test(path),
  });
  if (existsSync(join(from, 'node_modules'))) linkModules(join(from, 'node_modules'), join(to, 'node_modules'), root);
}

/** A node_modules folder of links to the original's entries; packages of the repository lead to the copies. */
function linkModules(from, to, root) {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from)) {
    if (entry === '.cache' || entry === '.vite') continue;
    if (entry !== '@layerwise') symlinkSync(join(from, entry), join(to, entry));
    else {
      mkdirSync(join(to, entry));
      for (const name of readdirSync(join(from, entry)))
        symlinkSync(join(root, 'packages', name), join(to, entry, name));
    }
  }
}

export function nxPath(root) {
  const { bin } = JSON.parse(readFileSync(join(repository, 'node_modules/nx/package.json'), 'utf8'));
  return join(root, 'node_modules/nx', bin.nx);
}

export function cleanEnvironment(added = {}) {
  const base = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(NX_|LAYERWISE_|VITEST|NODE_OPTIONS|FORCE_COLOR)/.test(name)),
  );
  return { ...base, CI: 'true', NO_COLOR: '1', ...added };
}

export function runNode(root, args, env = {}, node = process.execPath, user = {}) {
  return new Promise((done) => {
    execFile(
      node,
      args,
      { cwd: root, env: cleanEnvironment(env), maxBuffer: 64 << 20, ...user },
      (error, stdout, stderr) => {
        done({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
      },
    );
  });
}
