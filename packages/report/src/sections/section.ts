import type { Inputs, Experiment } from '../data/experiment.js';
import type { FigureShelf } from '../figures/figure.js';
import type { Hands } from '../figures/hands.js';
import type { HoverMap } from '../figures/scatter.js';
import type { Content, Markup } from '../page/html.js';
import type { Published, ReportParams } from '../params.js';

/** A chapter of the report: its place, and how it is made. */
export interface Chapter {
  /** Anchor. */
  readonly id: string;
  /** Chapters follow each other by it, ascending. */
  readonly order: number;
  /** In the contents and over the chapter. */
  readonly title: string;
  /** Undefined where the experiment has nothing of the kind. */
  readonly make: (context: Context) => Promise<Section | undefined> | Section | undefined;
  /** It reads the activations of all training rows. Nothing else is as large: such chapters are made first, the others go without. */
  readonly wide?: true;
  /** It tells of all figures: such chapters are made last. */
  readonly last?: true;
}

/** A chapter that is not known before the run is over: the page has a marker for it, see `marker`. */
export interface LateChapter extends Pick<Chapter, 'id' | 'order' | 'title'> {
  readonly late: true;
}

/** What stands in a chapter. */
export interface Section {
  /** Where it differs from the chapter's. */
  readonly title?: string;
  /** One sentence that says what the figures show, computed from the data. */
  readonly lead: Content;
  readonly body: Markup;
  /** Maps in it whose points show their image when they are pointed at. */
  readonly maps?: readonly HoverMap[];
  /** What the page's script needs for it: JSON, by the id of the element that holds it. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What a chapter is made from. */
export interface Context {
  readonly experiment: Experiment;
  readonly inputs: Inputs;
  readonly params: ReportParams;
  readonly shelf: FigureShelf;
  /** Who draws and encodes. */
  readonly hands: Hands;
  readonly published: Published;
  /** Class names. */
  readonly names: readonly string[];
}
