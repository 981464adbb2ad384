import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/** What `run.mjs` prints of a case. */
interface Tried {
  readonly name: string;
  readonly accepted?: boolean;
  readonly fault?: string;
  readonly seconds: number;
  readonly megabytes: number;
}

const folder = import.meta.dirname;
const groups = readdirSync(join(folder, 'corpus'))
  .map((file) => file.replace('.mjs', ''))
  .filter((name) => !['bytes', 'artifact'].includes(name));
const most = { seconds: 2, megabytes: 300 };

function node(...args: readonly string[]): Promise<{ code: number; output: string; errors: string }> {
  return new Promise((done) => {
    // Young garbage that V8 lets lie where there is room, Node 24 more than 20, is no input's need.
    execFile(
      process.execPath,
      ['--expose-gc', '--max-semi-space-size=4', ...args],
      { maxBuffer: 64 << 20, timeout: 120_000 },
      (error, output, errors) => done({ code: error ? Number(error.code ?? 1) : 0, output, errors }),
    );
  });
}

async function tried(group: string): Promise<readonly Tried[]> {
  const { code, output, errors } = await node(join(folder, 'run.mjs'), group);
  expect(code, errors).toBe(0);
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Tried);
}

let count = 0;

describe('each malformed input gives one clear error, soon and in little memory', () => {
  it.each(groups)('%s', async (group) => {
    const found = await tried(group);
    count += found.length;
    expect(
      found.filter(({ accepted }) => accepted).map(({ name }) => name),
      'accepted',
    ).toEqual([]);
    expect(found.flatMap(({ name, fault }) => (fault === undefined ? [] : [`${name}: ${fault}`]))).toEqual([]);
    // Of CPU time: other processes may be at work.
    expect(found.filter(({ seconds, megabytes }) => seconds > most.seconds || megabytes > most.megabytes)).toEqual([]);
  });

  it('of at least a hundred', () => expect(count).toBeGreaterThanOrEqual(100));
});

describe('a fuzz run of every parser', () => {
  it('ends in success or a clear error each time', async () => {
    const { code, output } = await node(join(folder, 'fuzz.mjs'), '--runs', '150', '--seed', '1');
    expect(code, output).toBe(0);
  });
});
