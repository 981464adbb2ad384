import {
  annotated,
  strongest,
  readingRows,
  scoreReadings,
  toCsv,
  toText,
  TrainingSet,
  type Reading,
} from '@layerwise/scan';
import { Random } from '@layerwise/kernels/random';
import { describe, expect, it } from 'vitest';

const reading: Reading = {
  picture: 'a "b", c.jpg',
  number: 1,
  row: 1,
  box: { x: 3, y: 4, width: 5, height: 6 },
  class: 'seven',
  probabilities: [0.25, 0.75],
  for: [{ layer: 'hidden1', node: 3, contribution: 1.5 }],
  against: [{ layer: 'hidden1', node: 0, contribution: -2 }],
  distance: 1.25,
  percentile: 99.5,
  unlike: true,
};

describe('tables', () => {
  it('CSV quotes what needs it and has a column a class', () => {
    const [head, line] = toCsv([reading], ['one', 'seven']).split('\r\n');
    expect(head).toBe(
      'picture,number,row,x,y,width,height,class,probability,p(one),p(seven),for,against,distance,percentile,unlike,touching',
    );
    expect(line).toBe(
      '"a ""b"", c.jpg",1,1,3,4,5,6,seven,0.750000,0.250000,0.750000,hidden1[3] +1.50,hidden1[0] -2.00,1.2500,99.5,true,',
    );
  });

  it('text names the class and why to doubt it', () => {
    expect(toText([{ ...reading, unlike: false, touching: 'wide' }])).toMatch(
      /-2\.00 +wide: perhaps several digits that touch$/,
    );
    expect(toText([reading])).toMatch(
      /seven .*0\.750 .*hidden1\[3\] \+1\.50 .*unlike the training data: farther than 99\.5% of it/,
    );
  });
});

describe('strongest', () => {
  it('takes the largest of each sign from each layer', () => {
    const { for: pro, against } = strongest(
      [
        [1, -3, 2, 0],
        [-1, -2, 5, 0],
      ],
      2,
    );
    expect(pro.map(({ layer, node }) => `${layer}.${node}`)).toEqual(['hidden1.2', 'hidden1.0', 'hidden2.2']);
    expect(against.map(({ layer, node }) => `${layer}.${node}`)).toEqual(['hidden1.1', 'hidden2.1', 'hidden2.0']);
  });
});

describe('scoreReadings', () => {
  it('counts what is right', () => {
    expect(scoreReadings(['1', '2', '3'], ['1', '2', '4'])).toEqual({
      labels: 3,
      right: 2,
      wrong: 1,
      missed: 0,
      extra: 0,
      labelOf: ['1', '2', '4'],
    });
  });
  it('a digit that was missed, or found twice, does not spoil what follows', () => {
    expect(scoreReadings([...'13456'], [...'123456'])).toMatchObject({ right: 5, wrong: 0, missed: 1, extra: 0 });
    expect(scoreReadings([...'1123456'], [...'123456'])).toMatchObject({ right: 6, wrong: 0, missed: 0, extra: 1 });
    expect(scoreReadings([], ['1'])).toMatchObject({ right: 0, missed: 1 });
  });
});

describe('TrainingSet', () => {
  const random = new Random(Uint32Array.of(1, 2, 3, 4));
  const rows = Float32Array.from({ length: 3000 * 4 }, () => random.float());
  const training = new TrainingSet(rows, 4);

  it('what is of the training set is nearer than what is not', () => {
    const inside = training.novelty([0.5, 0.5, 0.5, 0.5]);
    expect(inside.percentile).toBeLessThan(99);
    expect(training.novelty([3, 3, 3, 3])).toMatchObject({ percentile: 100 });
  });

  it('the distance is that to the nearest row', () => {
    expect(training.novelty(rows.subarray(0, 4)).distance).toBe(0);
    const small = new TrainingSet(Float32Array.of(0, 0, 1, 1, 2, 2, 3, 3), 2);
    expect(small.novelty([2, 3]).distance).toBe(1);
  });

  it('percentiles of fresh rows are spread evenly', () => {
    const percentiles = Array.from(
      { length: 400 },
      () => training.novelty([random.float(), random.float(), random.float(), random.float()]).percentile,
    );
    expect(percentiles.filter((value) => value > 90).length / 400).toBeGreaterThan(0.05);
    expect(percentiles.filter((value) => value > 90).length / 400).toBeLessThan(0.16);
  });
});

describe('readingRows', () => {
  it('keeps tilted rows apart', () => {
    const boxes = Array.from({ length: 20 }, (_, i) => ({
      x: 30 * (i % 10),
      y: 100 + 40 * Math.floor(i / 10) + 6 * (i % 10),
      width: 20,
      height: 24,
      i,
    }));
    const shuffled = [...boxes].sort((a, b) => ((a.i * 7) % 20) - ((b.i * 7) % 20));
    expect(readingRows(shuffled).map((row) => row.map(({ i }) => i))).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
    ]);
  });
});

describe('annotated', () => {
  it('draws around the box and above it, and leaves the original and the digit alone', () => {
    const picture = { width: 80, height: 80, data: new Uint8Array(4 * 80 * 80).fill(255) };
    const box = { x: 30, y: 30, width: 20, height: 30 };
    const drawn = annotated(picture, [{ box, text: '7', doubtful: false }]);
    expect(picture.data.every((value) => value === 255)).toBe(true);
    const changed = (x: number, y: number): boolean => drawn.data[4 * (80 * y + x)] !== 255;
    expect(changed(28, 40)).toBe(true);
    for (let y = 30; y < 60; y++) for (let x = 30; x < 50; x++) expect(changed(x, y)).toBe(false);
    const ink = (part: typeof drawn): number => Array.from(part.data).filter((value) => value !== 255).length;
    expect(ink(annotated(picture, [{ box, text: '7', doubtful: true }]))).toBeGreaterThan(ink(drawn));
  });
});
