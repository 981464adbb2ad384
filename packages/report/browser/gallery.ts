import type { Gallery } from '../src/payloads/gallery.js';
import { bytesOf } from '../src/payloads/decode.js';
import { element, json } from './elements.js';

/** What the page holds of an image of its gallery. */
export const SPLITS = ['training', 'validation', 'test'] as const;

/** The images of the page, unpacked. */
export interface OpenGallery extends Pick<Gallery, 'maps'> {
  /** Place in {@link SPLITS}, row id, true and predicted class of each image. */
  readonly split: Uint8Array;
  readonly id: Uint32Array;
  readonly label: Uint16Array;
  readonly predicted: Uint16Array;
  /** A canvas that shows an image, once the sheet is decoded. */
  canvasOf(entry: number): HTMLCanvasElement;
}

let opened: OpenGallery | undefined;

/** The page's gallery, unpacked when it is first asked for; undefined where the page has none. */
export function theGallery(): OpenGallery | undefined {
  return (opened ??= openGallery());
}

function openGallery(): OpenGallery | undefined {
  const gallery = json<Gallery>('gallery');
  if (!gallery) return undefined;
  const { width, height, columns, maps } = gallery;
  const sheet = new Image();
  sheet.src = `data:image/png;base64,${gallery.sheet}`;
  const ready = sheet.decode();
  return {
    maps,
    split: bytesOf(gallery.split),
    id: new Uint32Array(bytesOf(gallery.id).buffer),
    label: new Uint16Array(bytesOf(gallery.label).buffer),
    predicted: new Uint16Array(bytesOf(gallery.predicted).buffer),
    canvasOf(entry) {
      const canvas = Object.assign(element('canvas', 'ink'), { width, height });
      const [x, y] = [(entry % columns) * width, Math.floor(entry / columns) * height];
      void ready.then(() => canvas.getContext('2d')?.drawImage(sheet, x, y, width, height, 0, 0, width, height));
      return canvas;
    },
  };
}
