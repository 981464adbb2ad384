import type { ClassFigure } from '../plots/node-figures.js';

/** The nodes of a layer as the page holds them. H nodes, of whose K classes C are shown, each node's own. */
export interface PackedNodes {
  readonly name: string;
  readonly units: number;
  readonly page: number;
  readonly sentences: readonly string[];
  /** C, and the names of the figures of a class in their order, F. */
  readonly classes: number;
  readonly byClass: readonly ClassFigure[];
  /**
   * base64 of float32[H][7 + (1 + F + 10) C]: zeros, information, reached, largest, share, margin lost at the mean and
   * at zero (NaN where it was not measured), then the classes, their figures, and five quantiles for each, by true and
   * by predicted class.
   */
  readonly figures: string;
  /** Nodes by likeness. */
  readonly order: readonly number[];
  /** Sheets of `columns` tiles a row: data addresses, width and height of a tile. */
  readonly columns: number;
  readonly sheets: Readonly<
    Record<
      'weights' | 'preferredInput' | 'images',
      { readonly url: string; readonly width: number; readonly height: number; readonly ink: boolean }
    >
  >;
}
