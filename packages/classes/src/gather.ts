/** Bytes of rows that are read at once. */
const READ_BYTES = 4 << 20;
/** Bytes of the training rows that are held, and of the others: past it evenly spaced rows stand for all. */
const [TRAIN_BYTES, OTHER_BYTES] = [128 << 20, 64 << 20];

/** How many of a split's rows are held. @param bytesPerRow of all that is held of a row */
export function heldCount(split: 'train' | 'validation' | 'test', rows: number, bytesPerRow: number): number {
  const bytes = split === 'train' ? TRAIN_BYTES : OTHER_BYTES;
  return Math.min(rows, Math.max(1, Math.floor(bytes / bytesPerRow)));
}

/** Reads chosen rows of a column, in their order. @param rows ascending; @param into rows.length x width */
export async function gather(
  read: (from: number, to: number) => Promise<ArrayLike<number>>,
  width: number,
  rows: Uint32Array,
  into: { set(values: ArrayLike<number>, at: number): void },
): Promise<void> {
  const most = Math.max(1, Math.floor(READ_BYTES / (4 * width)));
  for (let i = 0; i < rows.length;) {
    const from = rows[i];
    let end = i;
    while (end < rows.length && rows[end] < from + most) end++;
    const block = (await read(from, rows[end - 1] + 1)) as Float32Array;
    for (; i < end; i++) into.set(block.subarray((rows[i] - from) * width, (rows[i] - from + 1) * width), i * width);
  }
}
