import type { IndexedImage } from '@layerwise/images/indexed-png';
import type { NodeBoxes } from '../analysis/boxes.js';
import type { HiddenLayer } from '../data/experiment.js';
import type { PackedReference } from '../payloads/pad.js';
import type { PointCloud } from './raster.js';

/** A Vega-Lite specification, with its data, to be drawn as SVG. */
export interface DrawingJob {
  readonly kind: 'drawing';
  /** File name without extension. */
  readonly name: string;
  readonly alt: string;
  readonly spec: object;
}

/** Points to be drawn as an image. */
export interface CloudJob {
  readonly kind: 'cloud';
  readonly cloud: PointCloud;
}

/** An image to be encoded as PNG. */
export interface PngJob {
  readonly kind: 'png';
  readonly image: IndexedImage;
}

/** Box plots of the nodes `from` to before `to` of a layer, see `layerBoxes`. */
export interface BoxesJob {
  readonly kind: 'boxes';
  /** float32[N x H]. */
  readonly data: Float32Array;
  readonly width: number;
  readonly groupings: readonly Uint16Array[];
  readonly classes: number;
  readonly from: number;
  readonly to: number;
}

/** What the draw pad compares a drawing with, see `packReference`. */
export interface ReferenceJob extends Pick<HiddenLayer, 'data' | 'width'> {
  readonly kind: 'reference';
}

/** Work of a report that depends on nothing but what it is given, so that another thread can do it. */
export type Job = DrawingJob | CloudJob | PngJob | BoxesJob | ReferenceJob;

/** What a job gives, by its kind. */
export interface Done {
  readonly drawing: string;
  readonly cloud: { readonly image: IndexedImage; readonly png: Uint8Array };
  readonly png: Uint8Array;
  readonly boxes: NodeBoxes[][];
  readonly reference: PackedReference;
}

/** Those who do jobs. */
export interface Hands {
  /** Threads that work at once, at least 1. */
  readonly width: number;
  /** Does a job. @throws what it throws; the signal's reason when aborted */
  do<J extends Job>(job: J): Promise<Done[J['kind']]>;
}
