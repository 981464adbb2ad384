import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LayerwiseError, printable } from '@layerwise/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StudyFolder } from './workspace.js';

/** Sets the title of a terminal, clears it, and turns the direction of text. */
const evil = '\u001b]0;x\u0007\u001b[2J\u009b31m\u202e';
const written = '\\u001b]0;x\\u0007\\u001b[2J\\u009b31m\\u202e';
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/;

describe('what reaches the terminal', () => {
  let folder: StudyFolder;
  beforeAll(() => {
    folder = new StudyFolder();
    const study = join(folder.root, 'pipelines/tiny/study.yaml');
    writeFileSync(
      study,
      readFileSync(study, 'utf8')
        .replace('name: tiny', `name: tiny\ntitle: ${JSON.stringify(`the ${evil}`)}`)
        .replace('  one:\n', `  one:\n    title: ${JSON.stringify(`one ${evil}`)}\n`),
    );
    mkdirSync(join(folder.root, 'data'));
    writeFileSync(join(folder.root, 'data/own.csv'), `label,p0,p1,p2,p3\n1,0,0,0,0\n0,0,0,${evil},0\n`);
    mkdirSync(join(folder.root, 'pipelines/csv'));
    writeFileSync(
      join(folder.root, 'pipelines/csv/study.yaml'),
      'name: csv\ndataset: { from: data/own.csv }\nexperiments: { one: { train: { hidden: [], epochs: 1 } } }\n',
    );
    mkdirSync(join(folder.root, 'pipelines/broken'));
    writeFileSync(
      join(folder.root, 'pipelines/broken/study.yaml'),
      `name: broken\nexperiments:\n  one: { train: { ${JSON.stringify(evil)}: 1 } }\n`,
    );
    mkdirSync(join(folder.root, `artifacts/tiny/x${evil.replace('/', '')}`), { recursive: true });
    writeFileSync(join(folder.root, `artifacts/tiny/x${evil}/experiment.json`), '{"stages":{}}');
  });
  afterAll(() => folder.remove());

  it.each([
    ["a study's title", ['list'], 'the '],
    ["an experiment's title", ['list'], 'one '],
    ['a field of a broken study', ['list'], 'one.train.'],
    ['a field of the study that is asked for', ['show', 'broken:one'], 'one.train.'],
    ['a name that is asked for', ['show', `tiny:${evil}`], ''],
    ['a word of the command line', ['list', `--${evil}`], ''],
    ['a file name', ['predict', 'tiny:one', `x${evil}.png`], 'x'],
  ])('%s: written out, nothing raw', async (_what, args, before) => {
    const { output } = await folder.layerwise(args);
    expect(output).not.toMatch(steering);
    expect(output).toContain(`${before}${written.slice(0, 20)}`);
  });

  it('the name of a folder, where gc is not kept from it by a broken study', async () => {
    writeFileSync(
      join(folder.root, 'pipelines/broken/study.yaml'),
      'name: broken\nexperiments: { one: { train: { hidden: [], epochs: 1 } } }\n',
    );
    const { output } = await folder.layerwise(['gc']);
    expect(output).not.toMatch(steering);
    expect(output).toContain(`artifacts/tiny/x${written}`);
    const { unused } = await folder.json<{ unused: { path: string }[] }>(['gc']);
    expect(unused.map(({ path }) => path)).toContain(`artifacts/tiny/x${evil}`);
  });

  it('a value of a CSV file, in the error of the stage that reads it', async () => {
    const { stages } = await folder.json<{ stages: { role: string; id: string }[] }>(['explain', 'csv:one']);
    const { code, output } = await folder.layerwise([
      'stage',
      stages.find(({ role }) => role === 'ingest')?.id as string,
    ]);
    expect(code, output).toBe(1);
    expect(output).not.toMatch(steering);
    expect(output).toContain('\\u001b');
  });

  it('an error that Nx shows', () => {
    const error = new LayerwiseError('DATA_INVALID', `got ${evil}`, { where: `a${evil}`, remedy: `b${evil}` });
    expect(error.describe()).toBe(`got ${written} (a${written})\n  b${written}`);
    expect(error.message).toBe(`got ${evil}`);
  });

  it('any text but what steers, as it is; JSON means the same', () => {
    for (const text of ['Grüße, 世界 👩‍🔬\tx\ny', '┏━┓ ✓ █░', 'مرحبا']) expect(printable(text)).toBe(text);
    expect(printable('a\r\nb\rc')).toBe('a\nb\\u000dc');
    const value = { [evil]: [evil, 'a\r\nb\u0085'] };
    expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value);
  });
});
