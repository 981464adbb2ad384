import { encodeIndexedPng, type IndexedImage } from '@layerwise/images/indexed-png';

/** `data:` address of an indexed image. */
export function pngUrl(image: IndexedImage): string {
  return `data:image/png;base64,${base64(encodeIndexedPng(image))}`;
}

/** Bytes as base64 text. */
export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
