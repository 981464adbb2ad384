/** Which images a figure is of: a part of the data and how many. */
export interface SourceRows {
  readonly part: 'train' | 'validation' | 'test' | 'held';
  readonly count: number;
}

/** One figure that the source of a study prints, or one thing that it says: a line of `sources.csv` beside study.yaml. */
export interface SourceRow {
  /** Line of the file, from 1; the head is line 1. */
  readonly at: number;
  /** An experiment of the study, `dataset`, or `all`. */
  readonly experiment: string;
  /** From 1, where the source ran its experiments more than once. */
  readonly run: number;
  /** Missing where a figure is of no images, such as a number of weights. */
  readonly rows?: SourceRows;
  /** What it is a figure of, such as `precision_class_4`. */
  readonly metric: string;
  /** As printed. */
  readonly value: string;
  readonly unit: string;
  /** Line of the source. */
  readonly line: number;
  readonly note: string;
  /** What answers a claim: a rule and its experiments, or `none: ` and a reason. */
  readonly answer: string;
}
