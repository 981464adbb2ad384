import type { Warning } from '@layerwise/contracts';
import type { Layout } from '../samples/layout.js';

/** The columns of a table, as a file has them. */
export interface Columns extends Pick<Layout, 'file' | 'names' | 'count'> {
  /** The only column whose values can be labels, such as one of texts among numbers. */
  readonly onlyLabel?: number | undefined;
  /** How messages begin, such as `the CSV table`, and where it stands. */
  readonly subject: string;
  readonly where: string;
}

/** What the study and the training rows say of the columns. */
export interface Wanted {
  /** Name of the column of labels, or its place from 0, from the end if negative. */
  readonly label?: string | number | undefined;
  /** The columns of the training rows, whose names those of other parts must have. */
  readonly like?: Layout | undefined;
  readonly warn: (warning: Warning) => void;
}
