import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { placesOf } from '@layerwise/workspace/plan/folders';
import { planWorkspace } from '@layerwise/workspace/plan/workspace';
import { FileCache } from '@layerwise/store/file-cache';
import { afterEach, describe, expect, it } from 'vitest';

const made: string[] = [];
afterEach(() => made.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const IMAGES = 100;

/** A workspace with a study of a folder of images; what is in them does not matter for planning. */
function workspace(classes = 2): string {
  const root = mkdtempSync(join(tmpdir(), 'layerwise-raw-'));
  made.push(root);
  writeFileSync(join(root, 'package.json'), '{}');
  symlinkSync(join(import.meta.dirname, '../../../node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'packages'));
  mkdirSync(join(root, 'pipelines/own'), { recursive: true });
  writeFileSync(
    join(root, 'pipelines/own/study.yaml'),
    'name: own\ndataset: { from: data/set }\nexperiments:\n  one: { train: { hidden: [{ units: 2 }], epochs: 1 } }\n',
  );
  for (let c = 0; c < classes; c++) {
    mkdirSync(join(root, `data/set/class${c}`), { recursive: true });
    for (let i = 0; i < IMAGES; i++) writeFileSync(join(root, `data/set/class${c}/${i}.png`), `image ${c} ${i}`);
  }
  return root;
}

async function raw(root: string): Promise<{ id: string; files: readonly { name: string; sha256: string }[] }> {
  const fileCache = new FileCache(join(root, 'files.json'));
  const { instances } = await planWorkspace(root, ['pipelines/own/study.yaml'], placesOf(root, {}), fileCache);
  fileCache.save();
  const { id, raw } = [...instances.values()].find(({ stage }) => stage === 'ingest')!;
  return { id, files: raw!.files };
}

describe('raw files in the identity of a stage', () => {
  it('are told one by one, by their paths, or by their folders where there are many', async () => {
    const [few, many] = [await raw(workspace(2)), await raw(workspace(3))];
    expect(few.files).toHaveLength(2 * IMAGES);
    expect(few.files.map(({ name }) => name)).toContain('data/set/class1/7.png');
    expect(many.files.map(({ name }) => name).sort()).toEqual(
      [0, 1, 2].map((c) => `data/set/class${c}/ (${IMAGES} files)`),
    );
  });

  it('change it by their bytes and names, not by their dates, also where hashes are remembered', async () => {
    const root = workspace(3);
    const image = join(root, 'data/set/class1/7.png');
    // hashes of files that were just written are not remembered
    await sleep(1100);
    const first = await raw(root);
    expect(readFileSync(join(root, 'files.json'), 'utf8')).toContain('class1/7.png');
    expect(await raw(root)).toEqual(first);
    const { atime, mtime, size } = statSync(image);
    utimesSync(image, 1, 1);
    expect(await raw(root)).toEqual(first);

    writeFileSync(image, 'image 1 8');
    utimesSync(image, atime, mtime);
    expect(statSync(image)).toMatchObject({ size, mtime });
    const changed = await raw(root);
    expect(changed.id).not.toBe(first.id);
    expect(changed.files.filter(({ sha256 }, i) => sha256 !== first.files[i]!.sha256).map(({ name }) => name)).toEqual([
      `data/set/class1/ (${IMAGES} files)`,
    ]);

    writeFileSync(image, 'image 1 7');
    expect((await raw(root)).id).toBe(first.id);
    rmSync(image);
    expect((await raw(root)).id).not.toBe(first.id);
  });
});
