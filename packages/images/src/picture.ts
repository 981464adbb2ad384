/** A colour picture: width x height pixels of 4 bytes (red, green, blue, alpha), row after row; what a canvas' ImageData is, too. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}
