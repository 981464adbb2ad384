import { received } from '../check.js';
import * as form from '../form.js';
import { artifact, document, matrix, type Dimension } from './schema.js';
import { labelled } from './rows.js';
import { between, equal, asGroup, pixelsOf, rowsOf, type Group } from './sketched.js';

/** Most characters of a class name. */
export const MOST_CLASS_NAME = 100;
/** Most classes of a data set. */
export const MOST_CLASSES = 1000;

/** `dataset.json`; also `dataset` in {@link FeaturesInfo}, so that whoever reads features has it too. */
export interface DatasetInfo {
  /** What was used: `mnist`, `strokes`, ..., or the path that a study's `dataset.from` names. */
  readonly name: string;
  /** Side of the images in pixels, 1 to 1,024; `width` and `height` are equal in whatever ingest writes. */
  readonly width: number;
  readonly height: number;
  /**
   * Class names, index = label; K = `classes.length` is 2 to 1,000. Any text that a user may write, at most
   * {@link MOST_CLASS_NAME} characters, no control characters, all different: escape it, and shorten it where room is short.
   */
  readonly classes: readonly string[];
  /** Set when the data set came with validation rows of its own: they are the last so many rows of train.arrow. */
  readonly validationRows?: number;
  /** Set when the data set came without test rows: so many were split off its training rows, as many of each class as its share. */
  readonly testSplitOff?: number;
  /** One sentence on origin and licence. */
  readonly origin: string;
  /** Set when the wanted data set could not be had and another one took its place. */
  readonly fallback?: { readonly wanted: string; readonly reason: string };
}

/** What is relied on of a {@link DatasetInfo}. */
export const datasetForm = form.group({
  name: form.text,
  width: form.count,
  height: form.count,
  classes: form.listOf(form.text),
  validationRows: form.optional(form.count),
  testSplitOff: form.optional(form.count),
  origin: form.text,
  fallback: form.optional(form.group({ wanted: form.text, reason: form.text })),
});

const images = (of: string) =>
  matrix({
    meaning: of,
    rows: 'row of the split',
    columns: {
      ...labelled,
      pixels: { dtype: 'uint8', width: 'D', unit: 'intensity, 0 to 255', meaning: 'the image, row by row' },
    },
  });

/** Images with their classes, as ingest reads or makes them. */
export const dataset = artifact({
  meaning: 'images with their classes',
  letters: { D: 'pixels of an image, width x height', K: 'classes' },
  files: {
    'train.arrow': images('training images, those that may be set apart for validation among them'),
    'test.arrow': images('test images'),
    'dataset.json': document<DatasetInfo>(
      'DatasetInfo',
      datasetForm,
      'name, size of the images, names of the classes, origin',
    ),
  },
  documents: (sketch) => badDataset(asGroup(sketch.values.get('dataset')), 'dataset.json'),
  dimensions: (sketch) => datasetDimensions(asGroup(sketch.values.get('dataset')), 'dataset.json: width x height'),
  relations: (sketch) => {
    const { validationRows, testSplitOff } = asGroup(sketch.values.get('dataset'));
    return [
      ...(validationRows === undefined
        ? []
        : between('dataset.json: validationRows', validationRows, 0, rowsOf(sketch, 'train'))),
      ...(testSplitOff === undefined
        ? []
        : equal('dataset.json: testSplitOff', testSplitOff, rowsOf(sketch, 'test'), 'the rows of test.arrow')),
    ];
  },
});

/** D and K as a description of a data set gives them. */
function datasetDimensions(info: Group, because: string): Record<string, Dimension> {
  return { D: { size: pixelsOf(info), because }, K: classesOf(info) };
}

/** K of a description that {@link badDataset} has nothing against. */
export function classesOf({ classes }: Group): Dimension {
  return { size: (classes as readonly string[]).length, because: 'the number of classes' };
}

/** Faults of the description of a data set. @param place the file, or the group in it with a point at the end */
export function badDataset({ width, height, classes, name, origin }: Group, place: string): string[] {
  const at = place.endsWith('.') ? place : `${place}: `;
  const sides = Object.entries({ width, height })
    .filter(([, side]) => !Number.isInteger(side) || (side as number) < 1)
    .map(([side, value]) => `${at}${side} must be a whole number of at least 1, got ${received(value)}`);
  const names =
    Array.isArray(classes) &&
    classes.length >= 2 &&
    classes.length <= MOST_CLASSES &&
    classes.every((one) => typeof one === 'string') &&
    new Set(classes).size === classes.length;
  const texts = Object.entries({ name, origin })
    .filter(([, text]) => typeof text !== 'string')
    .map(([field, value]) => `${at}${field} must be a text, got ${received(value)}`);
  return [
    ...sides,
    ...(names ? [] : [`${at}classes must be 2 to ${MOST_CLASSES} different names, got ${received(classes)}`]),
    ...texts,
  ];
}
