/** One part of a data set: N rows of D = width x height grey values. */
export interface Split {
  readonly rows: number;
  /** uint16[N]: class index. */
  readonly labels: Uint16Array;
  /** uint8[N * D], row after row, each image from the top left; 0 is background, 255 is ink. */
  readonly pixels: Uint8Array;
}

/** What a source delivers; every image of both parts has the same size. */
export interface RawDataset {
  /** `mnist`, `strokes`, or the path of custom files. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Class names, index = label. */
  readonly classes: readonly string[];
  /** One sentence on origin and licence. */
  readonly origin: string;
  readonly train: Split;
  readonly test: Split;
  /** How many of the last training rows came as validation rows; undefined if none did. */
  readonly validationRows?: number;
  /** How many test rows were split off the training rows; undefined if they came as such. */
  readonly testSplitOff?: number;
}

/** The ten class names of digits. */
export const DIGITS: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
