import { encodeIndexedPng, type IndexedImage } from '@layerwise/images/indexed-png';
import { base64 } from '../payloads/base64.js';
import type { Hands } from './hands.js';

/** `data:` address of an indexed image that is encoded by other hands; for large ones. */
export async function sheetUrl(image: IndexedImage, hands: Hands): Promise<string> {
  return `data:image/png;base64,${base64(await hands.do({ kind: 'png', image }))}`;
}

/** `data:` address of an indexed image. */
export function pngUrl(image: IndexedImage): string {
  return `data:image/png;base64,${base64(encodeIndexedPng(image))}`;
}
