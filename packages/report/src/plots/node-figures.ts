import type { Markup } from '../page/html.js';

/** What a card says of one node. C classes are shown of the K there are. */
export interface NodeCard {
  /** Counted from 0. */
  readonly node: number;
  readonly sentence: string;
  readonly zeros: number;
  readonly information: number;
  /** Activation of the preferred input, and the largest of a real image. */
  readonly reached: number;
  readonly largest: number;
  /** Weight image's strength as a share of the layer's strongest. */
  readonly share: number;
  /** What the margin of the true class loses with the node at its mean; NaN where it was not measured. */
  readonly marginMean: number;
  /** The classes shown, ascending. */
  readonly classes: readonly number[];
  /** One number of {@link CLASS_FIGURES} for each class shown; NaN for a class without rows. */
  readonly byClass: Readonly<Record<ClassFigure, readonly number[]>>;
  /** Per class shown five quantiles of the activation: 5, 25, 50, 75 and 95%; of the images truly of the class, and of those predicted to be. */
  readonly truth: readonly number[];
  readonly predicted: readonly number[];
}

/**
 * Area under the ROC curve and mutual information with being of the class (bits), each with the ends of its interval; mean
 * gradient of the class's logit; what the margin of the class's images loses with the node at zero; share of zeros by true and by predicted class.
 */
export const CLASS_FIGURES = [
  'area',
  'areaLow',
  'areaHigh',
  'information',
  'informationLow',
  'informationHigh',
  'gradient',
  'marginZero',
  'zeros',
  'predictedZeros',
] as const;
/** One of them. */
export type ClassFigure = (typeof CLASS_FIGURES)[number];

/** Markup of a card's three pictures. */
export interface NodePictures {
  readonly weights: Markup;
  readonly preferredInput: Markup;
  readonly images: Markup;
}
