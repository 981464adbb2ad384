import type { Places, Progress, Warning } from '@layerwise/contracts';
import type { Layout } from '../samples/layout.js';
import type { Parts } from '../samples/part.js';
import type { Pixels } from '../samples/pixels.js';

/** What may be used while data are read. */
export interface ReadContext {
  readonly places: Places;
  readonly progress: (step: Progress) => void;
  readonly warn: (warning: Warning) => void;
  readonly signal: AbortSignal;
}

/** What the study says of how files are to be read. */
export interface Reading {
  /** Name of the column of labels, or its place from 0, from the end if negative. */
  readonly label?: string | number | undefined;
  /** The columns of the training rows, for tables of other rows. */
  readonly like?: Layout | undefined;
  /** Side that images of other sizes are brought to. */
  readonly size?: number | undefined;
  /** What takes the values of images of so many pixels. */
  readonly newPixels: (area: number) => Pixels;
  readonly context: ReadContext;
}

/** A file, or the files of a folder, in one of the formats. */
export interface Found {
  /** Absolute paths, in a fixed order. */
  readonly files: readonly string[];
  /** What they are called in messages and in the stage's identity, in the same order. */
  readonly names: readonly string[];
  /** @throws LayerwiseError DATA_INVALID, DATA_MISSING */
  read(reading: Reading): Promise<Parts>;
}

/** A format of data files. A new one is a file in this folder and a line in `list.ts`. */
export interface Format {
  /** What messages and the data set's origin call it. */
  readonly name: string;
  /** How the names of its files end, in lower case, as messages and documentation list them; none for folders alone. */
  readonly suffixes: readonly string[];
  /** Other endings by which it is known. */
  readonly rareSuffixes?: readonly string[];
  /** Whether a file may be gzipped, its name ending in `.gz` after the suffix. */
  readonly gzipped?: boolean;
  /** What a file or folder of it holds, for the documentation. */
  readonly doc: string;
  /** Whether labels are names of folders, and so texts even where they are whole numbers. */
  readonly namedClasses?: boolean;
  /**
   * The file that the study names.
   * @param path absolute @param given the path as the study has it
   */
  readonly file?: (path: string, given: string) => Found;
  /** The folder that the study names; undefined if it holds nothing of this format. */
  readonly folder?: (path: string, given: string) => Found | undefined;
}

/** A file that is read by itself. */
export function single(read: (path: string, reading: Reading) => Promise<Parts>): NonNullable<Format['file']> {
  return (path, given) => ({ files: [path], names: [given], read: (reading) => read(path, reading) });
}
