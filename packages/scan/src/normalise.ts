/** A picture of ink alone: `data` holds width x height values, row after row, 0 where there is none to 1 where it is full. */
export interface Ink {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/** A part of a picture in whole pixels: columns x to x + width - 1, rows y to y + height - 1. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The form of the training images. */
export interface Form {
  /** Side of the finished image; MNIST: 28. */
  readonly size: number;
  /** Side of the box that the digit is fitted to; MNIST: 20. */
  readonly box: number;
}

/** MNIST's form for images of another side: the box keeps its share of 20 to 28. */
export function formOf(size: number): Form {
  return { size, box: Math.max(1, Math.round((size * 20) / 28)) };
}

/** Ink below this belongs to no digit's bounding box: the faint halo of a blurred line would shrink the digit. */
const EDGE = 0.25;

/**
 * Brings one digit to the form of MNIST's images (LeCun, Bottou, Bengio and Haffner 1998, section III.A): fitted to a
 * box of 20x20 with its aspect ratio kept, grey levels from anti-aliasing, then its centre of mass moved to the middle
 * of 28x28 by whole pixels, as far as the image allows without cutting ink off. Depends on nothing, so that a page can use it as it is.
 *
 * @returns uint8[size * size], 0 background to 255 ink; all 0 if there is no ink
 */
export function normalise(ink: Ink, { size, box }: Form = formOf(28)): Uint8Array {
  const image = new Uint8Array(size * size);
  const bounds = boundsOf(ink, EDGE);
  if (!bounds) return image;
  const scale = box / Math.max(bounds.width, bounds.height);
  const width = Math.max(1, Math.round(bounds.width * scale));
  const height = Math.max(1, Math.round(bounds.height * scale));
  const small = resample(ink, bounds, width, height);
  place({ width, height, data: small }, size, image);
  return image;
}

/** The smallest box around all ink above `edge`; undefined if there is none. */
export function boundsOf({ width, height, data }: Ink, edge = EDGE): Box | undefined {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((data[y * width + x] as number) <= edge) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? undefined : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The part `box` of a picture as width x height values: each the mean of bilinear samples spread evenly over its area. */
export function resample(ink: Ink, box: Box, width: number, height: number): Float32Array {
  const [stepX, stepY] = [box.width / width, box.height / height];
  const [manyX, manyY] = [Math.max(2, Math.ceil(stepX)), Math.max(2, Math.ceil(stepY))];
  const result = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let j = 0; j < manyY; j++) {
        for (let i = 0; i < manyX; i++)
          sum += bilinear(
            ink,
            box.x + (x + (i + 0.5) / manyX) * stepX - 0.5,
            box.y + (y + (j + 0.5) / manyY) * stepY - 0.5,
          );
      }
      result[y * width + x] = sum / (manyX * manyY);
    }
  }
  return result;
}

/** Value between pixel centres; pixels outside of the picture count as its nearest pixel. */
export function bilinear({ width, height, data }: Ink, x: number, y: number): number {
  const cx = Math.min(width - 1, Math.max(0, x));
  const cy = Math.min(height - 1, Math.max(0, y));
  const [x0, y0] = [Math.floor(cx), Math.floor(cy)];
  const [x1, y1] = [Math.min(width - 1, x0 + 1), Math.min(height - 1, y0 + 1)];
  const [fx, fy] = [cx - x0, cy - y0];
  const top = (1 - fx) * (data[y0 * width + x0] as number) + fx * (data[y0 * width + x1] as number);
  const bottom = (1 - fx) * (data[y1 * width + x0] as number) + fx * (data[y1 * width + x1] as number);
  return (1 - fy) * top + fy * bottom;
}

/** Copies a small picture to an image of size x size so that its centre of mass lies in the middle. */
function place({ width, height, data }: Ink, size: number, image: Uint8Array): void {
  let [mass, sumX, sumY] = [0, 0, 0];
  for (let i = 0; i < width * height; i++) {
    const value = data[i] as number;
    mass += value;
    sumX += value * (i % width);
    sumY += value * Math.floor(i / width);
  }
  const at = (sum: number, side: number): number =>
    Math.min(size - side, Math.max(0, Math.round(size / 2 - sum / mass)));
  const [left, top] = [at(sumX, width), at(sumY, height)];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      image[(y + top) * size + x + left] = Math.round(255 * Math.min(1, Math.max(0, data[y * width + x] as number)));
  }
}
