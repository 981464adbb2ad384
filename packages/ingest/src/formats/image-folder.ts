import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { readImages, type LabelledImage } from './images.js';
import { invalid } from '../samples/invalid.js';
import type { PartName, Parts } from '../samples/part.js';
import type { Format, Reading } from './format.js';

const PART_FOLDERS: Readonly<Record<string, PartName>> = {
  train: 'train',
  training: 'train',
  valid: 'validation',
  validation: 'validation',
  val: 'validation',
  test: 'test',
  testing: 'test',
};
const IMAGE = /\.(png|jpe?g)$/i;
const OTHER_IMAGE = /\.(gif|bmp|webp|tiff?|svg|heic|avif|pgm|ppm)$/i;

/** A folder with one sub-folder of images per class, or with such folders called train, test and validation. */
export const imageFolder: Format = {
  name: 'folder of images',
  suffixes: [],
  doc: 'one folder of PNG or JPEG images per class, or folders train, validation and test that hold such folders',
  namedClasses: true,
  folder(path, given) {
    const folders = subFolders(path);
    const named = folders.map((name) => PART_FOLDERS[name.toLowerCase()]);
    const divided = named.includes('train') && named.every((part) => part !== undefined);
    const parts = divided
      ? folders.map((name, i) => [named[i], list(join(path, name), posix.join(given, name))] as const)
      : [['train' as PartName, list(path, given)] as const];
    const images = parts.flatMap(([, found]) => found);
    return {
      files: images.map(({ where }) => where),
      names: images.map(({ name }) => name),
      read: (reading) => readParts(parts, path, reading),
    };
  },
};

function subFolders(path: string): string[] {
  const entries = readdirSync(path, { withFileTypes: true }).filter(({ name }) => !ignored(name));
  return entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map(({ name }) => name)
    .sort();
}

/** What file systems and archives leave behind. */
function ignored(name: string): boolean {
  return name.startsWith('.') || name === '__MACOSX' || name === 'Thumbs.db' || name === 'desktop.ini';
}

/** The images of each class in turn, the first of every class before the second of any, so that no run of rows is of one class alone. */
function list(path: string, given: string): LabelledImage[] {
  const classes = subFolders(path).map((label) => listClass(join(path, label), posix.join(given, label), label));
  const longest = Math.max(0, ...classes.map((images) => images.length));
  return Array.from({ length: longest }, (_, i) => classes.flatMap((images) => images[i] ?? [])).flat();
}

function listClass(path: string, given: string, label: string): LabelledImage[] {
  const entries = readdirSync(path, { withFileTypes: true }).filter(({ name }) => !ignored(name));
  const folder = entries.find((entry) => entry.isDirectory());
  if (folder)
    throw invalid(
      join(path, folder.name),
      `the folder of a class must hold images alone, got the folder '${folder.name}' in '${given}'`,
      "a data set is a folder with one folder per class, or with 'train' and 'test' that are such folders",
    );
  const other = entries.find(({ name }) => OTHER_IMAGE.test(name));
  if (other)
    throw invalid(join(path, other.name), `images must be PNG or JPEG files, got '${other.name}'`, 'convert it first');
  const images = entries
    .filter(({ name }) => IMAGE.test(name))
    .map(({ name }) => name)
    .sort();
  if (images.length === 0)
    throw invalid(
      path,
      `the folder of a class must have at least one PNG or JPEG image, got none in '${given}'`,
      'add images, or remove the folder',
    );
  return images.map((name) => ({
    where: join(path, name),
    name: posix.join(given, name),
    label,
    load: () => load(join(path, name)),
  }));
}

async function readParts(
  parts: readonly (readonly [PartName, readonly LabelledImage[]])[],
  path: string,
  reading: Reading,
): Promise<Parts> {
  const found: Partial<Record<PartName, readonly LabelledImage[]>> = {};
  for (const [part, images] of parts) {
    if (images.length === 0)
      throw invalid(
        path,
        'a folder of images must have one sub-folder of PNG or JPEG images per class, got no sub-folder',
        'put the images into folders called as their classes',
      );
    if (found[part])
      throw invalid(path, `a folder of images must have one folder for ${part}, got two`, 'put them together');
    found[part] = images;
  }
  return readImages(found, reading);
}

/** At once, not in turn with other work: a promise for each of 70,000 small files takes longer than reading it. */
function load(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw invalid(path, `the image must be readable: ${(error as Error).message}`, 'check its permissions', error);
  }
}
