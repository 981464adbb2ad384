import type { Data } from '@layerwise/contracts/arrow';
import { halfOf } from '../codecs/half.js';
import { invalid } from '../samples/invalid.js';
import { raggedLists } from '../samples/size.js';

/** The numbers of a column of a batch: of each row one, or a list, or lists in lists. */
export interface Numbers {
  readonly name: string;
  /** Place of a row's first number among all the column's; its others follow. */
  startOf(row: number): number;
  /**
   * Lengths of a row's lists from the outer to the inner ones, none for a single number.
   * @throws LayerwiseError DATA_INVALID where they differ within the row
   */
  shapeOf(row: number): readonly number[];
  /** A number by its place. */
  at(place: number): number;
}

/** Place of the first entry of a list, by the place of the list; that of the next list is where it ends. */
type Level = (list: number) => number;

/**
 * The numbers of a column, as the reader of IPC files delivers it: whole, its buffers begin with its first row.
 * @param where the file @param first number of the batch's first row, for messages
 * @throws LayerwiseError DATA_INVALID for missing values and for a column of anything else
 */
export function numbersOf(data: Data, name: string, where: string, first: number): Numbers {
  const levels: Level[] = [];
  let leaf = data;
  while (leaf.children.length > 0) {
    refuseNulls(leaf, name, where, first, leaf === data);
    levels.push(levelOf(leaf, name, where));
    leaf = leaf.children[0];
  }
  refuseNulls(leaf, name, where, first, leaf === data);
  const width = (leaf.type as { byteWidth?: number }).byteWidth;
  if (/^FixedSizeBinary/.test(String(leaf.type)) && width !== undefined) levels.push((list) => list * width);
  return {
    name,
    startOf: levels.length === 0 ? (row) => row : (row) => levels.reduce((place, level) => level(place), row),
    shapeOf: (row) => shapeOf(levels, row, name, `${where}, row ${first + row}`),
    at: readerOf(leaf, name, where),
  };
}

function levelOf({ valueOffsets, type, children, ...data }: Data, name: string, where: string): Level {
  const size = (type as { listSize?: number }).listSize;
  if (children.length > 1 || (size === undefined && !valueOffsets)) throw wrongType({ ...data, type }, name, where);
  return size === undefined ? (list) => Number(valueOffsets[list]) : (list) => list * size;
}

function shapeOf(levels: readonly Level[], row: number, name: string, where: string): readonly number[] {
  let [from, to] = [row, row + 1];
  return levels.map((startOf) => {
    const length = startOf(from + 1) - startOf(from);
    for (let list = from + 1; list < to; list++) {
      const other = startOf(list + 1) - startOf(list);
      if (other !== length) throw raggedLists(name, length, other, where);
    }
    [from, to] = [startOf(from), startOf(to)];
    return length;
  });
}

/** @param data of a column, or of what its lists hold */
function refuseNulls(data: Data, name: string, where: string, first: number, whole: boolean): void {
  if (data.nullCount === 0) return;
  const row = Array.from({ length: data.length }, (_, i) => i).find((i) => !data.getValid(i)) ?? 0;
  throw invalid(
    `${where}${whole ? `, row ${first + row}` : ''}`,
    `column '${name}' must have no missing values, got ${data.nullCount}`,
    'fill or leave out such rows',
  );
}

function wrongType({ type }: Pick<Data, 'type'>, name: string, where: string): Error {
  return invalid(
    where,
    'the columns of the Arrow table must be a label and numbers for pixels, or a label and one column of ' +
      `lists of numbers, got column '${name}' of type ${String(type)}`,
    'write the table without columns that are neither',
  );
}

function readerOf(leaf: Data, name: string, where: string): (place: number) => number {
  const { values, type } = leaf;
  const kind = String(type);
  if (kind === 'Float16') {
    // float16 is kept as its bits
    return (place) => halfOf((values as Uint16Array)[place]);
  }
  if (kind === 'Bool') return (place) => ((values as Uint8Array)[place >> 3] >> (place & 7)) & 1;
  if (!/^(Int|Uint)(8|16|32|64)$|^Float(32|64)$|^FixedSizeBinary/.test(kind)) throw wrongType(leaf, name, where);
  return (place) => Number((values as ArrayLike<number | bigint>)[place]);
}
