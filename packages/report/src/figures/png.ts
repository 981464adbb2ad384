import { encodeIndexedPng, type IndexedImage } from '@layerwise/images/indexed-png';
import { base64 } from '../payloads/base64.js';

/** `data:` address of an indexed image. */
export function pngUrl(image: IndexedImage): string {
  return `data:image/png;base64,${base64(encodeIndexedPng(image))}`;
}
