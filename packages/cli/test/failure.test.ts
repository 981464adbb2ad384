import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StudyPlan } from '@layerwise/study';
import { afterAll, describe, expect, it } from 'vitest';
import { failuresOf } from '../dist/failure.js';
import type { JournalEntry } from '@layerwise/workspace/run/journal';

const root = mkdtempSync(join(tmpdir(), 'layerwise-failure-'));
afterAll(() => rmSync(root, { recursive: true }));

const id = 'train-1';
const studies = [
  {
    instances: new Map([[id, { id, inputs: {} }]]),
    experiments: [{ study: 'own', name: 'one', stages: { train: id }, repeats: [] }],
  },
] as unknown as StudyPlan[];
const header = `> node packages/cli/bin/layerwise.mjs stage ${id}\n\n${id} runs: no artifact of it is there\n`;
const footer = `\nWarning: command "node packages/cli/bin/layerwise.mjs stage ${id}" exited with non-zero status code`;

async function said(words: string, entries?: ReadonlyMap<string, JournalEntry>): Promise<string> {
  const faults = await failuresOf(root, [{ project: id, output: header + words + footer }], studies, entries);
  return faults.map((fault) => fault.describe()).join('\n');
}

describe('failuresOf', () => {
  it.each([
    ['Killed', 'SIGKILL, probably because memory ran out'],
    ['/bin/sh: line 1:  4711 Killed                  node packages/cli/bin/layerwise.mjs stage train-1', 'SIGKILL'],
    ['Aborted (core dumped)', 'SIGABRT'],
    ['Abort trap: 6', 'SIGABRT'],
    ['Segmentation fault: 11', 'SIGSEGV'],
    ['/bin/sh: line 1: 4711 Segmentation fault      (core dumped) node packages/cli', 'SIGSEGV'],
    ['\u001b[31mBus error\u001b[0m\r', 'SIGBUS'],
  ])('knows the signal by what a shell says of it: %s', async (words, signal) => {
    expect(await said(words)).toContain(`train of own:one failed: its process was killed by ${signal}`);
    expect(await said(words)).toContain('\n  The same command starts it again.');
  });

  it('tells a heap that is full from other ends', async () => {
    const text = await said(
      '<--- Last few GCs --->\nFATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n 1: 0xb8d0a3 node::Abort\nAborted',
    );
    expect(text).toContain('its process was killed by SIGABRT: Node.js reached its memory limit');
    expect(text).toContain('--max-old-space-size');
  });

  it('shows what a process said that ended of itself, and takes no word of an error for a signal', async () => {
    expect(await said('node: cannot be found')).toContain('train of own:one failed: node: cannot be found');
    expect(await said('layerwise: the pool must be whole, got\nKilled')).toContain(
      'failed: the pool must be whole, got\nKilled',
    );
    expect(await said('')).toContain('its process ended without an error message, as a killed process does');
  });

  it('is silent of a stage that was told to stop', async () => {
    const stopped: JournalEntry = { id, status: 'stopped', seconds: 1, waited: 0 };
    expect(await said(`layerwise: ${id} stopped at 3 of 9 epochs`, new Map([[id, stopped]]))).toBe('');
  });
});
