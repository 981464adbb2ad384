/** A colour picture: width x height pixels of 4 bytes (red, green, blue, alpha), row after row; what a canvas' ImageData is, too. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * Luma of a pixel, 0 to 255, whatever its opacity, by the weights of ITU-R BT.601; in thousandths, so that a grey of three equal
 * values is that value exactly.
 * @param at place of the pixel's red
 */
export function lumaOf(data: Picture['data'], at: number): number {
  return (299 * data[at] + 587 * data[at + 1] + 114 * data[at + 2]) / 1000;
}
