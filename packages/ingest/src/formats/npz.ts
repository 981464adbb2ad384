import { throwIfAborted } from '@layerwise/contracts';
import { Labels } from '../samples/labels.js';
import { parseNpy, type Npy } from '../codecs/npy.js';
import { invalid } from '../samples/invalid.js';
import type { Part, PartName, Parts } from '../samples/part.js';
import { refuseSize, sideOf } from '../samples/size.js';
import { single, type Format, type Reading } from './format.js';
import type { Pixels } from '../samples/pixels.js';
import { Zip, type Member } from '../codecs/zip.js';

/** Names of the arrays of each part, images and labels: Keras's, and others that are met. */
const ARRAYS: Readonly<Record<PartName, readonly (readonly [string, string])[]>> = {
  train: [
    ['x_train', 'y_train'],
    ['train_images', 'train_labels'],
    ['X_train', 'y_train'],
    ['x', 'y'],
    ['X', 'y'],
    ['images', 'labels'],
  ],
  validation: [
    ['x_val', 'y_val'],
    ['val_images', 'val_labels'],
    ['x_valid', 'y_valid'],
    ['x_validation', 'y_validation'],
    ['X_val', 'y_val'],
  ],
  test: [
    ['x_test', 'y_test'],
    ['test_images', 'test_labels'],
    ['X_test', 'y_test'],
  ],
};

/** A NumPy archive of images and labels. */
export const npz: Format = {
  name: 'NumPy archive',
  suffixes: ['.npz'],
  doc: "arrays x_train and y_train, and x_test and y_test if there are test rows, as Keras's mnist.npz has them",
  file: single(readNpz),
};

/** @throws LayerwiseError DATA_INVALID naming the array */
async function readNpz(path: string, reading: Reading): Promise<Parts> {
  const zip = await Zip.open(path);
  try {
    const parts: Partial<Record<PartName, Part>> = {};
    for (const name of ['train', 'validation', 'test'] as const) {
      const part = await readPart(zip, path, ARRAYS[name], name === 'train', reading);
      if (part) parts[name] = part;
    }
    return parts;
  } finally {
    await zip.close();
  }
}

async function readPart(
  zip: Zip,
  path: string,
  names: readonly (readonly [string, string])[],
  needed: boolean,
  reading: Reading,
): Promise<Part | undefined> {
  const member = (name: string): Member | undefined => zip.members.find((one) => one.name === `${name}.npy`);
  const [x, y] = names.find(([images, labels]) => member(images) && member(labels)) ?? [];
  if (x === undefined || y === undefined) {
    const half = names.flat().find(member);
    if (!needed && half === undefined) return undefined;
    const there = zip.members
      .map(({ name }) => name.replace(/\.npy$/, ''))
      .join(', ')
      .slice(0, 200);
    throw invalid(
      path,
      `the NumPy archive must have arrays of images and labels called ${names[0]?.join(' and ')}, got ${there || 'none'}`,
      'save it with numpy.savez(path, x_train=..., y_train=..., x_test=..., y_test=...)',
    );
  }
  const labels = await readLabels(zip, member(y) as Member, `${path}:${y}.npy`);
  return readImages(zip, member(x) as Member, `${path}:${x}.npy`, labels, `${path}:${y}.npy`, reading);
}

/** Header, and then the elements in runs of whole ones. */
async function readArray(
  zip: Zip,
  member: Member,
  where: string,
  onHeader: (npy: Npy) => void,
  onElements: (view: DataView, first: number, count: number) => void,
): Promise<void> {
  let rest: Uint8Array = new Uint8Array(0);
  let npy: Npy | undefined;
  let first = 0;
  for await (const piece of zip.content(member)) {
    let bytes: Uint8Array = rest.length > 0 ? Buffer.concat([rest, piece]) : piece;
    if (!npy) {
      npy = parseNpy(bytes, where);
      if (npy) {
        refuseLength(npy, member, where);
        onHeader(npy);
        bytes = bytes.subarray(npy.start);
      }
    }
    if (npy) {
      const count = Math.floor(bytes.length / npy.width);
      onElements(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), first, count);
      first += count;
      bytes = bytes.subarray(count * npy.width);
    }
    rest = bytes;
  }
  if (!npy) throw invalid(where, 'the array must have a whole header, but is cut short', 'save or copy the file again');
}

function refuseLength({ shape, width, start }: Npy, { size }: Member, where: string): void {
  const bytes = shape.reduce((a, b) => a * b, 1) * width;
  if (bytes !== size - start)
    throw invalid(
      where,
      `the array must have ${bytes} bytes of data (${shape.join(' x ')}), got ${size - start}`,
      'save or copy the file again',
    );
}

async function readLabels(zip: Zip, member: Member, where: string): Promise<Labels> {
  const labels = new Labels();
  let read: (view: DataView, at: number) => string;
  let width = 0;
  await readArray(
    zip,
    member,
    where,
    (npy) => {
      const { shape } = npy;
      if (!(shape.length === 1 || (shape.length === 2 && shape[1] === 1)))
        throw invalid(
          where,
          `labels must have the shape (n) or (n, 1), got (${shape.join(', ')})`,
          shape.length === 2
            ? 'save numpy.argmax(labels, axis=1) instead of one-hot labels'
            : 'save one label per image',
        );
      const number = npy.read;
      read = npy.readText ?? ((view, at) => String((number as NonNullable<Npy['read']>)(view, at)));
      width = npy.width;
    },
    (view, first, count) => {
      for (let i = 0; i < count; i++) {
        const fault = labels.add(read(view, i * width));
        if (fault !== undefined) throw invalid(where, `row ${first + i} ${fault}`, 'correct the labels');
      }
    },
  );
  return labels;
}

async function readImages(
  zip: Zip,
  member: Member,
  where: string,
  labels: Labels,
  labelsWhere: string,
  { newPixels, context: { signal, progress } }: Reading,
): Promise<Part> {
  let pixels: Pixels = newPixels(1);
  let [side, area, rows, width] = [0, 0, 0, 0];
  let array: Npy | undefined;
  await readArray(
    zip,
    member,
    where,
    (npy) => {
      array = npy;
      ({ width } = npy);
      [rows = 0] = npy.shape;
      side = imageSide(npy, where);
      area = side * side;
      refuseSize(rows, side, where, 'the array');
      if (rows !== labels.rows)
        throw invalid(
          where,
          `the array must have one image per label, got ${rows} images for the ${labels.rows} labels of ${labelsWhere}`,
        );
      pixels = newPixels(area);
      pixels.reserve(rows * area);
    },
    (view, first, count) => {
      throwIfAborted(signal);
      const { bytes, read } = array as Npy;
      const valueOf = (i: number): number => (read as NonNullable<Npy['read']>)(view, i * width);
      let bad = -1;
      if (bytes) bad = pixels.setBytes(first, new Uint8Array(view.buffer, view.byteOffset, count));
      else for (let i = 0; i < count && bad < 0; i++) if (!pixels.set(first + i, valueOf(i))) bad = i;
      if (bad >= 0)
        throw invalid(
          where,
          `pixel ${(first + bad) % area} of row ${Math.floor((first + bad) / area)} must be ${pixels.wanted}, got ${valueOf(bad)}`,
          pixels.remedy(valueOf(bad)),
        );
      progress({
        done: Math.floor((first + count) / area),
        total: rows,
        unit: 'images',
        detail: `reading ${member.name}`,
      });
    },
  );
  return { side, pixels, labels, where: (row) => `${labelsWhere}, row ${row}` };
}

/** Side of the images of an array of shape (n, h, w), (n, h, w, 1) or (n, h * w). */
function imageSide({ shape, read }: Npy, where: string): number {
  if (!read) throw invalid(where, 'images must be numbers, got texts', 'save numbers of 0 to 255');
  const [, height = 0, width, channels = 1] = shape;
  if (shape.length === 2) return sideOf(height, where, 'a row of the array');
  if ((shape.length === 3 || (shape.length === 4 && channels === 1)) && width === height)
    return sideOf(height * height, where, 'an image of the array');
  const remedy =
    shape.length === 4 && channels > 1
      ? 'images must be grey: save images.mean(axis=-1)'
      : shape.length > 2
        ? 'images must be square: pad or crop them first'
        : 'save images as (n, height, width)';
  throw invalid(
    where,
    `images must have the shape (n, h, h), (n, h, h, 1) or (n, h * h), got (${shape.join(', ')})`,
    remedy,
  );
}
