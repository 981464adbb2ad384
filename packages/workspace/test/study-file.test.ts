import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readStudy } from '@layerwise/workspace/plan/study-file';
import { FileCache } from '@layerwise/store/file-cache';
import { readNotes, writeNotes } from '@layerwise/store/notes';
import type { StudyDocument } from '@layerwise/study';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const file = 'pipelines/own/study.yaml';
const text = 'name: own\ntrain: { hidden: [{ units: 2 }] }\nexperiments:\n  one: {}\n  two:\n    train: { l2: 0.5 }\n';
let root: string;
const kept = (): string => join(root, 'files.json');

/** Reads the study as a process of its own would. */
function read(): StudyDocument {
  const fileCache = new FileCache(kept());
  const study = readStudy(root, file, fileCache);
  fileCache.save();
  return study;
}

const plain = ({ experiments, ...rest }: StudyDocument): unknown =>
  JSON.parse(JSON.stringify({ ...rest, experiments }));
const noted = (): unknown => readNotes<Record<string, unknown>>(kept())?.[join(root, file)];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'layerwise-study-'));
  mkdirSync(join(root, 'pipelines/own'), { recursive: true });
  writeFileSync(join(root, file), text);
  await sleep(1100); // Nothing is kept of a file changed within the last second.
});
afterAll(() => rmSync(root, { recursive: true }));

describe('a study that is remembered', () => {
  it('is the same as the one that was parsed, and says the same lines', () => {
    const [parsed, remembered] = [read(), read()];
    expect(noted()).toMatchObject({ found: { yaml: { value: { name: 'own' } } } });
    expect(plain(remembered)).toEqual(plain(parsed));
    const problem = [{ path: ['experiments', 'two', 'train', 'l2'], message: 'must be less' }];
    expect(parsed.invalid(problem).where).toBe(`${file}:6`);
    expect(remembered.invalid(problem)).toEqual(parsed.invalid(problem));
  });

  it('is what was kept, which this test alters; and what it says now, once it has changed', () => {
    writeNotes(kept(), JSON.parse(JSON.stringify(readNotes(kept())).replace('"name":"own"', '"name":"remembered"')));
    expect(read().name).toBe('remembered');
    writeFileSync(join(root, file), text.replace('own', 'new'));
    expect(read().name).toBe('new');
  });

  it('is parsed each time where JSON would not keep a number', async () => {
    writeFileSync(join(root, file), text.replace('own', 'far').replace('0.5', '.inf'));
    await sleep(1100);
    for (let i = 0; i < 2; i++) expect(read().experiments[1]?.sections.train?.params.l2).toBe(Infinity);
    expect(noted()).toMatchObject({ found: { yaml: {} } });
  });
});
