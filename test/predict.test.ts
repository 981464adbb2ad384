import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodePicture, encodePng } from '@layerwise/images';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madeSheets, type MadeSheet } from '../packages/scan/test/made/sheets.js';
import { brief, Workspace } from './workspace/workspace.js';

const study = `name: tiny
seed: 7
dataset: { use: strokes, strokes: { train: 1500, test: 200 } }
preprocess: { validation: { first: 100 } }
${brief}experiments:
  net:
    train: { hidden: [{ units: 16 }, { units: 12 }], epochs: 4 }
`;

interface Result {
  readonly digits: readonly {
    picture: string;
    class: string;
    probabilities: number[];
    for: { layer: string; contribution: number }[];
    against: { contribution: number }[];
    percentile: number;
    box: { x: number };
  }[];
  readonly score: { labels: number; right: number; missed: number; extra: number };
}

describe('layerwise predict and export', () => {
  let workspace: Workspace;
  let sheets: MadeSheet[];

  beforeAll(async () => {
    workspace = Workspace.create();
    workspace.study('tiny', study);
    sheets = madeSheets(2, 40, ['strokes']);
    sheets.forEach(({ jpeg }, i) => workspace.write(`scans/sheet${i}.jpg`, jpeg));
    workspace.write('bad/cut.jpg', sheets[0]!.jpeg.subarray(0, 2000));
    workspace.write(
      'bad/empty.png',
      encodePng({ width: 300, height: 200, data: new Uint8Array(4 * 300 * 200).fill(255) }),
    );
    workspace.write('bad/notes.png', new TextEncoder().encode('not a picture'));
  });
  afterAll(() => workspace.remove());

  it('says that the experiment is not built, before it is', async () => {
    const { code, output } = await workspace.layerwise(['predict', 'tiny:net', 'scans/sheet0.jpg']);
    expect(code).toBe(1);
    expect(output).toMatch(/tiny:net is not built.*\n {2}npx nx run tiny:net/);
    const built = await workspace.nx(['run', 'tiny:net']);
    expect(built.code, built.output).toBe(0);
  });

  it('reads a folder of sheets, draws on them, writes tables, scores by labels', async () => {
    const labels = sheets.flatMap(({ placed }) => placed.map(({ digit }) => digit)).join('');
    workspace.write('labels.txt', `${labels.slice(0, 24)}\n${labels.slice(24)}\n`);
    const { code, output } = await workspace.call([
      'predict',
      'tiny:net',
      'scans',
      '--labels',
      'labels.txt',
      '--out',
      'read',
    ]);
    expect(code, output).toBe(0);
    expect(output).toMatch(/score: \d+ of 48 right/);
    const { digits, score } = JSON.parse(workspace.read('read/digits.json')) as Result;
    expect(digits).toHaveLength(48);
    expect(score).toMatchObject({ labels: 48, missed: 0, extra: 0 });
    expect(score.right).toBeGreaterThan(24);
    for (const digit of digits) {
      expect(digit.probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 9);
      expect(digit.class).toBe(String(digit.probabilities.indexOf(Math.max(...digit.probabilities))));
      expect(new Set(digit.for.map(({ layer }) => layer))).toEqual(new Set(['hidden1', 'hidden2']));
      expect(digit.against.every(({ contribution }) => contribution < 0)).toBe(true);
    }
    expect(workspace.read('read/digits.csv').trim().split('\r\n')).toHaveLength(49);
    const original = decodePicture(sheets[0]!.jpeg, 'sheet');
    const drawn = decodePicture(readFileSync(join(workspace.root, 'read/sheet0.annotated.png')), 'drawn');
    expect([drawn.width, drawn.height]).toEqual([original.width, original.height]);
    expect(drawn.data).not.toEqual(original.data);
  });

  it('takes a pattern, and prints JSON', async () => {
    const { code, output } = await workspace.call(['predict', 'tiny:net', 'sc*/*1.jpg', '--json', '--out', 'read']);
    expect(code, output).toBe(0);
    const { digits } = JSON.parse(output) as Result;
    expect(new Set(digits.map(({ picture }) => picture))).toEqual(new Set([join('scans', 'sheet1.jpg')]));
  });

  it('says one sentence of each picture that it cannot read, and reads the others', async () => {
    const { code, output } = await workspace.call(['predict', 'tiny:net', 'bad', 'scans/sheet0.jpg', '--out', 'read']);
    expect(code).toBe(1);
    expect(output.match(/^layerwise: /gm)).toHaveLength(3);
    expect(output).toMatch(/picture bad\/cut\.jpg must be a whole JPEG file/);
    expect(output).toMatch(/picture bad\/empty\.png must have digits on it, but no writing was found/);
    expect(output).toMatch(/picture bad\/notes\.png must be a PNG or JPEG file/);
    expect(output).toContain('sheet0.annotated.png');
    expect(output).not.toMatch(/ at .*\.js:\d+/);
  });

  it.each([
    [['predict', 'tiny:net', 'nowhere.png'], /there is no 'nowhere.png'/],
    [['predict', 'tiny:net', 'nowhere/*.png'], /'nowhere\/\*.png' matches none/],
    [
      ['predict', 'tiny:net', 'scans', '--labels', '12x'],
      /--labels must hold classes of the experiment \(0, 1, .*\), got 'x'/,
    ],
  ])('wrong usage: %j', async (args, message) => {
    const { code, output } = await workspace.call(args);
    expect(code).toBe(2);
    expect(output).toMatch(message);
  });

  it('exports every format, or one', async () => {
    const { code, output } = await workspace.call(['export', 'tiny:net', '--out', 'models']);
    expect(code, output).toBe(0);
    for (const file of ['tfjs/model.json', 'tfjs/weights.bin', 'model.keras', 'model.onnx', 'model.mjs', 'README.md'])
      expect(existsSync(join(workspace.root, 'models', file)), file).toBe(true);
    expect((await workspace.call(['export', 'tiny:net', '--format', 'onnx', '--out', 'one'])).output).not.toContain(
      'model.keras',
    );
    expect(existsSync(join(workspace.root, 'one/model.keras'))).toBe(false);
    expect(workspace.read('models/README.md')).toContain('A dense net 784-16-12-10 (relu, relu, softmax)');
  });

  it('read and export by the last run where the study has changed since, and say so', async () => {
    workspace.edit('pipelines/tiny/study.yaml', 'epochs: 4', 'epochs: 5');
    for (const args of [
      ['predict', 'tiny:net', 'scans/sheet0.jpg', '--out', 'read'],
      ['export', 'tiny:net', '--format', 'js', '--out', 'older'],
    ]) {
      const { code, output } = await workspace.call(args);
      expect(code, output).toBe(0);
      expect(output).toMatch(/note: the last run of tiny:net is used; the study or the data has changed since/);
    }
    expect(workspace.read('older/model.mjs')).toContain('tiny:net');
  });
});
