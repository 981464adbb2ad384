import { column, type MatrixTable } from '@layerwise/contracts';
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
}

/** One raw file: N rows of D pixels. */
export interface RawRows {
  readonly rows: number;
  readonly id: Uint32Array;
  readonly label: Uint16Array;
  readonly pixels: Uint8Array;
}

/** Indexes the two tables of a dataset artifact; validation rows come from the training file. */
export function openImages(train: MatrixTable, test: MatrixTable, width: number, height: number): Images {
  const size = width * height;
  const files = { train: rawRows(train, size), test: rawRows(test, size) };
  const places = { train: rowFinder(files.train), test: rowFinder(files.test) };
  const at = (split: SplitName, id: number): Uint8Array | undefined => {
    const file = split === 'test' ? 'test' : 'train';
    const row = places[file](id);
    return row === undefined ? undefined : files[file].pixels.subarray(row * size, (row + 1) * size);
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
  return { width, height, ...files, at, shown };
}

function rawRows(table: MatrixTable, size: number): RawRows {
  return {
    rows: table.rows,
    id: column(table, 'id', Uint32Array).data,
    label: column(table, 'label', Uint16Array).data,
    pixels: column(table, 'pixels', Uint8Array, size).data,
  };
}

/** Row of an id: the id itself where the file is in order, else by a map. */
function rowFinder(file: RawRows): (id: number) => number | undefined {
  if (file.id.every((id, row) => id === row)) return (id) => (id < file.rows ? id : undefined);
  const map = new Map<number, number>();
  file.id.forEach((id, row) => map.set(id, row));
  return (id) => map.get(id);
}
