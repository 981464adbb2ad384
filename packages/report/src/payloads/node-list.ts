import type { ClassFigure } from '../plots/node-figures.js';

/** The nodes of a layer as the page holds them. H nodes, of whose K classes C are shown, each node's own. */
export interface PackedNodes {
  readonly name: string;
  readonly units: number;
  /** Ids of the elements of its nodes begin with this; the number follows. */
  readonly anchor: string;
  readonly sentences: readonly string[];
  /** What is said of each node before it is opened, and the classes that it stands for. */
  readonly lines: readonly string[];
  readonly standsFor: readonly (readonly number[])[];
  /** C, and the names of the figures of a class in their order, F. */
  readonly classes: number;
  readonly byClass: readonly ClassFigure[];
  /**
   * base64 of float32[H][7 + (1 + F + 10) C]: zeros, information, reached, largest, share, margin lost at the mean and
   * at zero (NaN where it was not measured), then the classes, their figures, and five quantiles for each, by true and
   * by predicted class.
   */
  readonly figures: string;
  /** Nodes and classes by likeness: the columns and rows of the matrix. */
  readonly order: readonly number[];
  readonly classOrder: readonly number[];
  /** float32[H][K] in base64: area under the ROC curve. */
  readonly area: string;
  /** Height of a row of real images in the sheet of images, the strongest first. */
  readonly strip: number;
  /** Sheets of `columns` tiles a row: data addresses, width and height of a tile. */
  readonly columns: number;
  readonly sheets: Readonly<
    Record<
      'weights' | 'preferredInput' | 'active' | 'images',
      { readonly url: string; readonly width: number; readonly height: number; readonly ink: boolean }
    >
  >;
}
