/** The boxes of a layer's nodes as the page holds them; H nodes, K classes. */
export interface PackedBoxes {
  /** H. */
  readonly width: number;
  /** base64 of float32[H][K][5], by predicted and by true class: min, q1, median, q3, max. */
  readonly predicted: string;
  readonly truth: string;
  /** Of each node, by predicted and by true class. */
  readonly overlap: readonly [readonly number[], readonly number[]];
}
