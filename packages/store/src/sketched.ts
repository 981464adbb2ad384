import { posix } from 'node:path';
import type { Sketch } from '@layerwise/contracts';

/** Bytes of a JSON file, and values of a table, that an entry may hold: memory takes a multiple of them. */
const [mostJson, mostValues] = [32e6, 2e6];

/** Whether a sketch needs the content of a file; of the others the size is enough. */
export function isSketched(file: string): boolean {
  return Object.hasOwn(readers, posix.extname(file));
}

/**
 * Adds a data file of an artifact to a sketch.
 * @param content its bytes, or how many they are where {@link isSketched} says no
 * @returns what is wrong with it, if it is not what its name says or more than is looked at
 */
export async function addToSketch(
  sketch: Sketch,
  file: string,
  content: Uint8Array | number,
): Promise<string | undefined> {
  const extension = posix.extname(file);
  if (typeof content === 'number') {
    sketch.sizes.set(file, content);
    return undefined;
  }
  try {
    await readers[extension]?.(sketch, file.slice(0, -extension.length), content);
    return undefined;
  } catch (error) {
    return `${file} must be readable as ${extension.slice(1)}: ${(error as Error).message}`;
  }
}

type Reader = (sketch: Sketch, name: string, bytes: Uint8Array) => Promise<void> | void;

const readers: Readonly<Record<string, Reader>> = {
  '.json': (sketch, name, bytes) => {
    if (bytes.length > mostJson) throw new RangeError(`it has more than ${mostJson / 1e6} MB`);
    sketch.values.set(name, JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')));
  },
  '.arrow': async (sketch, name, bytes) => {
    const { decodeArrow } = await import('./arrow.js');
    sketch.matrix(name, decodeArrow(bytes));
  },
  '.parquet': async (sketch, name, bytes) => {
    const { decodeParquet } = await import('./parquet.js');
    sketch.table(name, await decodeParquet(bytes, mostValues));
  },
};
