import type { MatrixOf, RowsOf, Schemas } from '@layerwise/contracts';
import type { HiddenLayer, Split } from './experiment.js';

/** The training rows' activations, of which rows are read as they are needed. */
export type ActivationRows = RowsOf<MatrixOf<Schemas['activations'], 'train'>>;

/** Bytes of activations that are held: past it evenly spaced rows stand for all. */
const HELD_BYTES = 128 << 20;
/** Bytes that are read at once. */
const READ_BYTES = 4 << 20;
/** Layers of so many nodes are drawn row by row, and always held whole. */
const NARROW = 2;

/** The activations of the hidden layers, in their order. */
export async function readHidden(table: ActivationRows, all: Split): Promise<HiddenLayer[]> {
  const widths: number[] = [];
  for (let l = 1; table.columns[`hidden${l}`]; l++) widths.push(table.columns[`hidden${l}`].width);
  const count = heldRows(all.rows, widths);
  const chosen = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * all.rows) / count));
  const some = count === all.rows ? all : rowsOf(all, chosen);
  const layers: HiddenLayer[] = [];
  for (const [l, width] of widths.entries()) {
    const { rows, id, label, predicted } = width <= NARROW ? all : some;
    const name = `hidden${l + 1}` as const;
    const data = await gather(table, name, width, rows === all.rows ? undefined : chosen);
    layers.push({ name, width, data, rows, id, label, predicted });
  }
  return layers;
}

/** How many rows of layers of these widths are held. */
export function heldRows(rows: number, widths: readonly number[]): number {
  const perRow = 4 * widths.reduce((sum, width) => sum + (width <= NARROW ? 0 : width), 0);
  return perRow === 0 ? rows : Math.min(rows, Math.floor(HELD_BYTES / perRow));
}

function rowsOf(
  { id, label, predicted }: Split,
  chosen: Uint32Array,
): Pick<HiddenLayer, 'rows' | 'id' | 'label' | 'predicted'> {
  return {
    rows: chosen.length,
    id: chosen.map((row) => id[row]),
    label: Uint16Array.from(chosen, (row) => label[row]),
    predicted: Uint16Array.from(chosen, (row) => predicted[row]),
  };
}

/** In memory that threads share. @param chosen ascending; all rows without it */
async function gather(
  table: ActivationRows,
  name: `hidden${number}`,
  width: number,
  chosen: Uint32Array | undefined,
): Promise<Float32Array> {
  const count = chosen?.length ?? table.rows;
  const data = new Float32Array(new SharedArrayBuffer(4 * count * width));
  const most = Math.max(1, Math.floor(READ_BYTES / (4 * width)));
  for (let from = 0, i = 0; from < table.rows && i < count; from += most) {
    const block = await table.read<typeof name>(name, from, Math.min(table.rows, from + most));
    if (!chosen) data.set(block, from * width);
    else
      for (; i < count && chosen[i] < from + most; i++)
        data.set(block.subarray((chosen[i] - from) * width, (chosen[i] - from + 1) * width), i * width);
  }
  return data;
}
