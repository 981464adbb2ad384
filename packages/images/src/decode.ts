import { LayerwiseError } from '@layerwise/contracts';
import { convertIndexedToRgb, decode as decodePng, encode, type DecodedPng } from 'fast-png';
import jpeg from 'jpeg-js';
import { readHeader } from './header.js';
import { essentialPng } from './essential-png.js';
import { exifOrientation, upright } from './orientation.js';
import type { Picture } from './picture.js';

/** Largest number of pixels that is decoded. */
export const MOST_PIXELS = 50_000_000;

/**
 * Decodes a PNG or JPEG file (told apart by content), turned upright as its EXIF orientation says.
 *
 * @param name the file's name, for messages
 * @throws LayerwiseError DATA_INVALID if it is neither, damaged, cut short, or larger than {@link MOST_PIXELS} (found out before anything is decoded)
 */
export function decodePicture(bytes: Uint8Array, name: string): Picture {
  const header = readHeader(bytes, name);
  if (header.width * header.height > MOST_PIXELS) {
    const megapixels = (header.width * header.height) / 1e6;
    throw new LayerwiseError(
      'DATA_INVALID',
      `picture ${name} must have at most ${MOST_PIXELS / 1e6} megapixels, got ${header.width} x ${header.height} = ${megapixels.toFixed(1)}`,
      { remedy: 'Scale it down first; digits 50 pixels tall are large enough.' },
    );
  }
  try {
    return header.format === 'png'
      ? fromPng(decodePng(essentialPng(bytes), { checkCrc: true }))
      : fromJpeg(bytes, header.width * header.height);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LayerwiseError(
      'DATA_INVALID',
      `picture ${name} must be a whole ${header.format.toUpperCase()} file, but decoding it stopped with: ${why}`,
      { remedy: 'The file is damaged or cut short; save or copy it again.', cause: error },
    );
  }
}

/** A PNG file of a picture. */
export function encodePng({ width, height, data }: Picture): Uint8Array {
  return encode({
    width,
    height,
    data: data instanceof Uint8Array ? data : new Uint8Array(data),
    channels: 4,
    depth: 8,
  });
}

/** Pixels that a byte of JPEG can stand for: each block of 64 takes a bit at least, that of its mean (ITU-T T.81, F.1.2.1). */
const MOST_PIXELS_PER_BYTE = 512;

/** The decoder takes memory for all pixels before it looks at the data. */
function fromJpeg(bytes: Uint8Array, pixels: number): Picture {
  if (bytes.length * MOST_PIXELS_PER_BYTE < pixels)
    throw new Error(`${bytes.length} bytes cannot hold ${pixels} pixels`);
  const decoded = jpeg.decode(bytes, {
    useTArray: true,
    tolerantDecoding: false,
    maxResolutionInMP: MOST_PIXELS / 1e6,
    maxMemoryUsageInMB: 4096,
  });
  const { exifBuffer } = decoded as { exifBuffer?: Uint8Array };
  return upright(decoded, exifBuffer ? exifOrientation(exifBuffer) : 1);
}

function fromPng(png: DecodedPng): Picture {
  const { width, height } = png;
  const { data, channels, scale, key } = samples(png);
  const rgba = new Uint8Array(4 * width * height);
  const colour = channels >= 3;
  for (let i = 0; i < width * height; i++) {
    const at = i * channels;
    const transparent = key.length > 0 && key.every((value, c) => data[at + c] === value);
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = data[at + (colour ? c : 0)] / scale;
    rgba[4 * i + 3] = channels === 2 || channels === 4 ? data[at + channels - 1] / scale : transparent ? 0 : 255;
  }
  return { width, height, data: rgba };
}

interface Samples {
  readonly data: ArrayLike<number>;
  readonly channels: number;
  /** What a sample is divided by to be 0 to 255. */
  readonly scale: number;
  /** The samples of the colour that is transparent; empty if there is none. */
  readonly key: readonly number[];
}

/** Samples of a byte or two each; palettes and packed bits spread out. */
function samples(png: DecodedPng): Samples {
  const key = Array.from(png.transparency ?? []);
  if (png.palette)
    return {
      data: convertIndexedToRgb(png),
      channels: (png.palette[0] as readonly number[]).length,
      scale: 1,
      key: [],
    };
  if (png.depth >= 8) return { data: png.data, channels: png.channels, scale: png.depth === 16 ? 257 : 1, key };
  const most = 2 ** png.depth - 1;
  const palette = Array.from({ length: most + 1 }, (_, value) => [0, 0, 0].fill((255 * value) / most)) as [
    number,
    number,
    number,
  ][];
  return {
    data: convertIndexedToRgb({ ...png, palette }),
    channels: 3,
    scale: 1,
    key: key.map((value) => (255 * value) / most),
  };
}
