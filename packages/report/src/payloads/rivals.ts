/** What the page's script needs to show any rival of a class; K classes. */
export interface PackedRivals {
  /** Size of a tile. */
  readonly width: number;
  readonly height: number;
  /** Tiles in a row of a sheet. */
  readonly columns: number;
  /** Data addresses of sheets: evidence by pixel of each pair that has a tile, and the mean image of each class. */
  readonly maps: string;
  readonly means: string;
  /** By class index its pairs, that with its most frequent rival first. */
  readonly pairs: readonly (readonly PackedPair[])[];
}

/** A class against a rival, in words. */
export interface PackedPair {
  readonly rival: number;
  /** Place on the sheet of maps; -1 without a map. */
  readonly tile: number;
  readonly sentence: string;
  readonly figures: string;
  readonly title: string;
}
