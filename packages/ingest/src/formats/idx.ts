import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { throwIfAborted } from '@layerwise/contracts';
import { readIdx } from '../codecs/idx.js';
import { Labels } from '../samples/labels.js';
import { invalid } from '../samples/invalid.js';
import type { Part, PartName, Parts } from '../samples/part.js';
import { MOST_BYTES, refuseSize, sideOf } from '../samples/size.js';
import type { Format, Found, Reading } from './format.js';

const IMAGES = /images?[-._]?idx3([-.]ubyte)?(\.gz)?$/i;

/** One file of images, and the file of labels that is called alike beside it. */
interface Pair {
  readonly images: string;
  /** Where the labels are, or should be. */
  readonly labels: string;
  readonly part: PartName;
}

/** IDX files, as MNIST and EMNIST come in. */
export const idx: Format = {
  name: 'IDX files',
  suffixes: ['idx3-ubyte'],
  rareSuffixes: ['idx3.ubyte', 'idx3', 'idx-ubyte', 'idx.ubyte', 'idx'],
  gzipped: true,
  doc: 'images, with a file of labels beside them (…labels-idx1-ubyte); also a folder of such pairs for train, validation and test',
  file: idxFiles,
  folder: idxFolder,
};

/** The file of images that is named, with its labels: `…labels-idx1…` for `…images-idx3…`, gzipped or not. */
function idxFiles(path: string, given: string): Found {
  return found([{ ...pairOf(path), part: 'train' }], posix.dirname(given));
}

/** The pairs of IDX files of a folder, told apart by `test` or `t10k`, and `valid` in their names; undefined if there are none. */
function idxFolder(path: string, given: string): Found | undefined {
  const names = readdirSync(path)
    .filter((name) => IMAGES.test(name))
    .sort();
  const chosen = names.filter((name) => !(name.endsWith('.gz') && names.includes(name.slice(0, -3))));
  if (chosen.length === 0) return undefined;
  return found(
    chosen.map((name) => ({ ...pairOf(join(path, name)), part: partOf(name) })),
    given,
  );
}

function partOf(name: string): PartName {
  if (/t10k|test/i.test(name)) return 'test';
  return /valid|val[-_.]/i.test(name) ? 'validation' : 'train';
}

function pairOf(images: string): { images: string; labels: string } {
  const name = basename(images)
    .replace(/images?(?=[-._]?idx3)/i, (word) => (word.endsWith('s') ? 'labels' : 'label'))
    .replace(/idx3/i, 'idx1');
  const plain = join(dirname(images), name.replace(/\.gz$/i, ''));
  return { images, labels: [plain, `${plain}.gz`].find((path) => existsSync(path)) ?? join(dirname(images), name) };
}

function found(pairs: readonly Pair[], folder: string): Found {
  const files = pairs.flatMap(({ images, labels }) => [images, labels]).filter((path) => existsSync(path));
  return {
    files,
    names: files.map((path) => posix.join(folder, basename(path))),
    read: (reading) => readPairs(pairs, reading),
  };
}

async function readPairs(
  pairs: readonly Pair[],
  { newPixels, context: { signal, progress } }: Reading,
): Promise<Parts> {
  const parts: Partial<Record<PartName, Part>> = {};
  for (const [i, pair] of pairs.entries()) {
    throwIfAborted(signal);
    if (parts[pair.part])
      throw invalid(
        pair.images,
        `a folder of IDX files must have one file of images for each of train, validation and test, got a second one for ${pair.part}`,
        'name the file of images itself under dataset.from, and that of the test images under dataset.test',
      );
    parts[pair.part] = await readPair(pair, newPixels);
    progress({ done: i + 1, total: pairs.length, unit: 'files', detail: basename(pair.images) });
  }
  return parts;
}

async function readPair({ images, labels: labelsFile }: Pair, newPixels: Reading['newPixels']): Promise<Part> {
  const { sizes, data } = await readIdx(images, { dimensions: 3, limit: MOST_BYTES });
  const [rows, height, width] = sizes as [number, number, number];
  if (height !== width)
    throw invalid(
      images,
      `the images of the IDX file must be square, got ${height} x ${width}`,
      'pad or crop them first',
    );
  const side = sideOf(height * width, images, 'an image of the IDX file');
  refuseSize(rows, side, images, 'the IDX file');
  const {
    sizes: [count],
    data: values,
  } = await readIdx(labelsFile, { dimensions: 1, limit: MOST_BYTES / 16 });
  if (count !== rows)
    throw invalid(
      labelsFile,
      `the IDX file must have one label per image, got ${count} labels for the ${rows} images of ${images}`,
      'fetch or copy the two files again',
    );
  const labels = new Labels(rows);
  for (const value of values) labels.add(String(value));
  const area = side * side;
  const pixels = newPixels(area);
  pixels.reserve(rows * area);
  const bad = pixels.setBytes(0, data);
  if (bad >= 0)
    throw invalid(
      images,
      `pixel ${bad % area} of row ${Math.floor(bad / area)} must be ${pixels.wanted}, got ${data[bad]}`,
      pixels.remedy(data[bad]),
    );
  return { side, pixels, labels, where: (row) => `${labelsFile}, row ${row}` };
}
