import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '@layerwise/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-lock-'));
  folder = join(root, 'lock');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const calm = { signal: new AbortController().signal, onWait: () => undefined };
const module = import.meta.resolve('@layerwise/store');

/** A process that holds the lock for some ms, noting when it begins and ends; killed with SIGKILL it never ends. */
function contender(ms: number): ChildProcess {
  const script = `
    import { appendFileSync } from 'node:fs';
    import { withLock } from ${JSON.stringify(module)};
    const note = (word) => appendFileSync(${JSON.stringify(join(root, 'notes'))}, word + ' ' + process.pid + '\\n');
    await withLock(${JSON.stringify(folder)}, { signal: new AbortController().signal, onWait: () => note('wait') }, async () => {
      note('begin');
      await new Promise((done) => setTimeout(done, ${ms}));
      note('end');
    });`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
}
const notes = (): string[] => (existsSync(join(root, 'notes')) ? readFileSync(join(root, 'notes'), 'utf8').trim().split('\n') : []);
const ended = (child: ChildProcess): Promise<number | null> => new Promise((done) => child.once('exit', done));
const noted = async (start: string): Promise<void> => {
  while (!notes().some((line) => line.startsWith(start))) await new Promise((done) => setTimeout(done, 10));
};

describe('withLock', () => {
  it('keeps apart those who want the same, within one process', async () => {
    let inside = 0;
    const work = async (): Promise<void> => {
      expect(++inside).toBe(1);
      await new Promise((done) => setTimeout(done, 2));
      inside--;
    };
    await Promise.all(Array.from({ length: 10 }, () => withLock(folder, calm, work)));
    expect(readdirSync(folder).length).toBeLessThanOrEqual(2);
  });

  it('hands on what the work returns or throws, and lets go in both cases', async () => {
    expect(await withLock(folder, calm, () => Promise.resolve(5))).toBe(5);
    await expect(withLock(folder, calm, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await withLock(folder, calm, () => Promise.resolve(6))).toBe(6);
  });

  it('waits for another process, says so once, and goes on when that is done', async () => {
    const child = contender(300);
    await noted('begin');
    const waitedFor: (number | undefined)[] = [];
    await withLock(folder, { ...calm, onWait: (pid) => waitedFor.push(pid) }, async () => expect(notes().at(-1)).toBe(`end ${child.pid}`));
    expect(waitedFor).toEqual([child.pid]);
  });

  it('takes over at once from a process that was killed', async () => {
    const child = contender(60_000);
    await noted('begin');
    const gone = ended(child);
    child.kill('SIGKILL');
    await gone;
    let waited = false;
    await withLock(folder, { ...calm, onWait: () => (waited = true) }, () => Promise.resolve());
    expect(waited).toBe(false);
  });

  it.runIf(process.platform === 'linux')('takes over where another process has got the number of the owner', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, '1'), JSON.stringify({ pid: process.pid, host: hostname(), began: '1' }));
    expect(await withLock(folder, calm, () => Promise.resolve('mine'))).toBe('mine');
  });

  it('does not take over from another computer, and stops waiting when told to', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, '1'), JSON.stringify({ pid: 1, host: 'another.example', began: null }));
    const stop = new AbortController();
    await expect(withLock(folder, { signal: stop.signal, onWait: () => stop.abort() }, () => Promise.resolve())).rejects.toMatchObject({ code: 'ABORTED' });
    expect(readdirSync(folder)).toEqual(['1']);
  });

  it('takes over a lock that cannot be read', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, '1'), 'half a');
    expect(await withLock(folder, calm, () => Promise.resolve(1))).toBe(1);
  });

  it('lets no two of 20 processes in at once, one of them killed inside', async () => {
    const victim = contender(60_000);
    await noted('begin');
    const rest = Array.from({ length: 19 }, () => contender(3));
    const gone = Promise.all(rest.map(ended));
    while (notes().filter((line) => line.startsWith('wait')).length < 3) await new Promise((done) => setTimeout(done, 20));
    victim.kill('SIGKILL');
    expect(await gone).toEqual(rest.map(() => 0));
    const inside = notes().filter((line) => !line.startsWith('wait')).slice(1);
    expect(inside).toHaveLength(38);
    for (let i = 0; i < 38; i += 2) expect([inside[i], inside[i + 1]]).toEqual([inside[i], inside[i]?.replace('begin', 'end')]);
  });
});
