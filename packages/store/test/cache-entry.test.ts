import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
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
import { deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import { openEntry, repackEntry, signEntry, Store } from '@layerwise/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archiveOf, end, member, packed } from './archives.js';
import { draft } from './recipe.js';

const id = 'train-1';
let root: string;
const scratch = (): string => join(root, 'scratch');
const stage = (path = ''): string => join(root, 'artifacts/stages', id, path);
const within = (path: string): string => `artifacts/stages/${id}/${path}`;

/** The members of a whole entry, without the end. */
function members(): Buffer {
  const tar = packed(root);
  let at = 0;
  while (tar[at] !== 0) at += 512 + Math.ceil(parseInt(tar.toString('latin1', at + 124, at + 135), 8) / 512) * 512;
  return tar.subarray(0, at);
}

async function faultOf(gzip: Uint8Array): Promise<string | undefined> {
  const archive = await archiveOf(scratch(), gzip);
  try {
    return await repackEntry(archive, id);
  } finally {
    await archive.file.close();
  }
}

/** What comes of an archive that is right. */
async function repacked(gzip: Uint8Array): Promise<Buffer> {
  const [archive, into] = [await archiveOf(scratch(), gzip), await archiveOf(scratch(), Buffer.alloc(0))];
  expect(await repackEntry(archive, id, into.file)).toBeUndefined();
  const bytes = await into.file.slice(0, into.file.bytes);
  await Promise.all([archive.file.close(), into.file.close()]);
  return bytes;
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-entry-'));
  const store = new Store(join(root, 'artifacts'));
  await store.compute(draft(id), async (output) => {
    await output.bytes(
      'weights.bin',
      new Uint8Array(300_000).map((_, index) => index % 251),
    );
    await output.bytes(`${'long/'.repeat(30)}name.json`, '{}');
    await output.bytes('index.html', '<html/>');
    return { warnings: [], seconds: 1, peakMemoryMB: 1 };
  });
  rmSync(join(root, 'artifacts/.recipes'), { recursive: true });
  writeFileSync(join(root, 'terminalOutput'), 'computed\n');
  writeFileSync(join(root, 'code'), Buffer.alloc(4));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('an entry packed anew', () => {
  it('holds the files of the artifact, long names among them, as another program unpacks them', async () => {
    const bytes = await repacked(gzipSync(packed(root)));
    const to = join(root, 'unpacked');
    mkdirSync(to);
    execFileSync('tar', ['-xz', '-C', to], { input: bytes });
    expect(readdirSync(to).sort()).toEqual(['artifacts', 'code', 'terminalOutput']);
    execFileSync('diff', ['-r', join(root, 'artifacts'), join(to, 'artifacts')]);
    for (const name of ['code', 'terminalOutput'])
      expect(readFileSync(join(to, name))).toEqual(readFileSync(join(root, name)));
  });

  it('is taken for right itself', async () => {
    expect(await faultOf(await repacked(gzipSync(packed(root))))).toBeUndefined();
  });

  it('has nothing of the headers that came: no owner, mode, or bytes behind a content', async () => {
    const tar = members();
    const at = tar.indexOf('terminalOutput');
    tar.write('attacker', at + 512 + 9 + 100);
    const bytes = gunzipSync(await repacked(gzipSync(Buffer.concat([tar, end]))));
    expect(bytes.includes('attacker')).toBe(false);
    expect(bytes.includes('computed\n')).toBe(true);
  });

  it('writes out what the stage would print of controls of the terminal', async () => {
    writeFileSync(join(root, 'terminalOutput'), 'fine\n\u001b[2J\u001b]0;title\u0007\u009b31m done\n');
    const bytes = gunzipSync(await repacked(gzipSync(packed(root)))).toString('utf8');
    expect(bytes).toContain('fine\n\\u001b[2J\\u001b]0;title\\u0007\\u009b31m done\n');
  });
});

describe('an entry is refused', () => {
  it.each<[string, () => void, RegExp]>([
    [
      'a changed file',
      () => writeFileSync(stage('data/weights.bin'), new Uint8Array(300_000).fill(8)),
      /weights\.bin that is not what the manifest says/,
    ],
    ['a missing file', () => rmSync(stage('data/weights.bin')), /weights\.bin that is not/],
    [
      'a folder for a file',
      () => {
        rmSync(stage('data/weights.bin'));
        mkdirSync(stage('data/weights.bin'));
      },
      /weights\.bin that is not/,
    ],
    ['a changed manifest', () => appendFileSync(stage('manifest.json'), '}'), /manifest that must be JSON/],
    [
      'another digest of the content',
      () => writeFileSync(stage('content'), 'other\n'),
      /another digest of the content/,
    ],
    ['no manifest', () => rmSync(stage('manifest.json')), /no manifest/],
    [
      'a file that nobody knows',
      () => writeFileSync(stage('data/more.bin'), ''),
      /more\.bin, which its manifest does not know/,
    ],
    [
      'an .env',
      () => writeFileSync(stage('.env'), 'NODE_OPTIONS=--require=./x.cjs'),
      /holds .*\/\.env, which is not part of train-1/,
    ],
    ['an .env among the data', () => writeFileSync(stage('data/.env'), ''), /data\/\.env, which is not part of/],
    [
      'a file beside the artifact',
      () => writeFileSync(join(root, 'artifacts/escaped'), ''),
      /artifacts\/escaped, which is not part of/,
    ],
    ['a link', () => symlinkSync('/etc/passwd', stage('data/link')), /neither file nor folder: .*link/],
    [
      'a link in the place of a file',
      () => {
        renameSync(stage('data/weights.bin'), join(root, 'elsewhere'));
        symlinkSync(join(root, 'elsewhere'), stage('data/weights.bin'));
      },
      /neither file nor folder: .*weights\.bin/,
    ],
    [
      'a second artifact',
      () => mkdirSync(join(root, 'artifacts/stages/train-2')),
      /train-2, which is not part of train-1/,
    ],
    [
      'the artifact of another stage',
      () => renameSync(stage(), join(root, 'artifacts/stages/train-2')),
      /train-2.*not part of train-1/,
    ],
    ['the exit code 1', () => writeFileSync(join(root, 'code'), Buffer.from([0, 0, 0, 1])), /another exit code/],
    ['rubbish for a code', () => writeFileSync(join(root, 'code'), 'rubbish'), /a code of 7 bytes/],
    [
      'a flood of printed text',
      () => writeFileSync(join(root, 'terminalOutput'), 'x'.repeat(2e6)),
      /a terminalOutput of 2000000 bytes/,
    ],
  ])('with %s', async (_what, change, fault) => {
    change();
    expect(await faultOf(gzipSync(packed(root)))).toMatch(fault);
  });

  it.each([
    ['code', 'no code'],
    ['terminalOutput', 'no terminalOutput'],
  ])('without %s', async (name, fault) => {
    expect(
      await faultOf(
        gzipSync(
          packed(
            root,
            ['artifacts', 'terminalOutput', 'code'].filter((other) => other !== name),
          ),
        ),
      ),
    ).toContain(fault.replace('no ', 'got no '));
  });

  it.each<[string, () => Buffer[], RegExp]>([
    [
      'an empty name, and more behind it',
      () => [members(), member(''), member(within('.env'), 'x'), end],
      /without a name/,
    ],
    [
      'a file behind the zeros',
      () => [members(), Buffer.alloc(512), member(within('.env'), 'x'), end],
      /continues after its end/,
    ],
    ['two archives', () => [members(), end, members(), end], /continues after its end/],
    ['zeros without end', () => [members(), Buffer.alloc(64_000)], /continues after its end/],
    ['a file twice', () => [members(), member(within('data/weights.bin'), 'other'), end], /weights\.bin twice/],
    ['two codes', () => [members(), member('code', Buffer.alloc(4)), end], /code twice/],
    [
      'a file and a folder of one name',
      () => [members(), member(within('data/weights.bin/'), '', { type: '5' }), end],
      /weights\.bin twice/,
    ],
    [
      'a hard link',
      () => [members(), member(within('data/x'), '', { type: '1', link: '/etc/passwd' }), end],
      /neither file nor folder/,
    ],
    [
      'a symbolic link',
      () => [members(), member(within('data'), '', { type: '2', link: '/etc' }), end],
      /neither file nor folder/,
    ],
    ['a device', () => [members(), member(within('data/null'), '', { type: '3' }), end], /neither file nor folder/],
    ['a pipe', () => [members(), member(within('data/pipe'), '', { type: '6' }), end], /neither file nor folder/],
    [
      'a pax header that renames',
      () => [members(), member('pax', '21 path=../../escaped\n', { type: 'x' }), member('code2'), end],
      /neither file nor folder/,
    ],
    [
      'a pax header for all',
      () => [members(), member('pax', '21 path=../../escaped\n', { type: 'g' }), end],
      /neither file nor folder/,
    ],
    [
      'a sparse file',
      () => [members(), member(within('data/weights.bin'), '', { type: 'S' }), end],
      /neither file nor folder/,
    ],
    [
      'a long link name',
      () => [members(), member('././@LongLink', '/etc/passwd\0', { type: 'K' }), end],
      /neither file nor folder/,
    ],
    [
      'a long name that leads out',
      () => [members(), member('././@LongLink', '../../escaped\0', { type: 'L' }), member('x', 'y'), end],
      /\.\.\/\.\.\/escaped, which is not part/,
    ],
    [
      'an endless long name',
      () => [members(), member('././@LongLink', 'x'.repeat(100_000), { type: 'L' }), end],
      /a file name of 100000 bytes/,
    ],
    ['an absolute path', () => [members(), member('/tmp/escaped', 'x'), end], /\/tmp\/escaped, which is not part/],
    ['steps up', () => [members(), member(within('data/../../../../escaped'), 'x'), end], /escaped, which is not part/],
    [
      'a folder with steps up',
      () => [members(), member('../../x/', '', { type: '5' }), end],
      /\.\.\/\.\.\/x, which is not part/,
    ],
    ['a backslash', () => [members(), member(within('data/..\\x'), 'x'), end], /which is not part/],
    ['a name in two parts', () => [members(), prefixed(), end], /a name in two parts/],
    [
      'a folder with content',
      () => [members(), member(within('data/x/'), 'y', { type: '5' }), end],
      /folder with content/,
    ],
    [
      'a wrong checksum',
      () => [members(), Buffer.from(member('code2', 'x')).fill('7', 100, 102), end],
      /wrong checksum/,
    ],
    [
      'a size that is no number',
      () => [members(), Buffer.from(member('code2', 'x')).fill('x', 124, 128), end],
      /cannot be read/,
    ],
    ['no end', () => [members()], /cut short/],
    [
      'a line break in a name',
      () => [members(), member('x\nfake: all right', 'y'), end],
      /^holds x\\nfake: all right, which is not part of train-1$/,
    ],
    [
      'controls of the terminal in a name',
      () => [members(), member('\u001b[2Jx', 'y'), end],
      /holds \\u001b\[2Jx, which is not part/,
    ],
  ])('with %s', async (_what, tar, fault) => {
    expect(await faultOf(gzipSync(Buffer.concat(tar())))).toMatch(fault);
  });

  it('with several gzip members, whatever is in them', async () => {
    const whole = Buffer.concat([members(), end]);
    for (const [first, second] of [
      [whole, member(within('.env'), 'x')],
      [whole.subarray(0, 5120), whole.subarray(5120)],
      [whole, Buffer.alloc(0)],
    ] as const) {
      expect(await faultOf(Buffer.concat([gzipSync(first), gzipSync(second)]))).toMatch(/cut short|behind the end/);
    }
    expect(await faultOf(Buffer.concat([gzipSync(whole), Buffer.from('more')]))).toContain(
      'continues after the end of its archive',
    );
  });

  it('with a gzip header that holds more than it must', async () => {
    const whole = Buffer.concat([members(), end]);
    const named = Buffer.concat([
      Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 255]),
      Buffer.from('name\0'),
      deflateRawSync(whole),
      Buffer.alloc(8),
    ]);
    expect(await faultOf(named)).toContain('not gzip as Nx writes it');
  });

  it('that unpacks to more than a hundred times what was sent', async () => {
    writeFileSync(stage('data/weights.bin'), Buffer.alloc(50e6));
    expect(await faultOf(gzipSync(packed(root)))).toMatch(/^unpacks to more than 100 times its \d{5} bytes$/);
    writeFileSync(stage('data/weights.bin'), Buffer.alloc(20e6));
    expect(await faultOf(gzipSync(packed(root)))).toMatch(/weights\.bin that is not what the manifest says/);
  });

  it('cut short at any place, or no archive', async () => {
    const archive = gzipSync(packed(root));
    for (let length = 0; length < archive.length; length += Math.ceil(archive.length / 200))
      expect(await faultOf(archive.subarray(0, length)), String(length)).toBeDefined();
    expect(await faultOf(archive.subarray(0, -1))).toBeDefined();
    expect(await faultOf(Buffer.from('nothing of the kind, but long enough'))).toContain('cannot be unpacked');
  });
});

/** A member in the form of POSIX, whose name goes on in its second field. */
function prefixed(): Buffer {
  const bytes = member('x', 'y', { magic: 'ustar\x0000' });
  bytes.write('../..', 345);
  const sum = [...bytes.subarray(0, 512)].reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}

describe('a sealed entry', () => {
  const open = async (key: string, entry: Uint8Array, token: string): Promise<number | string> =>
    openEntry(key, (await archiveOf(scratch(), entry)).file, token);

  it('opens with its key and token, and with no other', async () => {
    const archive = gzipSync(packed(root));
    const entry = signEntry('123', archive, 'token');
    expect(await open('123', entry, 'token')).toBe(archive.length);
    expect(await open('124', entry, 'token')).toContain('not what was stored under this key');
    expect(await open('123', entry, 'other')).toContain('not what was stored under this key');
    for (const at of [0, archive.length - 1, entry.length - 1]) {
      const changed = Buffer.from(entry);
      changed[at] = (changed[at] as number) ^ 1;
      expect(await open('123', changed, 'token')).toContain('not what was stored');
    }
    for (const length of [0, 20, 32])
      expect(await open('123', entry.subarray(0, length), 'token')).toBe('is cut short');
  });
});
