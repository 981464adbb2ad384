import { deriveSeed, LayerwiseError, type RawFiles } from '@layerwise/contracts';
import { holdOut } from '@layerwise/kernels/hold-out';
import type { RawDataset, Split } from '../samples/dataset.js';
import { classesOf, type Classes } from '../interpretation/classes.js';
import { facingWarning } from '../interpretation/facing.js';
import { scaleSquare } from '../formats/square.js';
import { find } from './find.js';
import { reportInk } from '../interpretation/ink.js';
import { upright, type Orientation } from '../interpretation/orientation.js';
import type { Format, Reading, ReadContext } from '../formats/format.js';
import { invalid } from '../samples/invalid.js';
import type { Part, PartName, Parts } from '../samples/part.js';
import type { Source } from './source.js';
import { Extremes, PlainPixels, ScaledPixels, type PixelRange } from '../samples/pixels.js';
import type { Range } from '../samples/range.js';
import { layTransparent } from '../interpretation/transparency.js';

/** What a study says of its own data. */
export interface CustomFilesParams {
  readonly from?: string | undefined;
  readonly test?: string | undefined;
  readonly validation?: string | undefined;
  readonly testShare?: number | undefined;
  readonly size?: number | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly label?: string | number | undefined;
  readonly range?: readonly number[] | 'auto' | undefined;
  readonly invert?: boolean | undefined;
  readonly orientation?: Orientation | undefined;
}

/** Share of the rows that are split off as test rows, as in MNIST's 10,000 of 70,000. */
const TEST_SHARE = 1 / 7;

/** Files or folders that the study names, in any of the formats of `formats/list.ts`. */
export const customFiles: Source<CustomFilesParams> = {
  rawFiles(params, places): RawFiles {
    try {
      const found = wanted(params).map(([, path]) => find(path, places));
      return { files: found.flatMap(({ files }) => files), names: found.flatMap(({ names }) => names), complete: true };
    } catch (error) {
      // whatever is wrong is told when the stage runs
      if (error instanceof LayerwiseError) return { files: [], complete: false };
      throw error;
    }
  },

  async load(params, context): Promise<RawDataset> {
    const scale = params.range === 'auto' ? await measured(params, context) : (params.range as Range | undefined);
    const { parts, format } = await readParts(params, scale, context);
    const { train } = parts;
    const classes = classesOf(train, params.classes, format.namedClasses === true);
    const transparent = await layTransparent(Object.values(parts));
    if (transparent) context.warn(transparent);
    const range = scale ? 'declared' : rangeOf(parts, context);
    reportInk(parts, range, scale, context.warn);
    const side = params.size ?? train.side;
    const orientation = params.orientation ?? 'upright';
    const split = (part: Part): Split =>
      standing(toSplit(part, classes, range, side, params.invert === true), side, orientation);
    const all = split(train);
    const [test, validation] = [parts.test && split(parts.test), parts.validation && split(parts.validation)];
    warnOfPaper(all, test, side, params.invert === true, context);
    const divided = test ? { train: all, test } : splitOff(all, classes.names.length, params, context);
    const data: RawDataset = {
      name: params.from as string,
      width: side,
      height: side,
      classes: classes.names,
      origin: `Own data: ${format.name} ${wanted(params)
        .map(([, path]) => path)
        .join(', ')}.`,
      train: validation ? joined(divided.train, validation) : divided.train,
      test: divided.test,
      ...(validation ? { validationRows: validation.rows } : {}),
      ...(test ? {} : { testSplitOff: divided.test.rows }),
    };
    const facing = facingWarning(data, orientation);
    if (facing) context.warn(facing);
    return data;
  },
};

/** The files or folders that the study names, and what for. */
function wanted({ from, test, validation }: CustomFilesParams): [PartName, string][] {
  const all: [PartName, string | undefined][] = [
    ['train', from],
    ['validation', validation],
    ['test', test],
  ];
  return all.filter((entry): entry is [PartName, string] => entry[1] !== undefined);
}

type Found = Readonly<Partial<Record<PartName, Part>>> & { readonly train: Part };

/** @param scale values of no ink and of full ink; undefined if it shows whether pixels are 0 to 255 or fractions of 1 */
async function readParts(
  params: CustomFilesParams,
  scale: Range | undefined,
  context: ReadContext,
): Promise<{ parts: Found; format: Format }> {
  const parts: Partial<Record<PartName, Part>> = {};
  const newPixels = (): PlainPixels | ScaledPixels =>
    scale ? new ScaledPixels(scale, params.range === 'auto') : new PlainPixels();
  const located = wanted(params).map(([name, path]) => [name, find(path, context.places)] as const);
  for (const [name, found] of located) {
    const read = await found.read({
      label: params.label,
      like: parts.train?.layout,
      size: params.size ?? parts.train?.side,
      newPixels,
      context,
    });
    refuseOthers(name, read, found.files[0] ?? name);
    if (name === 'train') Object.assign(parts, read);
    else parts[name] = read.train ?? read[name];
  }
  const found = parts as Found;
  if (params.size === undefined) refuseOtherSides(found);
  return { parts: found, format: located[0][1].format };
}

/** @throws LayerwiseError DATA_INVALID where a file has not the rows that it is named for, or others beside them */
function refuseOthers(name: PartName, read: Parts, where: string): void {
  const held = Object.keys(read).join(' and ');
  if (!(name === 'train' ? read.train : (read.train ?? read[name])))
    throw invalid(
      where,
      `the data under dataset.${name === 'train' ? 'from' : name} must have ${name} rows, got ${held || 'none'} alone`,
    );
  if (name !== 'train' && read.train && read[name])
    throw invalid(
      where,
      `the data under dataset.${name} must be one set of rows, got ${held}`,
      `leave dataset.${name} out, or name one of them`,
    );
}

function refuseOtherSides(found: Found): void {
  const { side } = found.train;
  const other = Object.values(found).find((part) => part.side !== side);
  if (other)
    throw invalid(
      other.where(0),
      `images must all be as large as the training images, ${side} x ${side}, got ${other.side} x ${other.side}`,
      'set dataset.size, which brings them to one size',
    );
}

/** The range of the training rows alone, for `range: auto`: the file is read once for it, so that no number is kept wider than a byte. */
async function measured(params: CustomFilesParams, context: ReadContext): Promise<Range> {
  const found = find(params.from as string, context.places);
  const reading: Reading = {
    label: params.label,
    size: params.size,
    newPixels: (area) => new Extremes(area),
    context: { ...context, warn: () => undefined },
  };
  const { train, test } = await found.read(reading);
  if (!train)
    throw invalid(
      found.files[0] ?? found.format.name,
      'the data under dataset.from must have train rows',
      'name the file of the training rows',
    );
  const classes = classesOf(train, params.classes, found.format.namedClasses === true);
  const divided = params.test !== undefined || test !== undefined;
  const kept = divided
    ? undefined
    : holdOutRows(train.labels.mapped(classes.of(train)), classes.names.length, params).kept;
  const range = (train.pixels as Extremes).of(kept ?? Array.from({ length: train.labels.rows }, (_, row) => row));
  if (range[0] === range[1])
    throw invalid(
      train.where(0),
      `the pixels of the training rows must differ for 'range: auto', got ${range[0]} alone`,
      'check that the right columns are read',
    );
  context.warn({
    code: 'PIXELS_SCALED',
    message: `pixels of ${range[0]} to ${range[1]}, the range of the training rows, were scaled to 0 to 255 (range: auto)`,
  });
  return range;
}

function holdOutRows(
  labels: Uint16Array,
  classes: number,
  { testShare = TEST_SHARE }: CustomFilesParams,
): ReturnType<typeof holdOut> {
  return holdOut(labels, classes, testShare, deriveSeed(0, 'ingest', 'test rows'));
}

/** Whether pixels are 0 to 255 or fractions of 1: the same for all parts. */
function rangeOf(parts: Found, { warn }: ReadContext): PixelRange {
  const ranges = Object.values(parts).map((part) => ({ part, range: part.pixels.range }));
  const bytes = ranges.find(({ range }) => range === 'bytes');
  const unit = ranges.find(({ range }) => range === 'unit');
  if (bytes && unit)
    throw invalid(
      unit.part.where(0),
      'pixels must be of one range in training, validation and test rows, but here they are fractions of 1, elsewhere numbers up to 255',
      'write all of them as 0 to 255',
    );
  if (ranges.some(({ part }) => part.pixels.rounded))
    warn({
      code: 'PIXELS_ROUNDED',
      message: 'pixels were fractional numbers of 0 to 255 and were rounded to whole ones',
    });
  if (bytes) return 'bytes';
  if (!unit && ranges.some(({ part }) => part.pixels.largest > 0))
    warn({ code: 'PIXELS_BINARY', message: 'pixels are 0 and 1 alone: read as no ink and full ink' });
  return unit ? 'unit' : 'binary';
}

function toSplit(part: Part, classes: Classes, range: PixelRange, side: number, invert: boolean): Split {
  const { side: from, pixels, labels } = part;
  const { rows } = labels;
  const stored = pixels.take(rows * from * from, range);
  const scaled = from === side ? stored : resized(stored, rows, from, side);
  if (invert) for (let i = 0; i < scaled.length; i++) scaled[i] = 255 - scaled[i];
  return { rows, labels: labels.mapped(classes.of(part)), pixels: scaled };
}

function standing(split: Split, side: number, orientation: Orientation): Split {
  return { ...split, pixels: upright(split.pixels, side, orientation) };
}

function resized(pixels: Uint8Array, rows: number, from: number, side: number): Uint8Array {
  const result = new Uint8Array(rows * side * side);
  for (let row = 0; row < rows; row++) {
    const image = pixels.subarray(row * from * from, (row + 1) * from * from);
    scaleSquare(
      (y, into) => into.set(image.subarray(y * from, (y + 1) * from)),
      from,
      side,
      result.subarray(row * side * side, (row + 1) * side * side),
    );
  }
  return result;
}

/** Between dark and light. */
const MIDDLE = 127.5;

/** Nets learn from dark ink as well as from light, but `predict` and the report's pad hand them light ink on black. */
function warnOfPaper(
  train: Split,
  test: Split | undefined,
  side: number,
  inverted: boolean,
  { warn }: ReadContext,
): void {
  const [border, other] = [borderOf(train, side), test && borderOf(test, side)];
  const light = border > MIDDLE;
  if (other !== undefined && other > MIDDLE !== light && Math.abs(other - border) > MIDDLE / 2) {
    const [one, two] = light ? ['light', 'dark'] : ['dark', 'light'];
    const message =
      `the training images have ${one} borders, the test images ${two} ones, so a net that has learned one ` +
      'kind will not recognise the other: invert one of them';
    return warn({ code: 'BACKGROUNDS_DIFFER', message });
  }
  const remedy = inverted
    ? "'invert: true' under dataset made them so: leave 'invert: true' out"
    : "as dark ink on paper has: 'invert: true' under dataset makes ink light on black, as reading photos with 'predict' expects";
  if (light) warn({ code: 'LIGHT_BACKGROUND', message: `the images have light borders, ${remedy}` });
}

/** Mean of the upper and lower rows of all images, 0 to 255. */
function borderOf({ rows, pixels }: Split, side: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const [first, last] = [row * side * side, (row + 1) * side * side - side];
    for (let x = 0; x < side; x++) sum += pixels[first + x] + pixels[last + x];
  }
  return sum / (2 * rows * side);
}

function splitOff(
  all: Split,
  classes: number,
  params: CustomFilesParams,
  { warn }: ReadContext,
): { train: Split; test: Split } {
  const { kept, held } = holdOutRows(all.labels, classes, params);
  if (held.length === 0)
    throw new LayerwiseError(
      'DATA_INVALID',
      `the data '${params.from}' must have a class of at least 2 images, so that test rows can be split off, got ${all.rows} images of as many classes`,
      { remedy: 'add images, or name test rows under dataset.test' },
    );
  warn({
    code: 'TEST_SPLIT_OFF',
    message: `the data set has no test rows: ${held.length} of its ${all.rows} rows were split off as such, of each class the same share`,
  });
  return { train: taken(all, kept), test: taken(all, held) };
}

function taken({ labels, pixels, rows }: Split, chosen: Uint32Array): Split {
  const width = pixels.length / rows;
  const result = new Uint8Array(chosen.length * width);
  chosen.forEach((row, i) => result.set(pixels.subarray(row * width, (row + 1) * width), i * width));
  return { rows: chosen.length, labels: Uint16Array.from(chosen, (row) => labels[row]), pixels: result };
}

function joined(a: Split, b: Split): Split {
  const labels = new Uint16Array(a.rows + b.rows);
  labels.set(a.labels);
  labels.set(b.labels, a.rows);
  const pixels = new Uint8Array(a.pixels.length + b.pixels.length);
  pixels.set(a.pixels);
  pixels.set(b.pixels, a.pixels.length);
  return { rows: labels.length, labels, pixels };
}
