import { join } from 'node:path';
import { LayerwiseError, sha256, throwIfAborted, type Places, type RawFiles } from '@layerwise/contracts';
import { DIGITS, type RawDataset, type Split } from '../samples/dataset.js';
import { fetchMnist } from '../download/fetch-mnist.js';
import { pairLabels, readIdx, type Idx } from '../codecs/idx.js';
import { facingWarning } from '../interpretation/facing.js';
import { findMnist, MNIST_FILES } from '../download/mnist-files.js';
import type { ReadContext } from '../formats/format.js';
import type { Source } from './source.js';

/** Room for 85,000 images of 28x28: MNIST has 60,000. Bounds the memory that a damaged file can ask for. */
const LIMIT = 64 * 1024 * 1024;
const SIZE = 28;

interface MnistParams {
  readonly mirrors?: readonly string[] | undefined;
}

/** The four MNIST files, from a folder or from a public mirror. */
export const mnist: Source<MnistParams> = {
  rawFiles(_params, places): RawFiles {
    const found = findMnist(places.data);
    return { files: found.filter((path) => path !== undefined), complete: !found.includes(undefined) };
  },

  async load(params, context): Promise<RawDataset> {
    const paths = await obtain(params, context);
    const files: Idx[] = [];
    for (const [i, path] of paths.entries()) {
      throwIfAborted(context.signal);
      const images = MNIST_FILES[i]?.content === 'images';
      files.push(await readIdx(path, { dimensions: images ? 3 : 1, limit: images ? LIMIT : LIMIT / SIZE ** 2 }));
      context.progress({ done: i + 1, total: paths.length, unit: 'files', detail: MNIST_FILES[i]?.name ?? '' });
    }
    const canonical = warnOfOthers(files, paths, context);
    const [train, test] = [split(files, paths, 0), split(files, paths, 2)];
    const origin = 'MNIST handwritten digits (LeCun, Cortes, Burges 1998), CC BY-SA 3.0.';
    const data: RawDataset = { name: 'mnist', width: SIZE, height: SIZE, classes: DIGITS, origin, train, test };
    const facing = canonical ? undefined : facingWarning(data, 'upright');
    if (facing)
      context.warn({ ...facing, message: `${facing.message}; it goes with dataset.from, the path of the files` });
    return data;
  },
};

/** Paths of the four files, those missing downloaded. */
async function obtain({ mirrors }: MnistParams, context: ReadContext): Promise<string[]> {
  const found = findMnist(context.places.data);
  const wanted = MNIST_FILES.filter((_, i) => found[i] === undefined);
  if (wanted.length === 0) return found as string[];
  const folder = join(context.places.download, 'mnist');
  try {
    const fetched = await fetchMnist({
      folder,
      wanted,
      ...(mirrors ? { mirrors } : {}),
      progress: context.progress,
      signal: context.signal,
    });
    return found.map((path, i) => path ?? fetched[wanted.indexOf(MNIST_FILES[i])]);
  } catch (error) {
    if (!(error instanceof LayerwiseError) || error.code !== 'DATA_MISSING') throw error;
    throw new LayerwiseError(
      'DATA_MISSING',
      `${absence(
        wanted.map((file) => file.name),
        context.places,
      )}\n${error.message}`,
      {
        remedy:
          `put the four files (plain or .gz) into ${folder}, or set LAYERWISE_DATA_DIR to the folder that holds ` +
          "mnist/, or let the study fall back with 'dataset: { use: mnist, offline: strokes }'",
        cause: error,
      },
    );
  }
}

function absence(names: readonly string[], places: Places): string {
  return `MNIST is incomplete: ${names.join(', ')} not found in ${places.data.map((folder) => join(folder, 'mnist')).join(' or ') || 'any folder'}`;
}

function split(files: readonly Idx[], paths: readonly string[], first: number): Split {
  const [images, labels] = [files[first], files[first + 1]];
  const [imagesFile, labelsFile] = [paths[first], paths[first + 1]];
  const [rows, height, width] = images.sizes as [number, number, number];
  if (height !== SIZE || width !== SIZE) {
    throw new LayerwiseError('DATA_INVALID', `MNIST images must be ${SIZE} x ${SIZE}, got ${height} x ${width}`, {
      where: imagesFile,
      remedy: 'check which data set this is',
    });
  }
  return { rows, pixels: images.data, labels: pairLabels(images, imagesFile, labels, labelsFile, DIGITS.length) };
}

/**
 * Files that are sound but not the canonical ones are used, and said so: a subset, Fashion-MNIST, or changed pixels.
 * @returns whether all are the canonical ones
 */
function warnOfOthers(files: readonly Idx[], paths: readonly string[], context: ReadContext): boolean {
  const others = paths.filter((_, i) => {
    const { size, sha256: canonical } = MNIST_FILES[i];
    const { file } = files[i];
    return file.length !== size || sha256(file) !== canonical;
  });
  if (others.length > 0) {
    context.warn({
      code: 'NOT_CANONICAL',
      message: `not the canonical MNIST (SHA-256 differs), used as it is: ${others.map((path) => path.split(/[\\/]/).at(-1)).join(', ')}`,
    });
  }
  return others.length === 0;
}
