import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeWait, liveHolder, withLease, withLeaseSync, type Holder } from '@layerwise/contracts/lease';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let root: string;
let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-lease-'));
  folder = join(root, 'lease');
});
afterEach(() => {
  for (const child of children.splice(0))
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

/** For those of whom nobody lives. */
const short = { every: 10, patience: 50 };
/** For those who live, on a busy computer. */
const pace = { every: 50, patience: 2000 };
const module = import.meta.resolve('@layerwise/contracts/lease');

/** A process that does `work`, JavaScript, under the lease; it notes by `note(word)`. */
function contender(work: string, { waiting = '', sync = false, user = {} } = {}): ChildProcess {
  const given = `{ pace: ${JSON.stringify(pace)}, onWait: () => note('wait')${waiting} }`;
  const script = `
    import { appendFileSync, existsSync } from 'node:fs';
    import { spawnSync } from 'node:child_process';
    import { withLease, withLeaseSync } from ${JSON.stringify(module)};
    const note = (word) => appendFileSync(${JSON.stringify(join(root, 'notes'))}, word + ' ' + process.pid + '\\n');
    const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
    await ${sync ? 'withLeaseSync' : 'withLease'}(${JSON.stringify(folder)}, ${given}, ${sync ? '' : 'async '}() => {
      note('begin');
      ${work}
      note('end');
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'inherit', 'pipe'],
    ...user,
  });
  children.push(child);
  return child;
}
const notes = (): string[] =>
  existsSync(join(root, 'notes')) ? readFileSync(join(root, 'notes'), 'utf8').trim().split('\n') : [];
const ended = (child: ChildProcess): Promise<number | null> => new Promise((done) => child.once('exit', done));
const noted = async (start: string): Promise<void> => {
  while (!notes().some((line) => line.startsWith(start))) await sleep(10);
};
const isOver = (): boolean =>
  readdirSync(folder).every((name) => /"over":true/.test(readFileSync(join(folder, name), 'utf8')));

describe('withLease', () => {
  it('keeps apart those who want the same, within one process', async () => {
    let inside = 0;
    const work = async (): Promise<void> => {
      expect(++inside).toBe(1);
      await sleep(2);
      inside--;
    };
    await Promise.all(Array.from({ length: 10 }, () => withLease(folder, { pace }, work)));
    expect(readdirSync(folder)).toEqual(['10']);
  });

  it.each<[string, string | (() => void)]>([
    ['of a computer that is gone', '{"pid":1,"host":"gone","began":null}'],
    [
      'of a process that has the number of this one',
      JSON.stringify({ pid: process.pid, host: 'x', every: 1000, beats: 7, over: false }),
    ],
    ['of zeros', '\0'.repeat(60)],
    ['with nothing in it', ''],
    ['that is half written', '{"pid":'],
    ['{}', '{}'],
    ['null', 'null'],
    ['[]', '[]'],
    ['of pid 0', '{"pid":0}'],
    ['of pid -1', '{"pid":-1}'],
    ['of pid 1', '1'],
    ['with words for numbers', '{"pid":"x","host":5,"every":"y","beats":"z","over":"no"}'],
    ['with control characters', '{"pid":1,"host":"\\u001b[2Jx","beats":1}'],
    ['of 5 MB', 'x'.repeat(5e6)],
    ['that is a folder', () => mkdirSync(join(folder, '1'))],
    ['that is a pipe', () => void execFileSync('mkfifo', [join(folder, '1')])],
    ['of a number past all counting', () => writeFileSync(join(folder, '9'.repeat(30)), '{}')],
  ])('ends a lease %s', async (_what, text) => {
    mkdirSync(folder);
    if (typeof text === 'string') writeFileSync(join(folder, '1'), text);
    else text();
    const said: string[] = [];
    const onWait = (holder: Holder): void => void said.push(describeWait(holder, 'is computing it'));
    expect(await withLease(folder, { pace: short, onWait }, () => Promise.resolve(5))).toBe(5);
    for (const line of said)
      expect(line).toMatch(
        /^(an unknown process|process \d+) on [\w. -]+ is computing it, for \d+ s so far; waiting until .*lease\/1 is over, or stands still for 0\.05 s$/,
      );
    expect(isOver() || readdirSync(folder).includes('9'.repeat(30))).toBe(true);
    expect(await withLease(folder, { pace: short, onWait: () => expect.unreachable() }, () => Promise.resolve(6))).toBe(
      6,
    );
  });

  it('puts away a file, or a link to nothing, in the place of the folder', async () => {
    writeFileSync(folder, '4711');
    expect(await withLease(folder, { pace: short }, () => Promise.resolve(5))).toBe(5);
    expect(readdirSync(folder)).toEqual(['1']);
  });

  it('excludes others after a number that no lock ever reaches was put there', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, '999999999999999'), '{"over":true}');
    await withLease(folder, { pace: short }, async () => {
      expect(readdirSync(folder)).toEqual(['1']);
      expect(await liveHolder(folder, 1000)).toMatchObject({ pid: process.pid });
    });
  });

  it('takes as over what was let go before there were counters', async () => {
    mkdirSync(folder);
    for (const name of ['3', '3.over']) writeFileSync(join(folder, name), '{"pid":1,"host":"gone","began":null}');
    expect(await withLease(folder, { onWait: () => expect.unreachable() }, () => Promise.resolve(5))).toBe(5);
    expect(readdirSync(folder)).toEqual(['4']);
  });

  it('hands on what the work returns or throws, and lets go in both cases', async () => {
    expect(await withLease(folder, { pace }, () => Promise.resolve(5))).toBe(5);
    await expect(withLease(folder, { pace }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(isOver()).toBe(true);
  });

  it('waits for one that is there although its own thread is busy for longer than the patience; says so once; sees it live', async () => {
    const child = contender('const end = Date.now() + 2500; while (Date.now() < end);');
    await noted('begin');
    const told: Holder[] = [];
    let alive = 0;
    await withLease(folder, { pace, onWait: (holder) => told.push(holder), onAlive: () => alive++ }, async () =>
      expect(notes().at(-1)).toBe(`end ${child.pid}`),
    );
    expect(told).toMatchObject([{ pid: child.pid, file: join(folder, '1') }]);
    expect(alive).toBeGreaterThan(3);
  });

  it('takes over from a process that was killed', async () => {
    const child = contender('await sleep(60_000);');
    await noted('begin');
    child.kill('SIGKILL');
    await ended(child);
    const told: string[] = [];
    const waiting = {
      pace: short,
      onAlive: () => told.push('alive'),
      onWait: ({ pid }: Holder) => told.push(`wait ${pid}`),
      onGone: ({ pid }: Holder) => told.push(`gone ${pid}`),
    };
    expect(await withLease(folder, waiting, () => Promise.resolve('mine'))).toBe('mine');
    expect(told).toEqual([`wait ${child.pid}`, `gone ${child.pid}`]);
  });

  it('lets go at once when the process ends in the middle, of itself or by an error', async () => {
    for (const work of [
      'process.exit(3);',
      "setTimeout(() => { throw new Error('lost'); }, 50); await sleep(60_000);",
    ]) {
      expect(await ended(contender(work))).not.toBe(0);
      expect(isOver()).toBe(true);
    }
  });

  it('takes over from one that is suspended, who goes on beside it, and lets go of nothing but his own', async () => {
    const until = (file: string): string => `while (!existsSync(${JSON.stringify(join(root, file))})) await sleep(10);`;
    const first = contender(until('first'));
    await noted('begin');
    first.kill('SIGSTOP');
    const second = contender(until('second'));
    await noted(`begin ${second.pid}`);
    writeFileSync(join(root, 'first'), '');
    first.kill('SIGCONT');
    expect(await ended(first)).toBe(0);
    expect(notes().at(-1)).toBe(`end ${first.pid}`);
    writeFileSync(join(root, 'second'), '');
    await withLease(folder, { pace }, async () => expect(notes().at(-1)).toBe(`end ${second.pid}`));
  });

  it('does again what failed after another had taken over, under a lease of its own', async () => {
    let tries = 0;
    const done = await withLease(folder, { pace: short }, async () => {
      if (++tries > 1) return tries;
      writeFileSync(join(folder, '2'), JSON.stringify({ over: true }));
      throw new Error('its files are gone');
    });
    expect(done).toBe(2);
    await expect(withLease(folder, { pace: short }, () => Promise.reject(new Error('its own fault')))).rejects.toThrow(
      'its own fault',
    );
  });

  it('stops waiting when told to', async () => {
    mkdirSync(folder);
    writeFileSync(join(folder, '1'), '{}');
    const stop = new AbortController();
    await expect(
      withLease(folder, { signal: stop.signal, onWait: () => stop.abort() }, () => Promise.resolve()),
    ).rejects.toMatchObject({ name: 'AbortError' });
    expect(readdirSync(folder)).toEqual(['1']);
  });

  it('lets no two of 20 processes in at once, one of them killed inside', async () => {
    const victim = contender('await sleep(60_000);');
    await noted('begin');
    const rest = Array.from({ length: 19 }, () => contender('await sleep(3);'));
    const gone = Promise.all(rest.map(ended));
    while (notes().filter((line) => line.startsWith('wait')).length < 10) await sleep(20);
    victim.kill('SIGKILL');
    expect(await gone).toEqual(rest.map(() => 0));
    const inside = notes()
      .filter((line) => !line.startsWith('wait'))
      .slice(1);
    expect(inside).toHaveLength(38);
    for (let i = 0; i < 38; i += 2)
      expect([inside[i], inside[i + 1]]).toEqual([inside[i], inside[i]?.replace('begin', 'end')]);
  });

  it.runIf(process.getuid?.() === 0)('says what the file system says where it may not write', async () => {
    const closed = join(root, 'closed');
    mkdirSync(closed);
    chmodSync(closed, 0o555);
    folder = join(closed, 'lease');
    const child = contender('', { user: { uid: 65534, gid: 65534 } });
    let said = '';
    child.stderr?.on('data', (text) => (said += text));
    expect(await ended(child)).not.toBe(0);
    expect(said).toContain(`EACCES: permission denied, mkdir '${folder}'`);
  });
});

describe('withLeaseSync', () => {
  it('is the same lease, counted for while the process waits for another program', async () => {
    const child = contender("spawnSync(process.execPath, ['-e', 'setTimeout(() => {}, 2500)']);", { sync: true });
    await noted('begin');
    await withLease(folder, { pace }, async () => expect(notes().at(-1)).toBe(`end ${child.pid}`));
    expect(withLeaseSync(folder, { pace }, () => 7)).toBe(7);
    mkdirSync(join(root, 'other'));
    writeFileSync(join(root, 'other/1'), '');
    expect(withLeaseSync(join(root, 'other'), { pace: short }, () => 8)).toBe(8);
  });

  it('lets go at once on Ctrl-C, which also ends the program it waits for', async () => {
    const program = `require('node:fs').appendFileSync(${JSON.stringify(join(root, 'notes'))}, 'waited for'); setTimeout(() => {}, 60_000)`;
    const child = contender(
      `if (spawnSync(process.execPath, ['-e', ${JSON.stringify(program)}]).signal === 'SIGINT') throw new Error('stopped');`,
      { sync: true, user: { detached: true } },
    );
    await noted('waited for');
    process.kill(-(child.pid as number), 'SIGINT');
    expect(await ended(child)).toBe(1);
    expect(isOver()).toBe(true);
  });
});

describe('liveHolder', () => {
  it('is one whose counter moves, and nobody else', async () => {
    expect(await liveHolder(folder)).toBeUndefined();
    mkdirSync(folder);
    writeFileSync(join(folder, '1'), '{"pid":1,"host":"gone","beats":5}');
    expect(await liveHolder(folder, 100)).toBeUndefined();
    writeFileSync(join(folder, '1'), '{"pid":1,"host":"gone","beats":5,"over":true}');
    const child = contender('await sleep(60_000);');
    await noted('begin');
    expect(await liveHolder(folder, 10_000)).toMatchObject({ pid: child.pid, file: join(folder, '2') });
    child.kill('SIGKILL');
    await ended(child);
    expect(await liveHolder(folder, 100)).toBeUndefined();
  });
});
