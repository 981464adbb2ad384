// A workspace that uses what was published, as somebody at a terminal does.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { run } from './registry.mjs';

/** The stages of an experiment that trains on pixels. */
export const allRoles = ['activations', 'classes', 'embed', 'ingest', 'maps', 'nodes', 'preprocess', 'report', 'train'];

export class Workspace {
  constructor(root, manager) {
    this.root = root;
    this.manager = manager;
  }

  path(...parts) {
    return join(this.root, ...parts);
  }

  read(path) {
    return readFileSync(this.path(path), 'utf8');
  }

  json(path) {
    return JSON.parse(this.read(path));
  }

  /** Replaces parts of a file, each of which has to be there. */
  edit(path, ...changes) {
    let text = this.read(path);
    for (const [from, to] of changes) {
      assert(text.includes(from), `${from} in ${path}:\n${text}`);
      text = text.replace(from, to);
    }
    writeFileSync(this.path(path), text);
  }

  call([command, args], code = 0) {
    return run(command, args, { cwd: this.root, env: this.manager.env, code });
  }

  install() {
    return this.call(this.manager.install);
  }

  add(...names) {
    return this.call(this.manager.add(names));
  }

  nx(...args) {
    return this.call(this.manager.exec(['nx', ...args]));
  }

  layerwise(args, code = 0) {
    return this.call(this.manager.exec(['layerwise', ...args]), code);
  }

  /** Runs an experiment. @returns the roles that were computed, sorted */
  experiment(address) {
    const output = this.nx('run', address);
    const words = [...output.matchAll(/^ +ran +(.+)$/gm)].at(-1)?.[1].trim();
    assert(words, output);
    return words === 'nothing' ? [] : words.split(', ').sort();
  }

  /** Of a study as the generator makes it, one whose experiments run in seconds. */
  shrink(study) {
    this.edit(
      `pipelines/${study}/study.yaml`,
      ['train: 6000, test: 1000', 'train: 600, test: 120'],
      ['epochs: 15', 'epochs: 2'],
      [
        'rows: 1000 }] }',
        'rows: 100 }] }\nnodes: { images: 1, bootstrap: 0, steps: 1 }\nclasses: { rows: 4, draws: 1, controls: [] }',
      ],
    );
  }

  /** The version that is installed of a package of the workspace. */
  versionOf(name, from = 'node_modules') {
    return this.json(`${from}/${name}/package.json`).version;
  }

  has(path) {
    return existsSync(this.path(path));
  }

  /** Size of a folder in MB, of 10^6 bytes. */
  size(path) {
    return Number(run('du', ['-sk', path], { cwd: this.root }).split('\t')[0]) * 0.001024;
  }

  /** Code of the default stages, as {@link import('@layerwise/store').CodeFingerprint} names the modules. */
  codes() {
    return codesIn(this.root);
  }
}

export function codesIn(folder) {
  const script = `
    import { createRequire } from 'node:module';
    import { pathToFileURL } from 'node:url';
    let { resolve } = createRequire(process.argv[1] + '/package.json');
    try { resolve = createRequire(createRequire(resolve('layerwise/package.json')).resolve('@layerwise/cli/package.json')).resolve; } catch {}
    const { tracerOf } = await import(pathToFileURL(resolve('@layerwise/workspace/plan/code')).href);
    const { FileCache } = await import(pathToFileURL(resolve('@layerwise/store/file-cache')).href);
    const codeOf = tracerOf(process.argv[1], new FileCache());
    const names = ['ingest', 'preprocess', 'reduce-forest', 'train', 'activations', 'embed', 'nodes', 'classes', 'report'];
    console.log(JSON.stringify(names.map((name) => codeOf('@layerwise/' + name).code.modules)));`;
  return JSON.parse(run(process.execPath, ['--input-type=module', '-e', script, folder], { cwd: folder }));
}
