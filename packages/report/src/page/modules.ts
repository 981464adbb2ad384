import '@layerwise/export/forward';
import '@layerwise/sheet/drawn';
import '@layerwise/sheet/familiarity';
import '@layerwise/sheet/normalise';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** The modules that a page runs as they are; imported above so that they count as this stage's code. */
const MODULES = ['@layerwise/sheet/normalise', '@layerwise/sheet/drawn', '@layerwise/sheet/familiarity', '@layerwise/export/forward'] as const;

/**
 * The compiled modules that bring a drawing to the form of the training images, run the net and tell how like the training images it is, as statements of one
 * scope: what they import is there already, what they export are its names.
 */
export async function readingCode(): Promise<string> {
  const { resolve } = createRequire(import.meta.url);
  const texts = await Promise.all(MODULES.map((name) => readFile(resolve(name), 'utf8')));
  return texts.map((text) => text.replace(/^import [^;]*;\n/gm, '').replace(/^export (?=function|const)/gm, '')).join('');
}
