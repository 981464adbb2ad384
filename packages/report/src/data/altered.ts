import { readFeatures } from '@layerwise/contracts';
import { largest, respond } from '@layerwise/nets';
import type { ClassFinding, ClassFindings } from './classes.js';
import type { Experiment, Inputs } from './experiment.js';

/** An image before and after its decisive pixels are changed. */
export interface Altered {
  readonly id: number;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** What the net tells the changed image as. */
  readonly told: number;
}

/** Erases and inks the pixels of a change. @param marks 1 where a pixel is erased, 2 where it gets at least so much ink @param ink 0 to 1 */
export function changed(image: ArrayLike<number>, marks: Uint8Array, ink: number): Float64Array {
  return Float64Array.from(image, (value, p) =>
    marks[p] === 1 ? 0 : marks[p] === 2 ? Math.max(value, 255 * ink) : value,
  );
}

/** Changes some images of a class that are told right: of those on which the change was tried, evenly spaced. */
export async function alteredImages(
  { pixels }: Pick<Inputs, 'pixels'>,
  experiment: Experiment,
  { info: { held, changes } }: ClassFindings,
  { class: c, marks }: ClassFinding,
  most: number,
): Promise<Altered[]> {
  const { id, label, predicted } = experiment[held.split];
  const { data, columns } = await readFeatures(pixels, held.split, marks.length);
  const rows = Array.from(label.keys()).filter((row) => label[row] === c && predicted[row] === c);
  const count = Math.min(most, rows.length);
  const { name, dataset, map, network: net } = experiment;
  return Array.from({ length: count }, (_, i): Altered => {
    const row = rows[Math.floor((i * rows.length) / count)];
    const image = data.subarray(row * columns, (row + 1) * columns);
    const after = changed(image, marks, changes.ink);
    const told = largest(respond({ name, dataset, map, net }, after).logits);
    return { id: id[row], before: bytes(image), after: bytes(after), told };
  });
}

/** An image as bytes. */
const bytes = (image: ArrayLike<number>): Uint8Array =>
  Uint8Array.from(image, (value) => Math.round(Math.min(255, Math.max(0, value))));
