import type { MatrixRows } from '@layerwise/contracts';
import { shrunk } from './shrink.js';

/** Which rows a figure is about. */
export type SplitName = 'train' | 'validation' | 'test';

/** Images of the data set, found by split and raw row number; uint8, 0 is background. */
export interface Images {
  readonly width: number;
  readonly height: number;
  /** Pixels of one image, length width x height, or undefined if the row isn't there. Never to be written to. */
  at(split: SplitName, id: number): Uint8Array | undefined;
  /** The same as the page shows them: large ones shrunk. */
  readonly shown: {
    readonly width: number;
    readonly height: number;
    at(split: SplitName, id: number): Uint8Array | undefined;
    of(pixels: Uint8Array): Uint8Array;
  };
  /** Rows of the raw training or test file, in file order. */
  readonly train: RawRows;
  readonly test: RawRows;
  /** Lets go of the files; afterwards rows that are not held cannot be asked for. */
  close(): Promise<void>;
}

/** Bytes of a file's pixels that are held: of larger ones rows are read when they are asked for. */
const HELD_BYTES = 128 << 20;

/** One raw file: N rows of D pixels. */
export interface RawRows {
  readonly rows: number;
  readonly id: Uint32Array;
  readonly label: Uint16Array;
  /** Pixels of some rows, [count][D]. Never to be written to. */
  of(row: number, count?: number): Uint8Array;
  close(): Promise<void>;
}

/** Indexes the two tables of a dataset artifact, to be closed; validation rows come from the training file. */
export async function openImages(
  train: MatrixRows,
  test: MatrixRows,
  width: number,
  height: number,
  heldBytes = HELD_BYTES,
): Promise<Images> {
  const size = width * height;
  const files = { train: await rawRows(train, size, heldBytes), test: await rawRows(test, size, heldBytes) };
  const places = { train: rowFinder(files.train), test: rowFinder(files.test) };
  const at = (split: SplitName, id: number): Uint8Array | undefined => {
    const file = split === 'test' ? 'test' : 'train';
    const row = places[file](id);
    return row === undefined ? undefined : files[file].of(row);
  };
  const of = (pixels: Uint8Array): Uint8Array => {
    const { values } = shrunk(pixels, width, height);
    return values instanceof Uint8Array ? values : Uint8Array.from(values, Math.round);
  };
  const small = shrunk(new Uint8Array(size), width, height);
  const shown = {
    width: small.width,
    height: small.height,
    of,
    at: (split: SplitName, id: number) => {
      const found = at(split, id);
      return found && of(found);
    },
  };
  const close = async (): Promise<void> => {
    await files.train.close();
    await files.test.close();
  };
  return { width, height, ...files, at, shown, close };
}

async function rawRows(table: MatrixRows, size: number, heldBytes: number): Promise<RawRows> {
  const { rows, columns } = table;
  if (columns.pixels.width !== size) throw new TypeError(`pixels must be ${size} a row, got ${columns.pixels.width}`);
  const [id, label] = [(await table.read('id', 0, rows)).slice(), (await table.read('label', 0, rows)).slice()];
  const common = { rows, id: id as Uint32Array, label: label as Uint16Array, close: () => table.close() };
  if (rows * size > heldBytes)
    return { ...common, of: (row, count = 1) => table.readNow('pixels', row, row + count) as Uint8Array };
  const pixels = (await table.read('pixels', 0, rows)) as Uint8Array;
  return { ...common, of: (row, count = 1) => pixels.subarray(row * size, (row + count) * size) };
}

/** Row of an id: the id itself where the file is in order, else by a map. */
function rowFinder(file: RawRows): (id: number) => number | undefined {
  if (file.id.every((id, row) => id === row)) return (id) => (id < file.rows ? id : undefined);
  const map = new Map<number, number>();
  file.id.forEach((id, row) => map.set(id, row));
  return (id) => map.get(id);
}
