import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as Plugin from '@layerwise/nx-plugin';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brief, Workspace } from './workspace/workspace.js';

const study = `name: tiny
seed: 7
dataset: { use: strokes, strokes: { train: 300, test: 100 } }
preprocess: { validation: { first: 60 } }
${brief}experiments:
  one: { train: { hidden: [{ units: 4 }], epochs: 1 } }
`;

let workspace: Workspace;
let big: string;
let train: string;
const at = (path: string): string => join(workspace.root, path);

beforeAll(async () => {
  workspace = Workspace.create('layerwise-misplaced');
  big = mkdtempSync(join(tmpdir(), 'layerwise-big-'));
  workspace.study('tiny', study);
  const run = await workspace.nx(['run', 'tiny:one']);
  expect(run.code, run.output).toBe(0);
  train = (JSON.parse(workspace.read('artifacts/tiny/one/experiment.json')) as { stages: { train: { id: string } } })
    .stages.train.id;
});
afterAll(() => {
  workspace.remove();
  rmSync(big, { recursive: true });
});

/** What the plugin says before the tasks of a run, without an Nx around it. */
async function saidBefore(): Promise<string> {
  const { preTasksExecution } = await workspace.load<typeof Plugin>('nx-plugin/dist/index.js');
  const context = { id: 'here', workspaceRoot: workspace.root, nxJsonConfiguration: {}, argv: [] };
  return await (async () => preTasksExecution(undefined, context))().then(
    () => 'nothing',
    (error: Error) => error.message,
  );
}

async function stillCurrent(): Promise<void> {
  const again = await workspace.nx(['run', 'tiny:one']);
  expect(again.code, again.output).toBe(0);
  expect(again.ran).toEqual([]);
}

describe('folders of artifacts that lie elsewhere', () => {
  it.each([['artifacts'], ['artifacts/stages'], ['artifacts/stages/<train>']])(
    '%s as a link is refused before anything runs, and nothing is lost',
    async (given) => {
      const path = given.replace('<train>', train);
      const elsewhere = join(big, 'moved');
      renameSync(at(path), elsewhere);
      symlinkSync(elsewhere, at(path));
      const before = readdirSync(elsewhere, { recursive: true }).sort();
      const run = await workspace.nx(['run', 'tiny:one']);
      expect(run.code, run.output).toBe(1);
      for (const output of [run.output, await saidBefore()]) {
        expect(output).toContain(`${path.split('/').at(-1)} must be a folder, got a link to ${elsewhere}`);
        expect(output).toContain('mount --bind');
        expect(output).not.toContain('TypeError');
        expect(lstatSync(at(path)).isSymbolicLink()).toBe(true);
        expect(readdirSync(elsewhere, { recursive: true }).sort()).toEqual(before);
      }
      const shown = await workspace.call(['show', 'tiny:one']);
      expect(shown.code, shown.output).toBe(0);
      rmSync(at(path));
      renameSync(elsewhere, at(path));
      await stillCurrent();
    },
  );

  it('a link to nowhere is named', async () => {
    renameSync(at('artifacts'), at('kept'));
    symlinkSync(join(big, 'nowhere'), at('artifacts'));
    const { code, output } = await workspace.nx(['run', 'tiny:one']);
    expect(code, output).toBe(1);
    expect(output).toContain('artifacts must be a folder, got a link to');
    rmSync(at('artifacts'));
    renameSync(at('kept'), at('artifacts'));
  });

  it('a link to the whole workspace, and to the cache of Nx, works', async () => {
    symlinkSync(workspace.root, join(big, 'workspace'));
    renameSync(at('.nx/cache'), join(big, 'cache'));
    symlinkSync(join(big, 'cache'), at('.nx/cache'));
    await stillCurrent();
    rmSync(at(`artifacts/stages/${train}`), { recursive: true });
    await stillCurrent();
    expect(existsSync(at(`artifacts/stages/${train}/manifest.json`))).toBe(true);
    rmSync(at('.nx/cache'));
    renameSync(join(big, 'cache'), at('.nx/cache'));
  });
});

describe('files in the place of folders, and folders in the place of files', () => {
  it.each([
    ['artifacts', 'artifacts must be a folder, got a file'],
    ['artifacts/stages', 'stages must be a folder, got a file'],
    ['artifacts/stages/notes.txt', 'notes.txt must be a folder, got a file'],
    ['artifacts/.locks', '.locks must be a folder, got a file'],
    ['artifacts/.runs', '.runs must be a folder, got a file'],
    ['artifacts/.recipes', '.recipes must be a folder, got a file'],
    ['artifacts/failed', 'failed must be a folder, got a file'],
    ['artifacts/.checkpoints', '.checkpoints must be a folder, got a file'],
    ['artifacts/tiny', 'tiny must be a folder, got a file'],
    ['artifacts/tiny/one', 'one must be a folder, got a file'],
  ])('%s is named, and left as it is', async (path, said) => {
    const byNx = ['artifacts', 'artifacts/.runs', 'artifacts/tiny', 'artifacts/tiny/one'].includes(path);
    const kept = existsSync(at(path));
    if (kept) renameSync(at(path), join(big, 'kept'));
    writeFileSync(at(path), 'mine');
    const run = byNx ? await workspace.nx(['run', 'tiny:one']) : undefined;
    const output = run?.output ?? (await saidBefore());
    expect(output).not.toMatch(/TypeError|must let Layerwise|stacktrace/);
    expect(run?.code ?? 1, output).toBe(1);
    expect(output).toContain(said);
    expect(output).toContain(at(path));
    expect(readFileSync(at(path), 'utf8')).toBe('mine');
    for (const args of path.includes('.') ? [] : [['list'], ['explain', 'tiny:one'], ['gc'], ['show', 'tiny:one']])
      expect((await workspace.call(args)).output).not.toMatch(/TypeError|defect/);
    rmSync(at(path));
    if (kept) renameSync(join(big, 'kept'), at(path));
  });

  it.each([
    ['artifacts', ['list', 'explain', 'gc', 'show', 'export', 'doctor']],
    ['artifacts/stages', ['list', 'explain', 'gc', 'show', 'export', 'doctor']],
    ['artifacts/stages/<train>', ['list', 'explain', 'gc', 'show', 'export', 'doctor']],
    ['artifacts/stages/notes.txt', ['list', 'explain', 'gc', 'doctor']],
    ['artifacts/.locks', ['list', 'explain', 'gc', 'doctor']],
    ['artifacts/tiny', ['doctor']],
    ['artifacts/tiny/one', ['doctor']],
  ])('%s, a file, is named once, with the same remedy, by %s', async (given, commands) => {
    const path = at(given.replace('<train>', train));
    const kept = existsSync(path);
    if (kept) renameSync(path, join(big, 'kept'));
    writeFileSync(path, 'mine');
    for (const command of commands) {
      const { code, output } = await workspace.call([
        command,
        ...(['explain', 'show', 'export'].includes(command) ? ['tiny:one'] : []),
      ]);
      expect(code, `${command}: ${output}`).toBe(1);
      const said = `${path.split('/').at(-1)} must be a folder, got a file (${path})`;
      expect(output.split(said).length - 1, `${command}: ${output}`).toBe(1);
      const [place, remedy] = output.slice(output.indexOf(said)).split('\n');
      expect(`${place}\n${remedy?.trim()}`, command).toBe(`${said}\nMove the file away and run again.`);
      expect(output, command).not.toMatch(
        /damaged|is missing|must have a manifest|restored or recomputed|is not built/,
      );
      if (command === 'list') expect(output).toContain('tiny:one');
    }
    rmSync(path);
    if (kept) renameSync(join(big, 'kept'), path);
  });

  it('a folder in the place of a note is no obstacle', async () => {
    for (const note of ['.distrust', '.files.json', '.seen.json']) {
      rmSync(at(`artifacts/${note}`), { recursive: true, force: true });
      mkdirSync(at(`artifacts/${note}/more`), { recursive: true });
    }
    await stillCurrent();
  });

  it('`--out` on a file is named', async () => {
    writeFileSync(at('taken'), 'mine');
    const { code, output } = await workspace.call(['export', 'tiny:one', '--out', 'taken']);
    expect(code, output).toBe(1);
    expect(output).toContain('taken must be a folder, got a file');
    mkdirSync(at('out/model.onnx'), { recursive: true });
    const second = await workspace.call(['export', 'tiny:one', '--format', 'onnx', '--out', 'out']);
    expect(second.output).toContain('model.onnx must be a file, got a folder');
  });
});

/** What takes the place of a note. */
function forged(how: string, note: string): string {
  if (how === '<cut>') return note.slice(0, note.length / 2);
  return how === '<doctored>' ? note.replace(/"(\d+ \d+ \d+ \d+)"/g, 'null') : how;
}

describe('notes that hold anything but what was written', () => {
  const notes = ['artifacts/.files.json', 'artifacts/.seen.json', '.nx/workspace-data/layerwise-copies.json'];

  it.each([['null'], ['<cut>'], ['<doctored>']])('%s: are ignored and written anew', async (text) => {
    for (const note of notes) writeFileSync(at(note), forged(text, workspace.read(note)));
    for (const args of [['explain', 'tiny:one'], ['gc']]) {
      const { code, output } = await workspace.call(args);
      expect(output).not.toMatch(/TypeError|defect/);
      expect(code, output).toBe(0);
    }
    await stillCurrent();
    for (const note of notes) expect(workspace.read(note).length, note).toBeGreaterThan(200);
  });

  it('a journal, a failure or a live step that is cut short is passed over', async () => {
    mkdirSync(at(`artifacts/failed/${train}/data`), { recursive: true });
    for (const text of ['null', '5', '{"rec']) {
      writeFileSync(at(`artifacts/failed/${train}/failure.json`), text);
      const { code, output } = await workspace.call(['show', 'tiny:one']);
      expect(output).not.toMatch(/TypeError|undefined/);
      expect(code, output).toBe(0);
    }
    rmSync(at(`artifacts/failed/${train}`), { recursive: true });
    mkdirSync(at('artifacts/.runs'), { recursive: true });
    writeFileSync(
      at('artifacts/.runs/1-a.jsonl'),
      '{"id":"x","status":"computed","seconds":1,"waited":0}\nnull\n{"id":"y","st',
    );
    const { code, output } = await workspace.call(['result', 'tiny:one'], { LAYERWISE_RUN: '1-a' });
    expect(code, output).toBe(0);
  });
});
