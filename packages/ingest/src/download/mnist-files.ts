import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** One of the four canonical MNIST files. */
export interface MnistFile {
  /** Name without `.gz`. */
  readonly name: string;
  readonly split: 'train' | 'test';
  readonly content: 'images' | 'labels';
  /** Bytes of the unpacked canonical file. */
  readonly size: number;
  /** About the bytes to download, for progress. */
  readonly compressed: number;
  /** SHA-256 of the unpacked canonical file (gzip files of the same content differ between mirrors). */
  readonly sha256: string;
}

/** The canonical files of LeCun, Cortes and Burges, in the order in which they are read. */
export const MNIST_FILES: readonly MnistFile[] = [
  {
    name: 'train-images-idx3-ubyte',
    split: 'train',
    content: 'images',
    size: 47_040_016,
    compressed: 9_912_422,
    sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  },
  {
    name: 'train-labels-idx1-ubyte',
    split: 'train',
    content: 'labels',
    size: 60_008,
    compressed: 28_881,
    sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  },
  {
    name: 't10k-images-idx3-ubyte',
    split: 'test',
    content: 'images',
    size: 7_840_016,
    compressed: 1_648_877,
    sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  },
  {
    name: 't10k-labels-idx1-ubyte',
    split: 'test',
    content: 'labels',
    size: 10_008,
    compressed: 4_542,
    sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
  },
];

/**
 * Where each file is: `<folder>/mnist/<name>`, `…/<name>.gz`, `<folder>/<name>`, `<folder>/<name>.gz`, folders in the order given.
 * @returns per file of {@link MNIST_FILES} an absolute path, or undefined where it is in none of the folders
 */
export function findMnist(folders: readonly string[]): readonly (string | undefined)[] {
  const places = folders.flatMap((folder) => [join(folder, 'mnist'), folder]);
  return MNIST_FILES.map(({ name }) =>
    places.flatMap((place) => [join(place, name), join(place, `${name}.gz`)]).find((path) => existsSync(path)),
  );
}
