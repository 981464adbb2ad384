import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createFolder, nxPath, runNode } from './folder.mjs';

export { repository } from './folder.mjs';

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

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
