import { readFileSync } from 'node:fs';
import { newFiles, type Existing, type FileSet } from './file-set.js';
import { checkedName } from './name.js';

/** What the stage in `templates` is called. */
const sample = 'reduce-first';

/**
 * A package with a stage for `reduce` that passes conformance: plain JavaScript, so that nothing has to be compiled.
 * @param version of Layerwise, such as `0.1.0`
 * @throws Refusal if it may not be called so, or is there already
 */
export function stageFiles(name: string, version: string, existing: Existing): FileSet {
  checkedName('stage', name);
  const files = {
    'package.json': packageOf(name, version),
    'index.js': template('index.js').replaceAll(sample, name),
    'index.test.js': template('index.test.js'),
  };
  return newFiles(new Map(Object.entries(files).map(([file, text]) => [`packages/${name}/${file}`, text])), existing);
}

function template(file: string): string {
  return readFileSync(new URL(`../templates/stage/${file}`, import.meta.url), 'utf8');
}

function packageOf(name: string, version: string): string {
  const text = {
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    exports: './index.js',
    scripts: { test: 'node --test' },
    dependencies: { '@layerwise/contracts': `^${version}` },
    devDependencies: { '@layerwise/conformance': `^${version}` },
  };
  return `${JSON.stringify(text, null, 2)}\n`;
}
