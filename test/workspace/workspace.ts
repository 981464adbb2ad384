import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { call, load, type Called } from './call.js';
import { createFolder, nxPath, runNode } from './folder.mjs';

export { brief, repository, small } from './folder.mjs';

/** What a run of Nx printed and did. */
export interface Run {
  readonly code: number;
  readonly output: string;
  /** Roles that were computed, of the experiment shown last. */
  readonly ran: readonly string[];
  /** Roles that were not. */
  readonly cached: readonly string[];
}

/** A workspace of its own, see {@link createFolder}. */
export class Workspace {
  private constructor(readonly root: string) {}

  static create(name = 'layerwise-test'): Workspace {
    return new Workspace(createFolder(name));
  }

  /** Writes a study; `text` is its YAML. */
  study(folder: string, text: string): void {
    this.write(`pipelines/${folder}/study.yaml`, text);
  }

  write(file: string, text: string | Uint8Array): void {
    mkdirSync(dirname(join(this.root, file)), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  read(file: string): string {
    return readFileSync(join(this.root, file), 'utf8');
  }

  /** Replaces text in a file; throws if it is not there. */
  edit(file: string, from: string, to: string): void {
    const text = this.read(file);
    if (!text.includes(from)) throw new Error(`${file} has no '${from}'`);
    this.write(file, text.replace(from, to));
  }

  /**
   * Has the commands of this workspace tell their progress every 0.1 s where it is no terminal, not every 3 s, and take over from a process
   * that was killed after 1 s, not 5: for tests that wait for either, and run one stage at a time.
   */
  hurry(): void {
    for (const file of ['packages/cli/dist/progress.js', 'packages/nx-plugin/dist/live-view.js'])
      this.edit(file, '3000', '100');
    this.edit('packages/contracts/dist/lease.mjs', 'every: 1000, patience: 5000', 'every: 50, patience: 1000');
  }

  /** Runs Nx in the workspace. */
  async nx(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Run> {
    const { code, output } = await runNode(this.root, [nxPath(this.root), ...args], env);
    const listed = (name: string): string[] => {
      const lines = [...output.matchAll(new RegExp(`^ +${name} +(.+)$`, 'gm'))];
      const words = lines.at(-1)?.[1]?.trim() ?? 'nothing';
      return words === 'nothing' ? [] : words.split(', ');
    };
    return { code, output, ran: listed('ran'), cached: listed('cached') };
  }

  /** Runs the layerwise command in the workspace. */
  layerwise(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number; output: string }> {
    return runNode(this.root, [join(this.root, 'packages/cli/bin/layerwise.mjs'), ...args], env);
  }

  /** The same in this process, see {@link call}. */
  call(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Called> {
    return call(this.root, args, env);
  }

  /** A compiled module of this workspace's packages, such as `cli/dist/index.js`. */
  load<T>(module: string): Promise<T> {
    return load<T>(this.root, module);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
