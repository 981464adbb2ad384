import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEntryFault, openEntry, sealEntry, Store } from '@layerwise/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { draft } from './recipe.js';

let root: string;
const stage = (path = ''): string => join(root, 'artifacts/stages/train-1', path);

/** As Nx packs an entry, by the tar of the system. */
const pack = (): Buffer => execFileSync('tar', ['-cz', `--format=${process.platform === 'linux' ? 'gnu' : 'gnutar'}`, '-C', root, 'artifacts', 'terminalOutput', 'code'], { maxBuffer: 1 << 26 });

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-entry-'));
  const store = new Store(join(root, 'artifacts'));
  await store.compute(draft('train-1'), async (output) => {
    await output.bytes('weights.bin', new Uint8Array(3000).fill(7));
    await output.bytes(`${'long/'.repeat(30)}name.json`, '{}');
    return { warnings: [], seconds: 1, peakMemoryMB: 1 };
  });
  rmSync(join(root, 'artifacts/.recipes'), { recursive: true });
  for (const name of ['terminalOutput', 'code']) writeFileSync(join(root, name), '0');
});
afterEach(() => rmSync(root, { recursive: true }));

describe('findEntryFault', () => {
  it('finds nothing wrong with an artifact as it was published, names over 100 characters among its files', () => {
    expect(findEntryFault(pack())).toBeUndefined();
  });

  it.each<[string, () => void, RegExp]>([
    ['a changed file', () => writeFileSync(stage('data/weights.bin'), new Uint8Array(3000).fill(8)), /weights\.bin that is not what the manifest says/],
    ['a missing file', () => rmSync(stage('data/weights.bin')), /weights\.bin that is not/],
    ['a changed manifest', () => appendFileSync(stage('manifest.json'), '}'), /manifest that must be JSON/],
    ['another digest of the content', () => writeFileSync(stage('content'), 'other\n'), /another digest of the content/],
    ['no manifest', () => rmSync(stage('manifest.json')), /must hold one artifact, got 0/],
    ['a file that nobody knows', () => writeFileSync(stage('data/more.bin'), ''), /more\.bin, which its manifest does not know/],
    ['a file beside the artifact', () => writeFileSync(join(root, 'artifacts/escaped'), ''), /artifacts\/escaped, which its manifest does not know/],
    ['a link', () => symlinkSync('/etc/passwd', stage('data/link')), /neither file nor folder: .*link/],
    ['two artifacts', () => {
      mkdirSync(join(root, 'artifacts/stages/train-2'));
      writeFileSync(join(root, 'artifacts/stages/train-2/manifest.json'), '{}');
    }, /one artifact, got 2/],
  ])('refuses %s', (_what, change, fault) => {
    change();
    expect(findEntryFault(pack())).toMatch(fault);
  });

  it('refuses what is cut short, at any place, or no archive', () => {
    const archive = pack();
    for (let length = 0; length < archive.length; length += 97) expect(findEntryFault(archive.subarray(0, length)), String(length)).toBeDefined();
    expect(findEntryFault(Buffer.from('nothing of the kind'))).toContain('cannot be unpacked');
  });
});

describe('a sealed entry', () => {
  it('opens with its key and token, and with no other', () => {
    const archive = pack();
    const entry = sealEntry('123', archive, 'token');
    expect(archive.equals(openEntry('123', entry, 'token') as Buffer)).toBe(true);
    expect(openEntry('124', entry, 'token')).toContain('not what was stored under this key');
    expect(openEntry('123', entry, 'other')).toContain('not what was stored under this key');
    for (const at of [0, archive.length - 1, entry.length - 1]) {
      const changed = Buffer.from(entry);
      changed[at] = (changed[at] as number) ^ 1;
      expect(openEntry('123', changed, 'token')).toContain('not what was stored');
    }
    expect(openEntry('123', entry.subarray(0, 20), 'token')).toBe('is cut short');
  });
});
