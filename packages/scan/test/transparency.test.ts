import { backdropOf, decodePicture, encodePng, laidOn, type Picture } from '@layerwise/images';
import { annotated, findDigits } from '@layerwise/scan';
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';

/** 120 x 100, a "1" of the given colour 8 pixels wide. */
function sheet(ink: readonly number[], rest: readonly number[] = [0, 0, 0, 0]): Picture {
  const data = new Uint8Array(4 * 120 * 100);
  for (let y = 0; y < 100; y++)
    for (let x = 0; x < 120; x++) data.set(y >= 20 && y < 80 && x >= 50 && x < 58 ? ink : rest, 4 * (y * 120 + x));
  return { width: 120, height: 100, data };
}

const colours = {
  white: [255, 255, 255, 255],
  black: [0, 0, 0, 255],
  yellow: [255, 255, 0, 255],
  blue: [0, 0, 200, 255],
  'faint white': [255, 255, 255, 120],
};

describe('writing on transparent', () => {
  it.each(Object.entries(colours))('is found where it is opaque, and nowhere else: %s', (_name, ink) => {
    const { digits } = findDigits(decodePicture(encodePng(sheet(ink)), 'x'));
    expect(digits).toHaveLength(1);
    const { x, y, width, height } = digits[0]!.box;
    expect(
      Math.max(Math.abs(x - 50), Math.abs(y - 20), Math.abs(width - 8), Math.abs(height - 60)),
    ).toBeLessThanOrEqual(2);
  });

  it.each([
    ['white', 0],
    ['black', 255],
  ] as const)('shows on its annotated copy, which is opaque: %s', (name, ground) => {
    const copy = annotated(sheet(colours[name]), [
      { box: { x: 50, y: 20, width: 8, height: 60 }, text: '1', doubtful: false },
    ]);
    const at = (x: number, y: number): number[] => [...copy.data.subarray(4 * (y * 120 + x), 4 * (y * 120 + x) + 4)];
    expect(at(2, 98)).toEqual([ground, ground, ground, 255]);
    expect(at(54, 50)).toEqual([255 - ground, 255 - ground, 255 - ground, 255]);
    expect(copy.data.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
  });

  it('is read of grey and alpha, too; of a picture of which nothing is seen nothing is', () => {
    const { data } = sheet(colours.white);
    const grey = Uint8Array.from({ length: 2 * 120 * 100 }, (_, i) => data[4 * (i >> 1) + (i % 2 ? 3 : 0)]!);
    expect(
      findDigits(decodePicture(encode({ width: 120, height: 100, data: grey, channels: 2, depth: 8 }), 'g')).digits,
    ).toHaveLength(1);
    expect(findDigits(sheet([255, 255, 255, 0])).digits).toHaveLength(0);
  });
});

describe('what a picture is laid on', () => {
  it('is the opposite of ink, and the like of paper', () => {
    expect(backdropOf(sheet(colours.white))).toBe('black');
    expect(backdropOf(sheet(colours.black))).toBe('white');
    const paper = sheet(colours.black, colours.white);
    paper.data.fill(0, 0, 4 * 120 * 8);
    expect(backdropOf(paper)).toBe('white');
    const board = sheet(colours.white, colours.black);
    board.data.fill(0, 0, 4 * 120 * 8);
    expect(backdropOf(board)).toBe('black');
  });

  it('mixes by opacity, leaves what is opaque, and does not change the picture', () => {
    const picture: Picture = {
      width: 3,
      height: 1,
      data: Uint8Array.of(200, 100, 0, 255, 200, 100, 0, 51, 9, 9, 9, 0),
    };
    const before = Uint8Array.from(picture.data);
    expect([...laidOn(picture, 'white').data]).toEqual([200, 100, 0, 255, 244, 224, 204, 255, 255, 255, 255, 255]);
    expect([...laidOn(picture, 'black').data]).toEqual([200, 100, 0, 255, 40, 20, 0, 255, 0, 0, 0, 255]);
    expect(picture.data).toEqual(before);
  });
});
