// Compiles each entry of this folder to dist/wasm/<name>.wasm; skips what has not changed since. Those that multiply and add in
// one operation are compiled a second time, to <name>-emulated.wasm, for processors that cannot.
// With --debug: without optimisation, with assertions, the names of functions, and source maps beside the files.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernels, recordFiles } from './records.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const out = join(folder, '../dist/wasm');
const flags = [
  ...(process.argv.includes('--debug') ? ['--debug', '--sourceMap'] : ['-O3', '--noAssert']),
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '--enable',
  'threads',
  '--importMemory',
  '--sharedMemory',
  '--initialMemory',
  '1',
  '--maximumMemory',
  '65536',
];

for (const kernel of Object.keys(kernels)) {
  for (const [path, text] of Object.entries(recordFiles(kernel))) {
    const file = join(folder, '..', path);
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
  }
}

/** Entries are the files named in entries.json; the others are imported by them. */
const { fused, plain } = JSON.parse(readFileSync(join(folder, 'entries.json'), 'utf8'));
const modules = [
  ...plain.map((entry) => ({ entry, name: basename(entry), features: [] })),
  ...fused.map((entry) => ({ entry, name: basename(entry), features: ['--enable', 'relaxed-simd'] })),
  ...fused.map((entry) => ({ entry, name: `${basename(entry)}-emulated`, features: [] })),
];
const sources = readdirSync(folder, { recursive: true })
  .filter((name) => name.endsWith('.ts') || name === 'entries.json')
  .sort();
const compilerVersion = JSON.parse(
  readFileSync(fileURLToPath(import.meta.resolve('assemblyscript/package.json')), 'utf8'),
).version;
const hash = createHash('sha256').update(JSON.stringify([compilerVersion, flags, modules]));
for (const name of sources) hash.update(name).update(readFileSync(join(folder, name)));
const stamp = hash.digest('hex');
const stampFile = join(out, '.stamp');

const current =
  existsSync(stampFile) &&
  readFileSync(stampFile, 'utf8') === stamp &&
  modules.every(({ name }) => existsSync(join(out, `${name}.wasm`)));
if (!current) {
  const { default: asc } = await import('assemblyscript/asc');
  mkdirSync(out, { recursive: true });
  for (const { entry, name, features } of modules) {
    const { error, stderr } = await asc.main([
      `${entry}.ts`,
      '--outFile',
      join(out, `${name}.wasm`),
      '--baseDir',
      folder,
      ...flags,
      ...features,
    ]);
    if (error) {
      process.stderr.write(`${stderr.toString()}\n`);
      throw error;
    }
  }
}
// Also where nothing changed: the stamp's time says up to when the sources were looked at.
writeFileSync(stampFile, stamp);
