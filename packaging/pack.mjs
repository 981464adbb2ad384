// Builds all packages and packs each as it would be published, into dist/packages: npm run pack
// Beside what a build makes, types get their doc comments back, and source maps hold their sources. For tests: --version 9.0.1 replaces the
// version, --no-build takes what is built, --no-comments leaves types as they are built.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const stages = join(root, 'dist/stages');
const out = join(root, 'dist/packages');
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** Folders of packages that are published, those that others need first. */
function published() {
  const folders = readdirSync(join(root, 'packages')).filter((name) =>
    existsSync(join(root, 'packages', name, 'package.json')),
  );
  const manifests = new Map(folders.map((name) => [name, read(join(root, 'packages', name, 'package.json'))]));
  const folderOf = new Map([...manifests].map(([folder, { name }]) => [name, folder]));
  const order = new Set();
  const add = (folder) => {
    for (const name of Object.keys(manifests.get(folder).dependencies ?? {}))
      if (folderOf.has(name)) add(folderOf.get(name));
    order.add(folder);
  };
  folders.forEach(add);
  return [...order].filter((folder) => manifests.get(folder).private !== true);
}

/** Writes the declarations of all packages with their comments: the build leaves comments out, since pages embed functions as texts. */
function declare(folders) {
  const { options } = ts.parseJsonConfigFileContent(read(join(root, 'tsconfig.base.json')), ts.sys, root);
  const files = folders.flatMap((folder) =>
    ts.sys.readDirectory(join(root, 'packages', folder, 'src'), ['.ts', '.mts', '.mjs']),
  );
  const program = ts.createProgram(files, {
    ...options,
    ...{ composite: false, incremental: false, allowJs: true, removeComments: false },
    ...{ declaration: true, emitDeclarationOnly: true, rootDir: root, outDir: stages },
  });
  program.emit(undefined, (path, text) => {
    const [, folder, rest] = /^packages\/([^/]+)\/src\/(.+)$/.exec(relative(stages, path).split(sep).join('/')) ?? [];
    if (folder === undefined || !files.length) return;
    const target = join(stages, folder, 'dist', rest);
    if (existsSync(target)) writeFileSync(target, text);
  });
}

/** Lays a package's files as they are published. @param version replaces those of all packages, for tests */
function stage(folder, version) {
  const from = join(root, 'packages', folder);
  const to = join(stages, folder);
  const manifest = read(join(from, 'package.json'));
  delete manifest.devDependencies;
  for (const name of manifest.files) {
    if (!existsSync(join(from, name)))
      throw new Error(`packages/${folder}/package.json names ${name}, which is not there`);
    cpSync(join(from, name), join(to, name), {
      recursive: true,
      filter: (path) => !/[\\/]\.stamp$|\.tsbuildinfo$/.test(path),
    });
  }
  for (const path of ts.sys.readDirectory(join(to, 'dist'), ['.map'])) fillMap(path, join(from, relative(to, path)));
  cpSync(join(root, 'LICENSE'), join(to, 'LICENSE'));
  writeFileSync(join(to, 'README.md'), readmeOf(manifest));
  const text = JSON.stringify(version === undefined ? manifest : withVersion(manifest, version), null, 2);
  writeFileSync(join(to, 'package.json'), `${text}\n`);
}

/** Puts the sources into a source map, since they are not published; where they are gone, what an earlier build made of them goes too. */
function fillMap(path, original) {
  const map = read(path);
  if (!map.sources.every((source) => existsSync(join(dirname(original), source)))) {
    const script = path.slice(0, -'.map'.length);
    for (const stale of [path, script, script.replace(/js$/, 'ts').replace(/\.(m?)ts$/, '.d.$1ts')]) rmSync(stale);
    return;
  }
  map.sourcesContent = map.sources.map((source) => readFileSync(join(dirname(original), source), 'utf8'));
  writeFileSync(path, JSON.stringify(map));
}

const isOwn = (name) => name === 'layerwise' || name === 'create-layerwise' || name.startsWith('@layerwise/');

function withVersion(manifest, version) {
  const changed = (record) =>
    record && Object.fromEntries(Object.entries(record).map(([name, old]) => [name, isOwn(name) ? version : old]));
  const groups = ['dependencies', 'optionalDependencies', 'peerDependencies'].filter((group) => manifest[group]);
  return { ...manifest, version, ...Object.fromEntries(groups.map((group) => [group, changed(manifest[group])])) };
}

function readmeOf({ name, description }) {
  const start = name === 'layerwise' || name === 'create-layerwise' ? '' : 'A part of Layerwise. ';
  return `# ${name}\n\n${start}${description[0].toUpperCase()}${description.slice(1)}.\n\n\`\`\`sh\nnpm create layerwise@latest my-digits\n\`\`\`\n`;
}

function run(command, args, cwd = root) {
  const { status } = spawnSync(command, args, {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} failed`);
}

const { values } = parseArgs({
  options: { version: { type: 'string' }, 'no-build': { type: 'boolean' }, 'no-comments': { type: 'boolean' } },
});
if (!values['no-build']) run('npm', ['run', '-s', 'build']);
for (const folder of [stages, out]) rmSync(folder, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const folders = published();
for (const folder of folders) stage(folder, values.version);
if (!values['no-comments']) declare(folders);
// Also a workspace, so that npm publishes them together.
writeFileSync(join(stages, 'package.json'), JSON.stringify({ private: true, workspaces: folders }));
run('npm', ['pack', '--silent', '--pack-destination', out, ...folders.map((folder) => `./${folder}`)], stages);
// In the order in which they can be published, and none is there before what it needs.
const files = folders.map((folder) => {
  const { name, version } = read(join(stages, folder, 'package.json'));
  return { name, version, folder, file: `${name.replace('@', '').replace('/', '-')}-${version}.tgz` };
});
writeFileSync(join(out, 'packages.json'), `${JSON.stringify(files, null, 2)}\n`);
process.stdout.write(`${files.length} packages in ${relative(root, out)}\n`);
