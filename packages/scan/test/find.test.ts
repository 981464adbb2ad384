import { decodePicture, type Picture } from '@layerwise/images';
import { boundsOf, findDigits } from '@layerwise/scan';
import { describe, expect, it } from 'vitest';
import { COLOURS, photograph } from './made/camera.js';
import { makePage, type Page } from './made/page.js';
import { madeSheets, tally } from './made/sheets.js';

const CALM = { seed: 3, tilt: 0, shadow: 0, noise: 2, blur: 0, colours: COLOURS.pen };

function found(page: Page, shot: Partial<Parameters<typeof photograph>[1]> = {}): ReturnType<typeof tally> {
  const { picture, placed } = photograph(page, { ...CALM, ...shot });
  return tally(
    placed,
    findDigits(picture).digits.map(({ box }) => ({ box, digit: 0 })),
  );
}

function blank(width: number, height: number, value: (x: number, y: number) => number): Picture {
  const data = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) data.fill(value(i % width, Math.floor(i / width)), 4 * i, 4 * i + 3);
  return { width, height, data };
}

describe('findDigits', () => {
  it('finds at least 95% of the digits of made sheets: fonts and strokes, tilted, shaded, ruled, dark and light', () => {
    let [placed, hit, spurious] = [0, 0, 0];
    for (const { name, jpeg, placed: digits } of madeSheets(7, 100, [
      'kalam',
      'strokes',
      'patrick-hand',
      'strokes',
      'caveat',
      'strokes',
      'nunito',
    ])) {
      const sheet = findDigits(decodePicture(jpeg, name));
      expect(sheet.inverted, name).toBe(name.includes('board'));
      const result = tally(
        digits,
        sheet.digits.map(({ box }) => ({ box, digit: 0 })),
      );
      placed += result.placed;
      hit += result.found;
      spurious += result.spurious;
    }
    expect(hit / placed).toBeGreaterThanOrEqual(0.95);
    expect(spurious / placed).toBeLessThanOrEqual(0.02);
  });

  it.each(['ruled', 'squared'] as const)('takes dark lines of %s paper out', (paper) => {
    const page = makePage({ seed: 5, hand: 'patrick-hand', rows: 3, columns: 6, height: 70, paper });
    const colours = { ...COLOURS.pen, printed: [70, 90, 140] as const };
    const { picture } = photograph(page, { ...CALM, tilt: 0.015, colours });
    expect(findDigits(picture).ruled).toBe(true);
    expect(found(page, { tilt: 0.015, colours })).toMatchObject({ placed: 18, found: 18, spurious: 0 });
  });

  it('finds small digits, and large ones', () => {
    for (const height of [22, 160]) {
      const page = makePage({ seed: 8, hand: 'nunito', rows: 2, columns: 4, height, paper: 'plain' });
      expect(found(page), `${height} pixels tall`).toMatchObject({ found: 8, spurious: 0 });
    }
  });

  it('reads rows from top to bottom and left to right, tilted or not', () => {
    const page = makePage({ seed: 4, hand: 'kalam', rows: 3, columns: 7, height: 60, paper: 'plain' });
    for (const tilt of [0, 0.03]) {
      const { picture, placed } = photograph(page, { ...CALM, tilt });
      const digits = findDigits(picture).digits;
      expect(digits.map(({ row }) => row)).toEqual(placed.map((_, i) => Math.floor(i / 7)));
      digits.forEach(({ box }, i) =>
        expect(
          Math.hypot(
            box.x + box.width / 2 - placed[i]!.x - placed[i]!.width / 2,
            box.y + box.height / 2 - placed[i]!.y - placed[i]!.height / 2,
          ),
        ).toBeLessThan(30),
      );
    }
  });

  it('puts the strokes of a broken digit together', () => {
    // A 5 whose bar does not touch its body, and an 8 in two halves.
    const sheet = findDigits(
      blank(240, 160, (x, y) =>
        (y >= 40 && y < 46 && x >= 52 && x < 90) ||
        (x >= 46 && x < 52 && y >= 50 && y < 76) ||
        (y >= 72 && y < 78 && x >= 46 && x < 84) ||
        (x >= 80 && x < 86 && y >= 74 && y < 110) ||
        (y >= 106 && y < 112 && x >= 44 && x < 84) ||
        (x >= 150 && x < 156 && y >= 40 && y < 73) ||
        (x >= 150 && x < 156 && y >= 77 && y < 112)
          ? 30
          : 235,
      ),
    );
    expect(sheet.digits.map(({ box }) => [box.width, box.height])).toEqual([
      [46, 72],
      [6, 72],
    ]);
  });

  it('finds nothing on an empty sheet, be it noisy, shaded or black', () => {
    const noise = (x: number, y: number): number => ((x * 7919 + y * 104729) % 13) - 6;
    for (const value of [
      () => 255,
      () => 0,
      (x: number, y: number) => 220 + noise(x, y),
      (x: number, y: number) => 120 + x / 5 + noise(x, y),
      (x: number) => (x < 200 ? 230 : 120),
    ])
      expect(findDigits(blank(400, 300, value)).digits).toEqual([]);
  });

  it('takes an image of one digit that fills the picture', () => {
    const page = makePage({ seed: 9, hand: 'strokes', rows: 1, columns: 1, height: 20, paper: 'plain' });
    const [x, y] = [page.placed[0]!.x - 4, page.placed[0]!.y - 4].map(Math.floor) as [number, number];
    const cut = blank(34, 28, (u, v) => 255 - Math.round(255 * page.ink[(v + y) * page.width + u + x]!));
    expect(findDigits(cut).digits).toHaveLength(1);
  });

  it('does not change the picture', () => {
    const { picture } = photograph(
      makePage({ seed: 2, hand: 'kalam', rows: 1, columns: 2, height: 40, paper: 'plain' }),
      CALM,
    );
    const before = Uint8Array.from(picture.data);
    findDigits(picture);
    expect(picture.data).toEqual(before);
  });
});

describe('digits that touch', () => {
  /** Rings 60 pixels wide and high, side by side, each one pixel into the one before. */
  const rings = (count: number): Picture =>
    blank(120 + 60 * count, 160, (x, y) =>
      Array.from({ length: count }, (_, i) => Math.hypot(x - 90 - 59 * i, y - 80)).some((r) => r >= 23 && r <= 30)
        ? 30
        : 235,
    );
  /** 1 for what is as wide as high, as a ring is. */
  const roundness = (pixels: Uint8Array): number => {
    const { width, height } = boundsOf({ width: 28, height: 28, data: pixels }, 127)!;
    return Math.min(width, height) / Math.max(width, height);
  };

  it.each([2, 3, 4])('%i of them are cut apart where the parts look like digits', (count) => {
    const { digits } = findDigits(rings(count), 28, roundness);
    expect(digits.map(({ touching }) => touching)).toEqual(new Array(count).fill('cut'));
    digits.forEach(({ box, pixels }, i) => {
      expect(Math.abs(box.x + box.width / 2 - 90 - 59 * i)).toBeLessThan(12);
      expect(roundness(pixels)).toBeGreaterThan(0.8);
    });
  });

  it('stay whole and are flagged where nobody judges them or no cut looks right; one digit is neither cut nor flagged', () => {
    for (const judge of [undefined, () => 0.1]) {
      const { digits } = findDigits(rings(2), 28, judge);
      expect(digits.map(({ touching, box }) => [touching, box.width > 110])).toEqual([['wide', true]]);
    }
    expect(findDigits(rings(1), 28, roundness).digits.map(({ touching }) => touching)).toEqual([undefined]);
  });
});
