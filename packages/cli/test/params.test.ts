import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { jsonSchema } from '@layerwise/contracts';
import { stage as train } from '@layerwise/train';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const bin = join(root, 'packages/cli/bin/layerwise.mjs');
const run = (...args: string[]): string =>
  execFileSync(process.execPath, [bin, 'params', ...args], { cwd: root, encoding: 'utf8' });

describe('layerwise params', () => {
  it('lists each parameter with its type, range, default and meaning', () => {
    const lines = run('train').split('\n');
    expect(lines[0]).toBe(`train: ${train.summary}`);
    const row = (field: string): string[] | undefined =>
      lines.find((line) => line.startsWith(`${field} `))?.split(/ {2,}/);
    expect(row('epochs')).toEqual([
      'epochs',
      'integer, at least 1, at most 100000',
      'required',
      train.params.epochs.doc,
    ]);
    expect(row('hidden[].dropout')?.slice(1, 3)).toEqual(['number, at least 0, below 1', 'default 0']);
    expect(row('hidden')?.slice(1, 3)).toEqual(['list of group, with at most 64', 'required']);
    expect(row('optimizer.adam.learningRate')?.slice(1, 3)).toEqual(['number, above 0', 'default 0.001']);
    expect(row('restoreBest')?.slice(1, 3)).toEqual(['boolean', 'default true']);
    expect(row('earlyStop')?.slice(1, 3)).toEqual(['group', 'optional']);
  });

  it('gives a JSON Schema, also by the full name', () => {
    const { stage, params } = JSON.parse(run('@layerwise/train', '--json')) as { stage: string; params: object };
    expect(stage).toBe('train');
    expect(params).toEqual(jsonSchema(train.params));
  });

  it.each(['trian', 'store', '../train'])('refuses %s, which is no stage', (name) => {
    const { status, stderr } = spawnSync(process.execPath, [bin, 'params', name], { cwd: root, encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain(`the stage must be an installed package that exports one, got '${name}'`);
    if (name === 'trian') expect(stderr).toContain("Did you mean 'train'?");
  });
});
