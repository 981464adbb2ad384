import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository under test. */
export const repository = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** What a run of Nx printed and did. */
export interface Run {
  readonly code: number;
  readonly output: string;
  /** Roles that were computed, of the experiment shown last. */
  readonly ran: readonly string[];
  /** Roles that were not. */
  readonly cached: readonly string[];
}

/**
 * A workspace of its own in a temporary folder: packages copied, so that they may be edited,
 * installed packages linked, no studies but those that a test writes.
 */
export class Workspace {
  private constructor(readonly root: string) {}

  static create(name = 'layerwise-test'): Workspace {
    const root = mkdtempSync(join(tmpdir(), `${name}-`));
    for (const file of ['package.json', 'package-lock.json', 'nx.json', 'tsconfig.json', 'tsconfig.base.json', '.env', '.gitignore']) cpSync(join(repository, file), join(root, file));
    cpSync(join(repository, '.tsbuild'), join(root, '.tsbuild'), { recursive: true, preserveTimestamps: true });
    for (const folder of readdirSync(join(repository, 'packages'))) copyPackage(folder, root);
    linkModules(join(repository, 'node_modules'), join(root, 'node_modules'), root);
    mkdirSync(join(root, 'pipelines'));
    return new Workspace(root);
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
    const { code, output } = await this.node([join(this.root, 'node_modules/nx', nxBin()), ...args], env);
    const listed = (name: string): string[] => {
      const lines = [...output.matchAll(new RegExp(`^ +${name} +(.+)$`, 'gm'))];
      const words = lines.at(-1)?.[1]?.trim() ?? 'nothing';
      return words === 'nothing' ? [] : words.split(', ');
    };
    return { code, output, ran: listed('ran'), cached: listed('cached') };
  }

  /** Runs the layerwise command in the workspace. */
  layerwise(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number; output: string }> {
    return this.node([join(this.root, 'packages/cli/bin/layerwise.mjs'), ...args], env);
  }

  private node(args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: number; output: string }> {
    const base = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(NX_|LAYERWISE_|VITEST|NODE_OPTIONS|FORCE_COLOR)/.test(name)));
    return new Promise((done) => {
      execFile(process.execPath, args, { cwd: this.root, env: { ...base, CI: 'true', NO_COLOR: '1', ...env }, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
        done({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
      });
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** Path of Nx's command inside its package. */
function nxBin(): string {
  return (JSON.parse(readFileSync(join(repository, 'node_modules/nx/package.json'), 'utf8')) as { bin: { nx: string } }).bin.nx;
}

function copyPackage(folder: string, root: string): void {
  const from = join(repository, 'packages', folder);
  const to = join(root, 'packages', folder);
  cpSync(from, to, { recursive: true, preserveTimestamps: true, filter: (path) => !/\/(node_modules|test)$/.test(path) });
  if (existsSync(join(from, 'node_modules'))) linkModules(join(from, 'node_modules'), join(to, 'node_modules'), root);
}

/** A node_modules folder of links to the original's entries; packages of the repository lead to the copies. */
function linkModules(from: string, to: string, root: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from)) {
    if (entry === '.cache' || entry === '.vite') continue;
    if (entry !== '@layerwise') symlinkSync(join(from, entry), join(to, entry));
    else {
      mkdirSync(join(to, entry));
      for (const name of readdirSync(join(from, entry))) symlinkSync(join(root, 'packages', name), join(to, entry, name));
    }
  }
}
