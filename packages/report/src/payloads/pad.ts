import type { PackedNet } from './net.js';

/** What the draw pad works with: the net, and how its hidden nodes behaved on the training images. */
export interface Pad {
  readonly net: PackedNet;
  readonly layers: readonly PadLayer[];
  /** Of the last hidden layer; missing where there are too few rows to compare. */
  readonly reference?: PackedReference;
}

/** One hidden layer: H nodes. */
export interface PadLayer {
  /** Base64 of float32[H]: largest absolute activation of a training image. */
  readonly largest: string;
  /** For each node the class whose training images activate it most on average. */
  readonly home: readonly number[];
}

/** Training rows of the last hidden layer, in bytes, for the page to compare a drawing with. H columns. */
export interface PackedReference {
  readonly width: number;
  /** Base64 of uint8[R * H]; a value is low + byte * step of its column. */
  readonly bytes: string;
  /** Base64 of float32[H]. */
  readonly low: string;
  readonly step: string;
  /** Base64 of float32: see the scan package's `ReferenceRows`. */
  readonly usual: string;
}
