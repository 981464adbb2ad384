/** Which of a table's columns are what. */
export interface Layout {
  /** What the table is called in messages. */
  readonly file: string;
  /** Names of the columns; undefined for a table without a line of names. */
  readonly names: readonly string[] | undefined;
  /** Number of columns. */
  readonly count: number;
  readonly labelAt: number;
  /** Columns of pixels in the order in which they stand in the image, or the one column of lists or images. */
  readonly pixelsAt: readonly number[];
}
