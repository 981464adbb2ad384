import type { Published } from '../params.js';
import type { Experiment } from '../data/experiment.js';
import type { FigureShelf } from '../figures/figure.js';
import type { Content, Markup } from '../page/html.js';

/** A chapter of the report. */
export interface Section {
  /** Anchor. */
  readonly id: string;
  readonly title: string;
  /** One sentence that says what the figures show, computed from the data. */
  readonly lead: Content;
  readonly body: Markup;
}

/** What a section is made from. */
export interface Context {
  readonly experiment: Experiment;
  readonly shelf: FigureShelf;
  readonly published: Published;
  /** Class names. */
  readonly names: readonly string[];
}
