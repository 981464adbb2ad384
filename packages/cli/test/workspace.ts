import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Store } from '@layerwise/store';
import { call, type Called } from '../../../test/workspace/call.js';

const repository = join(import.meta.dirname, '../../..');

/** A folder with one small study, in which commands that compute nothing can be tried; packages are those of the repository. */
export class StudyFolder {
  readonly root = mkdtempSync(join(tmpdir(), 'layerwise-cli-'));
  readonly store = new Store(join(this.root, 'artifacts'), join(this.root, '.nx/cache'));

  constructor() {
    for (const file of ['package.json', 'nx.json']) cpSync(join(repository, file), join(this.root, file));
    symlinkSync(join(repository, 'node_modules'), join(this.root, 'node_modules'));
    symlinkSync(join(repository, 'packages'), join(this.root, 'packages'));
    mkdirSync(join(this.root, 'pipelines/tiny'), { recursive: true });
    this.study('tiny');
  }

  study(name: string): void {
    writeFileSync(
      join(this.root, 'pipelines/tiny/study.yaml'),
      `name: ${name}\ndataset: { use: strokes, strokes: { train: 300, test: 60 } }\nexperiments:\n  one:\n    train: { hidden: [{ units: 4 }], epochs: 1 }\n`,
    );
  }

  /** Publishes an artifact with one file of 1000 bytes. */
  async artifact(id: string): Promise<void> {
    const recipe = {
      uses: '@layerwise/train',
      params: {},
      seed: 1,
      inputs: {},
      raw: [],
      code: { digest: id, modules: {}, dependencies: {} },
      node: 'v20',
    };
    await this.store.compute({ id, stage: 'train', kind: 'report', recipe, inputs: {} }, async (output) => {
      await output.bytes('index.html', new Uint8Array(1000));
      return { warnings: [], seconds: 1, peakMemoryMB: 1 };
    });
  }

  layerwise(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number; output: string }> {
    return new Promise((done) => {
      execFile(
        process.execPath,
        [join(repository, 'packages/cli/bin/layerwise.mjs'), ...args],
        { cwd: this.root, env: { ...process.env, ...env } },
        (error, stdout, stderr) => done({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
      );
    });
  }

  /** The same in this process, see {@link call}. */
  call(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Called> {
    return call(this.root, args, env);
  }

  /** As {@link call} with `--json`, its one object. */
  async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse((await this.call([...args, '--json'])).output) as T;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
