import { readFile } from 'node:fs/promises';

/** The modules that a page runs as they are; named so that they count as this stage's code. */
const MODULES = [
  import.meta.resolve('@layerwise/images/resample'),
  import.meta.resolve('@layerwise/scan/normalise'),
  import.meta.resolve('@layerwise/scan/drawn'),
  import.meta.resolve('@layerwise/scan/familiarity'),
  import.meta.resolve('@layerwise/nets/mathematics'),
  import.meta.resolve('@layerwise/nets/activations'),
  import.meta.resolve('@layerwise/contracts/affine'),
  import.meta.resolve('@layerwise/nets/feature-map'),
  import.meta.resolve('@layerwise/nets/forward'),
];

/**
 * The compiled modules that bring a drawing to the form of the training images, run the net and tell how like the training images it is, as statements of one
 * scope: what they import is there already, what they export are its names.
 */
export async function readingCode(): Promise<string> {
  const texts = await Promise.all(MODULES.map((address) => readFile(new URL(address), 'utf8')));
  return texts
    .map((text) => text.replace(/^import [^;]*;\n/gm, '').replace(/^export (?=function|const)/gm, ''))
    .join('');
}
