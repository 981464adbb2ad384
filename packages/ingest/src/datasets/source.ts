import type { Places, RawFiles } from '@layerwise/contracts';
import type { ReadContext } from '../formats/format.js';
import type { RawDataset } from '../samples/dataset.js';

/**
 * One kind of raw data, as named by `use:`. A new kind is a file in this folder and an entry in `stage.ts`.
 * `P` are the ingest stage's parameters.
 */
export interface Source<P> {
  /** The files it would read now, found by name alone. */
  rawFiles(params: P, places: Places): RawFiles;
  /** @throws LayerwiseError DATA_MISSING where the data cannot be had, DATA_INVALID where it is wrong */
  load(params: P, context: ReadContext): Promise<RawDataset>;
}
