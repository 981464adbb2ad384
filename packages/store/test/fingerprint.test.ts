import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fingerprintCode, type CodeFingerprint } from '@layerwise/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;
const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
};
const entry = 'packages/train/dist/index.js';
const fingerprint = (): CodeFingerprint => fingerprintCode([join(root, entry)]);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-code-'));
  write('packages/train/package.json', '{"name": "@layerwise/train", "type": "module"}');
  write(entry, "export { stage } from './stage.js';");
  write(
    'packages/train/dist/stage.js',
    "import add from 'adder';\nconst run = () => import('./net.js');\nexport const stage = { run, add };",
  );
  write(
    'packages/train/dist/net.js',
    "const kernel = new URL('./wasm/net.wasm', import.meta.url);\nconst worker = new URL('./worker.js', import.meta.url);",
  );
  write('packages/train/dist/worker.js', "import 'node:path';");
  write('packages/train/dist/wasm/net.wasm', 'wasm 1');
  write('packages/train/dist/unrelated.js', 'export default 1;');
  write(
    'node_modules/adder/package.json',
    '{"name": "adder", "version": "1.0.0", "dependencies": {"carrier": "*"}, "optionalDependencies": {"absent": "*"}}',
  );
  write('node_modules/carrier/package.json', '{"name": "carrier", "version": "2.0.0"}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** What is not the same in two fingerprints. */
function difference(a: CodeFingerprint, b: CodeFingerprint): string[] {
  const [left, right] = [
    { ...a.modules, ...a.dependencies },
    { ...b.modules, ...b.dependencies },
  ];
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((name) => left[name] !== right[name])
    .sort();
}

describe('fingerprintCode', () => {
  it('names every module and asset that is reached, and every version', () => {
    const { modules, dependencies } = fingerprint();
    expect(Object.keys(modules)).toEqual([
      'train/dist/index.js',
      'train/dist/net.js',
      'train/dist/stage.js',
      'train/dist/wasm/net.wasm',
      'train/dist/worker.js',
      'train/package.json',
    ]);
    const fromTheTest = '--conditions';
    expect(Object.entries(dependencies).filter(([name]) => name !== fromTheTest)).toEqual([
      ['absent', 'not installed'],
      ['adder', '1.0.0'],
      ['carrier', '2.0.0'],
    ]);
  });

  it.each<[string, () => void, string[]]>([
    [
      'a module',
      () =>
        write(
          'packages/train/dist/net.js',
          "const kernel = new URL('./wasm/net.wasm', import.meta.url);\nconst worker = [new URL('./worker.js', import.meta.url)];",
        ),
      ['train/dist/net.js'],
    ],
    ["a worker's module", () => write('packages/train/dist/worker.js', 'export default 2;'), ['train/dist/worker.js']],
    ['an asset', () => write('packages/train/dist/wasm/net.wasm', 'wasm 2'), ['train/dist/wasm/net.wasm']],
    [
      'an import that is added',
      () => write('packages/train/dist/worker.js', "import './unrelated.js';"),
      ['train/dist/unrelated.js', 'train/dist/worker.js'],
    ],
    [
      'the version of a dependency',
      () =>
        write(
          'node_modules/adder/package.json',
          '{"version": "1.0.1", "dependencies": {"carrier": "*"}, "optionalDependencies": {"absent": "*"}}',
        ),
      ['adder'],
    ],
    [
      "the version of a dependency's dependency",
      () => write('node_modules/carrier/package.json', '{"version": "2.0.1"}'),
      ['carrier'],
    ],
    [
      'another package of the repository',
      () => {
        write(
          'packages/kernels/package.json',
          '{"name": "@layerwise/kernels", "type": "module", "exports": "./dist/index.js"}',
        );
        write('packages/kernels/dist/index.js', 'export default 1;');
        mkdirSync(join(root, 'node_modules/@layerwise'));
        symlinkSync(join(root, 'packages/kernels'), join(root, 'node_modules/@layerwise/kernels'));
        write('packages/train/dist/worker.js', "import '@layerwise/kernels';");
      },
      ['kernels/dist/index.js', 'kernels/package.json', 'train/dist/worker.js'],
    ],
  ])('tells %s, and names it', (_what, change, named) => {
    const before = fingerprint();
    change();
    const after = fingerprint();
    expect(after.digest).not.toBe(before.digest);
    expect(difference(before, after)).toEqual(named);
  });

  it('does not heed comments and layout', () => {
    const before = fingerprint();
    write(
      'packages/train/dist/stage.js',
      '// Adds.\nimport add from "adder"\nconst run = () =>\n  import("./net.js")\nexport const stage = {\n  run, // late\n  add,\n}\n',
    );
    expect(fingerprint()).toEqual(before);
  });

  it('does not heed a module that nothing imports, nor the folder', () => {
    const before = fingerprint();
    write('packages/train/dist/unrelated.js', 'export default 2;');
    expect(fingerprint()).toEqual(before);
  });

  it('counts every file that a template may mean', () => {
    write('packages/train/dist/net.js', 'const kernel = (name) => new URL(`./wasm/${name}.wasm`, import.meta.url);');
    write('packages/train/dist/wasm/other.wasm', 'wasm');
    write('packages/train/dist/wasm/notes.txt', 'notes');
    expect(Object.keys(fingerprint().modules).filter((name) => name.includes('/wasm/'))).toEqual([
      'train/dist/wasm/net.wasm',
      'train/dist/wasm/other.wasm',
    ]);
  });

  it('names a module that is not there, and says to build', () => {
    write('packages/train/dist/net.js', "import './gone.js';");
    expect(fingerprint).toThrowError(
      expect.objectContaining({
        code: 'STAGE_FAILED',
        where: join(root, 'packages/train/dist/gone.js'),
        remedy: 'Run npm run build.',
      }),
    );
  });
});

describe('packages of Layerwise that are installed from a registry', () => {
  const at = 'node_modules/@layerwise/kernels';
  const lay = (folder: string, version: string, text: string): void => {
    const manifest = { name: '@layerwise/kernels', version, type: 'module', exports: './dist/index.js' };
    write(`${folder}/package.json`, JSON.stringify(manifest));
    write(`${folder}/dist/index.js`, text);
  };
  beforeEach(() => write('packages/train/dist/worker.js', "import '@layerwise/kernels';"));

  it('count by their modules, not by their versions', () => {
    lay(at, '0.1.0', 'export default 1;');
    const before = fingerprint();
    expect(before.modules).toHaveProperty('kernels/dist/index.js');
    expect(before.dependencies).not.toHaveProperty('@layerwise/kernels');
    lay(at, '0.2.0', 'export default 1;');
    expect(fingerprint().digest).toBe(before.digest);
    lay(at, '0.2.0', 'export default 2;');
    expect(difference(before, fingerprint())).toEqual(['kernels/dist/index.js']);
  });

  it('count as they do where they lie in the repository, and where pnpm keeps them', () => {
    lay(at, '0.1.0', 'export default 1;');
    const { digest } = fingerprint();
    for (const folder of ['packages/kernels', 'node_modules/.pnpm/kernels@0.1.0/node_modules/@layerwise/kernels']) {
      rmSync(join(root, at), { recursive: true });
      lay(folder, '0.3.0', 'export default 1;');
      symlinkSync(join(root, folder), join(root, at));
      expect(fingerprint().digest, folder).toBe(digest);
    }
  });

  it('count once where the same code is installed twice, as npm does where two versions are asked for', () => {
    write('packages/train/dist/worker.js', "import '@layerwise/kernels'; import '@layerwise/store';");
    lay(at, '0.1.0', 'export default 1;');
    const store = { name: '@layerwise/store', type: 'module', exports: './index.js' };
    write('node_modules/@layerwise/store/package.json', JSON.stringify(store));
    write('node_modules/@layerwise/store/index.js', "import '@layerwise/kernels';");
    const { digest } = fingerprint();
    const nested = `node_modules/@layerwise/store/${at}`;
    lay(nested, '0.2.0', 'export default 1;');
    expect(fingerprint().digest).toBe(digest);
    lay(nested, '0.2.0', 'export default 2;');
    expect(fingerprint().digest).not.toBe(digest);
  });
});
