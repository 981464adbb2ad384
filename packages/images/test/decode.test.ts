import { decodePicture, encodePng, readHeader, upright } from '@layerwise/images';
import { encode } from 'fast-png';
import jpeg from 'jpeg-js';
import { describe, expect, it } from 'vitest';

const data = Uint8Array.from({ length: 4 * 6 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * 37) % 256));
const picture = { width: 6, height: 4, data };
const png = encodePng(picture);
const photo = new Uint8Array(
  jpeg.encode({ width: 32, height: 16, data: new Uint8Array(4 * 32 * 16).fill(200) }, 90).data,
);

describe('decodePicture', () => {
  it('gives back what was encoded as PNG', () => {
    expect(decodePicture(png, 'a.png')).toEqual(picture);
  });

  it('spreads grey, 16 bits, packed bits and palettes to 8-bit colours', () => {
    const grey = encode({ width: 2, height: 1, data: Uint8Array.of(0, 200), channels: 1, depth: 8 });
    expect(Array.from(decodePicture(grey, 'g').data)).toEqual([0, 0, 0, 255, 200, 200, 200, 255]);
    const deep = encode({ width: 2, height: 1, data: Uint16Array.of(0, 65535), channels: 1, depth: 16 });
    expect(Array.from(decodePicture(deep, 'd').data)).toEqual([0, 0, 0, 255, 255, 255, 255, 255]);
    const alpha = encode({ width: 1, height: 1, data: Uint8Array.of(9, 128), channels: 2, depth: 8 });
    expect(Array.from(decodePicture(alpha, 'a').data)).toEqual([9, 9, 9, 128]);
  });

  it('decodes JPEG within its losses, and reads its size from the header', () => {
    expect(readHeader(photo, 'p.jpg')).toEqual({ format: 'jpeg', width: 32, height: 16 });
    const decoded = decodePicture(photo, 'p.jpg');
    expect(decoded).toMatchObject({ width: 32, height: 16 });
    expect(Math.max(...Array.from(decoded.data, (value, i) => (i % 4 === 3 ? 0 : Math.abs(value - 200))))).toBeLessThan(
      4,
    );
  });

  it('turns a photo as its EXIF orientation says', () => {
    const exif = Uint8Array.of(
      0xff,
      0xe1,
      0,
      34,
      0x45,
      0x78,
      0x69,
      0x66,
      0,
      0,
      0x49,
      0x49,
      42,
      0,
      8,
      0,
      0,
      0,
      1,
      0,
      0x12,
      1,
      3,
      0,
      1,
      0,
      0,
      0,
      6,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    );
    const turned = Uint8Array.from([...photo.subarray(0, 2), ...exif, ...photo.subarray(2)]);
    expect(decodePicture(turned, 'p.jpg')).toMatchObject({ width: 16, height: 32 });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('orientation %i keeps every pixel', (orientation) => {
    const result = upright(picture, orientation);
    expect([result.width, result.height]).toEqual(orientation >= 5 ? [4, 6] : [6, 4]);
    const colours = (of: Uint8Array | Uint8ClampedArray): string[] =>
      Array.from({ length: 24 }, (_, i) => of.subarray(4 * i, 4 * i + 3).join()).sort();
    expect(colours(result.data)).toEqual(colours(data));
  });

  it('orientation 6 brings the bottom left corner to the top left', () => {
    expect(upright(picture, 6).data.subarray(0, 4)).toEqual(data.subarray(4 * 6 * 3, 4 * 6 * 3 + 4));
  });

  const broken: [string, Uint8Array, RegExp][] = [
    [
      'neither',
      new TextEncoder().encode('GIF89a....'),
      /broken must be a PNG or JPEG file, got one that begins with 47 49 46 38/,
    ],
    ['empty', new Uint8Array(), /got an empty file/],
    ['a PNG cut short', png.subarray(0, png.length - 20), /broken must be a whole PNG file/],
    [
      'a PNG with a flipped bit',
      png.map((byte, i) => (i === 45 ? byte ^ 16 : byte)),
      /broken must be a whole PNG file/,
    ],
    ['a PNG header only', png.subarray(0, 12), /must say its size in its header/],
    [
      'a JPEG cut short',
      photo.subarray(0, Math.floor(photo.length * 0.6)),
      /broken must (be a whole JPEG file|say its size)/,
    ],
    ['a JPEG header only', photo.subarray(0, 10), /must say its size in its header/],
  ];
  it.each(broken)('says what is wrong with %s', (_, bytes, message) => {
    expect(() => decodePicture(bytes, 'broken')).toThrow(message);
    expect(() => decodePicture(bytes, 'broken')).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }) as Error);
  });

  it('refuses more than 50 megapixels by the header alone', () => {
    const large = png.slice(0, 33);
    new DataView(large.buffer).setUint32(16, 10_000);
    new DataView(large.buffer).setUint32(20, 5_001);
    expect(() => decodePicture(large, 'large.png')).toThrow(
      /large.png must have at most 50 megapixels, got 10000 x 5001 = 50.0/,
    );
    const jpegHeader = Uint8Array.from(photo);
    const frame = jpegHeader.findIndex((byte, i) => byte === 0xff && jpegHeader[i + 1] === 0xc0);
    jpegHeader.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    expect(() => decodePicture(jpegHeader, 'large.jpg')).toThrow(/at most 50 megapixels, got 65535 x 65535/);
  });
});
