import { boundsOf, scaledPart, type Ink } from './normalise.js';

/** Side that a digit is brought to before its pen is measured, in pixels. */
const SIDE = 100;
/** Thinnest pen of the finished 20x20 digit, in its pixels; most of MNIST's are 2 to 3 wide. */
const THINNEST = 2.3;

/**
 * A digit as if written with a pen as thick as those of the training images, if its own was thinner: a fine pen on a
 * large digit would vanish when it is scaled to 20x20. A pen that is thick enough is left as it is.
 *
 * @returns the digit's part of the picture, its longer side `SIDE` pixels and a margin around it
 */
export function thickened(ink: Ink, box = 20): Ink {
  const bounds = boundsOf(ink);
  if (!bounds) return ink;
  const longer = Math.max(bounds.width, bounds.height);
  const width = Math.max(1, Math.round((SIDE * bounds.width) / longer));
  const height = Math.max(1, Math.round((SIDE * bounds.height) / longer));
  const digit: Ink = { width, height, data: scaledPart(ink, bounds, width, height) };
  const missing = (THINNEST * (box / 20) * SIDE) / box - penWidth(digit);
  const radius = missing / 2;
  return radius < 0.5 ? digit : dilated(digit, radius);
}

/** Width of the pen in pixels: of a line, twice its area over its outline. */
export function penWidth({ width, height, data }: Ink): number {
  const inked = (x: number, y: number): number =>
    x >= 0 && y >= 0 && x < width && y < height && data[y * width + x] > 0.5 ? 1 : 0;
  let [area, outline] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!inked(x, y)) continue;
      area++;
      outline += 4 - inked(x - 1, y) - inked(x + 1, y) - inked(x, y - 1) - inked(x, y + 1);
    }
  }
  // Counting pixel sides overstates the length of a slanted outline, by 4/pi on average over directions.
  return outline === 0 ? 0 : (2 * area) / ((outline * Math.PI) / 4);
}

/** Largest value within `radius` of each pixel, the disc's edge soft; a margin is added so that nothing is cut. */
function dilated({ width, height, data }: Ink, radius: number): Ink {
  const margin = Math.ceil(radius);
  const [newWidth, newHeight] = [width + 2 * margin, height + 2 * margin];
  const result = new Float32Array(newWidth * newHeight);
  const disc: { dx: number; dy: number; weight: number }[] = [];
  for (let dy = -margin; dy <= margin; dy++) {
    for (let dx = -margin; dx <= margin; dx++) {
      const weight = Math.min(1, radius + 0.5 - Math.sqrt(dx * dx + dy * dy));
      if (weight > 0) disc.push({ dx, dy, weight });
    }
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const value = data[y * width + x];
      if (value <= 0) continue;
      for (const { dx, dy, weight } of disc) {
        const at = (y + margin + dy) * newWidth + x + margin + dx;
        if (weight * value > result[at]) result[at] = weight * value;
      }
    }
  }
  return { width: newWidth, height: newHeight, data: result };
}
