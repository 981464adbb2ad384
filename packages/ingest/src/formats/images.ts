import { LayerwiseError, throwIfAborted } from '@layerwise/contracts';
import type { Picture, Visible } from '@layerwise/images';
import { Labels } from '../samples/labels.js';
import { invalid } from '../samples/invalid.js';
import type { Part, PartName, Parts, TransparentImage } from '../samples/part.js';
import { refuseSize } from '../samples/size.js';
import type { Reading } from './format.js';
import { scaleSquare, squareRows } from './square.js';

/** Sides up to which images that are all alike are taken as they are. */
const SMALL = 64;
const USUAL_SIDE = 28;

/** A PNG or JPEG image and its class. */
export interface LabelledImage {
  /** Its name in messages, and where it is. */
  readonly name: string;
  readonly where: string;
  readonly label: string;
  load(): Uint8Array;
}

type Images = Readonly<Partial<Record<PartName, readonly LabelledImage[]>>>;

/**
 * Decodes images, makes them square and brings them to one side: that of the study, else their own where all are
 * square, alike and at most 64 pixels wide, else 28.
 * @throws LayerwiseError DATA_INVALID naming the image that is damaged or larger than 50 megapixels
 */
export async function readImages(images: Images, reading: Reading): Promise<Parts> {
  const { decodePicture, lightOf, visibleOf } = await import('@layerwise/images');
  const decode = ({ load, name, where }: LabelledImage): Picture => {
    const bytes = load();
    try {
      return decodePicture(bytes, name);
    } catch (error) {
      throw error instanceof LayerwiseError ? invalid(where, error.message, error.remedy, error) : error;
    }
  };
  const decoder: Decoder = { decode, visibleOf, white: lightOf('white'), black: lightOf('black') };
  if (reading.size !== undefined) return (await readAll(images, reading.size, false, decoder, reading)) as Parts;
  const { width, height } = decode(Object.values(images)[0][0]);
  const alike = width === height && width <= SMALL ? await readAll(images, width, true, decoder, reading) : undefined;
  return alike ?? ((await readAll(images, USUAL_SIDE, false, decoder, reading)) as Parts);
}

interface Decoder {
  readonly decode: (image: LabelledImage) => Picture;
  readonly visibleOf: (picture: Picture) => Visible | undefined;
  /** Luma of what transparent parts are laid on. */
  readonly white: number;
  readonly black: number;
}

/** @returns undefined if the images must be of that side already, but are not */
async function readAll(
  all: Images,
  side: number,
  alike: boolean,
  decoder: Decoder,
  { newPixels, context: { progress, signal } }: Reading,
): Promise<Parts | undefined> {
  const { decode, visibleOf, white, black } = decoder;
  const total = Object.values(all).reduce((sum, images) => sum + images.length, 0);
  const parts: Partial<Record<PartName, Part>> = {};
  let done = 0;
  for (const [name, images] of Object.entries(all) as [PartName, readonly LabelledImage[]][]) {
    refuseSize(images.length, side, images[0].where, 'a set of images');
    const [labels, pixels, form] = [new Labels(images.length), newPixels(side * side), new Uint8Array(side * side)];
    pixels.reserve(images.length * side * side);
    const transparent: TransparentImage[] = [];
    for (const [row, image] of images.entries()) {
      throwIfAborted(signal);
      const picture = decode(image);
      if (alike && (picture.width !== side || picture.height !== side)) return undefined;
      const n = Math.max(picture.width, picture.height);
      scaleSquare(squareRows(picture, n, white), n, side, form);
      const bad = pixels.setBytes(row * side * side, form);
      if (bad >= 0)
        throw invalid(
          image.where,
          `the grey values of an image must be ${pixels.wanted}, got ${form[bad]}`,
          pixels.remedy(form[bad]),
        );
      const visible = visibleOf(picture);
      if (visible) {
        const onBlack = new Uint8Array(side * side);
        scaleSquare(squareRows(picture, n, black), n, side, onBlack);
        transparent.push({ row, visible, onBlack });
      }
      const fault = labels.add(image.label);
      if (fault !== undefined) throw invalid(image.where, `the image's class '${image.label}' ${fault}`);
      if (++done % 100 !== 0 && done !== total) continue;
      progress({ done, total, unit: 'images', detail: 'reading images' });
      // a breath for signals and the progress bar
      await new Promise((resolve) => setImmediate(resolve));
    }
    parts[name] = { side, pixels, labels, transparent, where: (row) => images[row].where };
  }
  return parts;
}
