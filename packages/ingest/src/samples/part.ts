import type { Visible } from '@layerwise/images';
import type { Labels } from './labels.js';
import type { Layout } from './layout.js';
import type { Pixels } from './pixels.js';

/** The parts of a data set. */
export type PartName = 'train' | 'validation' | 'test';

/** An image with transparent parts: what it is on black; in the part's pixels it is on white. */
export interface TransparentImage {
  readonly row: number;
  readonly visible: Visible;
  /** uint8[side * side] */
  readonly onBlack: Uint8Array;
}

/** Rows as a file has them: N images of side x side, labels not yet classes. */
export interface Part {
  readonly side: number;
  readonly pixels: Pixels;
  readonly labels: Labels;
  /** Images with transparent parts, which `pixels` have on white until `interpretation/transparency.ts` has decided. */
  readonly transparent?: readonly TransparentImage[];
  /** Where a row stands, for messages: `file:line`, or the image's file. */
  readonly where: (row: number) => string;
  /** Which columns of a table they were. */
  readonly layout?: Layout;
}

/** What one file or folder holds. */
export type Parts = Readonly<Partial<Record<PartName, Part>>>;
