import type { Picture } from './picture.js';

/**
 * Tag 0x0112 of the first directory of an EXIF block (TIFF 6.0, section 2); 1 (upright) if there is none. The decoder hands out the
 * block from the second zero after `Exif`.
 */
export function exifOrientation(block: Uint8Array): number {
  const start = block[0] === 0 ? 1 : 0;
  if (block.length < start + 14) return 1;
  const view = new DataView(block.buffer, block.byteOffset + start, block.byteLength - start);
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return 1;
  const entries = view.getUint16(directory, little);
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + 12 * i;
    if (at + 12 > view.byteLength) return 1;
    if (view.getUint16(at, little) === 0x0112) return view.getUint16(at + 8, little);
  }
  return 1;
}

/** Turns a picture as an EXIF orientation (1 to 8) says, so that it stands upright. */
export function upright(picture: Picture, orientation: number): Picture {
  if (orientation < 2 || orientation > 8) return picture;
  const { width, height, data } = picture;
  const turned = orientation >= 5;
  const [newWidth, newHeight] = turned ? [height, width] : [width, height];
  const from = new Uint32Array(data.buffer.slice(data.byteOffset, data.byteOffset + 4 * width * height));
  const to = new Uint32Array(width * height);
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) to[y * newWidth + x] = from[origin(orientation, x, y, width, height)];
  }
  return { width: newWidth, height: newHeight, data: new Uint8Array(to.buffer) };
}

/** Index in the stored picture of the pixel shown at x, y. */
function origin(orientation: number, x: number, y: number, width: number, height: number): number {
  const [right, bottom] = [width - 1, height - 1];
  switch (orientation) {
    case 2:
      return y * width + right - x;
    case 3:
      return (bottom - y) * width + right - x;
    case 4:
      return (bottom - y) * width + x;
    case 5:
      return x * width + y;
    case 6:
      return (bottom - x) * width + y;
    case 7:
      return (bottom - x) * width + right - y;
    default:
      return x * width + right - y;
  }
}
