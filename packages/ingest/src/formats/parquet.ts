import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { LayerwiseError, throwIfAborted } from '@layerwise/contracts';
import type { FileMetaData, SchemaTree } from 'hyparquet';
import { layoutOf } from '../interpretation/columns.js';
import { invalid } from '../samples/invalid.js';
import type { Part, Parts } from '../samples/part.js';
import { MOST_SIDE, raggedLists, refuseSize, sideOf, sideOfLists } from '../samples/size.js';
import { single, type Format, type Reading } from './format.js';
import { readImages, type LabelledImage } from './images.js';
import { Labels } from '../samples/labels.js';
import { leafOf, pagesOf, type Leaf, type Page } from '../codecs/parquet-pages.js';
import type { Pixels } from '../samples/pixels.js';

/** A Parquet table of a label and n x n columns of pixels, or one column of lists of pixels, or of PNG or JPEG images. */
export const parquet: Format = {
  name: 'Parquet table',
  suffixes: ['.parquet'],
  rareSuffixes: ['.pq'],
  doc: 'a column of labels and one column per pixel, or one column of lists of pixels or of PNG or JPEG images',
  file: single(readParquet),
};

/** @throws LayerwiseError DATA_INVALID naming the column and row */
async function readParquet(path: string, reading: Reading): Promise<Parts> {
  const handle = await open(path, 'r').catch((error: Error) => {
    throw new LayerwiseError('DATA_MISSING', `the data file cannot be read: ${error.message}`, {
      where: path,
      cause: error,
    });
  });
  try {
    return await readTable(await openTable(handle, path), reading);
  } catch (error) {
    if (error instanceof LayerwiseError) throw error;
    throw invalid(
      path,
      `the Parquet table must be sound, but reading it stopped with: ${(error as Error).message}`,
      'write or copy the file again',
      error,
    );
  } finally {
    await handle.close();
  }
}

interface Opened {
  readonly path: string;
  readonly handle: FileHandle;
  readonly metadata: FileMetaData;
  readonly rows: number;
  readonly root: SchemaTree;
  readonly fields: readonly SchemaTree[];
}

const LONGEST_FOOTER = 64 << 20;

async function openTable(handle: FileHandle, path: string): Promise<Opened> {
  const { size } = await handle.stat();
  const tail = Buffer.alloc(Math.min(8, size));
  await handle.read(tail, 0, tail.length, size - tail.length);
  if (tail.length < 8 || tail.toString('latin1', 4) !== 'PAR1')
    throw invalid(
      path,
      'the Parquet table must end with PAR1, but does not',
      'it is cut short or not a Parquet file: write or copy it again',
    );
  const length = tail.readUInt32LE(0);
  if (length + 12 > size || length > LONGEST_FOOTER)
    throw invalid(
      path,
      `the Parquet table's footer must lie within the file, but is said to be ${length} of ${size} bytes`,
      'write or copy the file again',
    );
  const footer = new Uint8Array(length + 8);
  await handle.read(footer, 0, footer.length, size - footer.length);
  const { parquetMetadata, parquetSchema } = await import('hyparquet');
  const metadata = parquetMetadata(footer.buffer);
  const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (rows !== Number(metadata.num_rows))
    throw invalid(
      path,
      `the Parquet table's groups must have its ${metadata.num_rows} rows together, got ${rows}`,
      'write or copy the file again',
    );
  // what pandas keeps its index in
  const root = parquetSchema(metadata);
  const fields = root.children.filter(({ element: { name } }) => !/^__index_level_\d+__$/.test(name));
  return { path, handle, metadata, rows, root, fields };
}

async function readTable(table: Opened, reading: Reading): Promise<Parts> {
  const { path, root, fields } = table;
  const names = fields.map(({ element }) => element.name);
  if (names.length < 2)
    throw invalid(
      path,
      `the Parquet table must have a column of labels and columns of pixels, got ${names.join(', ') || 'none'}`,
    );
  const leaves = fields.map((field) => leafOf(root, field, path));
  const layout = layoutOf(
    {
      file: basename(path),
      names,
      count: names.length,
      onlyLabel: onlyLabel(leaves),
      subject: 'the Parquet table',
      where: path,
    },
    { ...reading, warn: reading.context.warn },
  );
  const label = leaves[layout.labelAt];
  const rest = layout.pixelsAt.map((at) => leaves[at]);
  const labels = await readLabels(table, label);
  const first = rest[0];
  if (!first)
    throw invalid(path, `the Parquet table must have columns of pixels beside that of labels, got ${names.join(', ')}`);
  const part = { layout, where: (row: number) => rowName(path, row) };
  if (rest.length === 1 && first.kind === 'bytes') {
    const { train } = await readPictures(table, labels.texts(), first, reading);
    return { train: { ...(train as Part), layout } };
  }
  const other = rest.find(({ kind, list }) => kind !== 'number' || (list && rest.length > 1));
  if (other)
    throw invalid(
      path,
      'the columns of the Parquet table must be a label and numbers for pixels, or a label and one column of ' +
        `lists or images, got column '${other.path[0]}' beside them`,
      'write the table without columns that are neither',
    );
  const lists = first.list ? await firstLists(table, first) : undefined;
  const subject = 'a row of the Parquet table';
  const side = lists
    ? sideOfLists(shapeOf(lists, first.path[0], path), first.path[0], path, subject)
    : sideOf(rest.length, path, subject);
  const area = side * side;
  refuseSize(table.rows, side, path, 'the Parquet table');
  const pixels = reading.newPixels(area);
  pixels.reserve(table.rows * area);
  for (const [column, leaf] of rest.entries()) {
    throwIfAborted(reading.context.signal);
    await readPixels(table, leaf, pixels, lists ? { area, lists } : { area, column });
    reading.context.progress({
      done: column + 1,
      total: rest.length,
      unit: 'columns',
      detail: `reading ${basename(path)}`,
    });
  }
  return { train: { ...part, side, pixels, labels } };
}

/** The only column of texts, or the only one that is neither a list nor an image. */
function onlyLabel(leaves: readonly Leaf[]): number | undefined {
  const candidates = Array.from(leaves.keys()).filter((at) => !leaves[at].list && leaves[at].kind !== 'bytes');
  const texts = candidates.filter((at) => leaves[at].kind === 'text');
  return texts.length === 1 ? texts[0] : candidates.length === 1 ? candidates[0] : undefined;
}

function rowName(path: string, row: number): string {
  return `${path}, row ${row}`;
}

async function readLabels({ path, handle, metadata, rows }: Opened, leaf: Leaf): Promise<Labels> {
  if (leaf.list)
    throw invalid(
      path,
      `the column of labels '${leaf.path[0]}' must have one label a row, got lists`,
      'name the column of labels under dataset.label',
    );
  const labels = new Labels(Math.min(rows, 1 << 20));
  for await (const { values } of pagesOf(handle, metadata, leaf, path)) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      const fault = labels.add(
        value instanceof Uint8Array
          ? Buffer.from(value.buffer, value.byteOffset, value.length).toString('utf8')
          : String(Number(value)),
      );
      if (fault !== undefined)
        throw invalid(
          rowName(path, labels.rows),
          `a row of the Parquet table ${fault}`,
          'correct the label, or name the column of labels under dataset.label',
        );
    }
  }
  if (labels.rows !== rows)
    throw invalid(
      path,
      `the column '${leaf.path[0]}' must have ${rows} labels, got ${labels.rows}`,
      'write or copy the file again',
    );
  return labels;
}

/** For each number of the first row how deep the lists go on that it stands in: 0 for the first, and for single numbers. */
async function firstLists({ path, handle, metadata }: Opened, leaf: Leaf): Promise<Uint8Array> {
  const first: number[] = [];
  for await (const { repetition = [0] } of pagesOf(handle, metadata, leaf, path)) {
    for (let i = 0; i < repetition.length; i++) {
      if (repetition[i] === 0 && first.length > 0) return Uint8Array.from(first);
      first.push(repetition[i]);
      if (first.length > MOST_SIDE ** 2) return Uint8Array.from(first);
    }
  }
  return Uint8Array.from(first);
}

/** Lengths of a row's lists, from the outer to the inner ones. */
function shapeOf(lists: Uint8Array, name: string, where: string): readonly number[] {
  const shape: number[] = [];
  let inner = 1;
  for (let depth = lists.reduce((a, b) => Math.max(a, b), 1); depth > 0; depth--) {
    const starts = Array.from(lists.keys()).filter((i) => lists[i] < depth);
    const lengths = starts.map((start, i) => ((starts[i + 1] ?? lists.length) - start) / inner);
    const other = lengths.find((length) => length !== lengths[0]);
    if (other !== undefined) throw raggedLists(name, lengths[0], other, rowName(where, 0));
    shape.unshift(lengths[0]);
    inner *= lengths[0];
  }
  return shape;
}

/** Where a column's numbers go among all pixels: those of a column of single pixels, or lists like the first row's. */
interface Target {
  readonly area: number;
  /** Which pixel of an image the column is. */
  readonly column?: number;
  /** See {@link firstLists}. */
  readonly lists?: Uint8Array;
}

async function readPixels(table: Opened, leaf: Leaf, pixels: Pixels, target: Target): Promise<void> {
  const { path, rows } = table;
  const column = new PixelColumn(table, leaf, pixels, target);
  for await (const { values, repetition } of pagesOf(table.handle, table.metadata, leaf, path)) {
    if (target.lists) column.addLists(values, repetition, target.lists);
    else column.addSingles(values, target.column ?? 0);
  }
  if (target.lists) column.endList();
  if (column.rows !== rows)
    throw invalid(
      path,
      `the column '${leaf.path[0]}' must have ${rows} rows, got ${column.rows}`,
      'write or copy the file again',
    );
}

/** Puts the values of a column, page by page, where they belong among all pixels. */
class PixelColumn {
  private readonly subject: string;
  /** The row that is being read, and how many of its pixels are there. */
  private row = -1;
  private length: number;

  constructor(
    private readonly table: Opened,
    leaf: Leaf,
    private readonly pixels: Pixels,
    private readonly target: Target,
  ) {
    this.subject = `column '${leaf.path[0]}'`;
    this.length = target.lists ? target.area : 1;
  }

  get rows(): number {
    return this.row + 1;
  }

  addSingles(values: Page['values'], column: number): void {
    for (let i = 0; i < values.length && this.rows < this.table.rows; i++)
      this.put(++this.row * this.target.area + column, values[i]);
  }

  addLists(values: Page['values'], repetition: Page['repetition'], lists: Uint8Array): void {
    const { area } = this.target;
    for (let i = 0; i < values.length; i++) {
      if (repetition?.[i] === 0) {
        this.endList();
        this.row++;
        this.length = 0;
        if (this.row === this.table.rows) break;
      }
      if (this.length === area) throw this.ragged(area + 1);
      if (repetition?.[i] !== lists[this.length])
        throw this.invalid(
          'must have lists as long as those of its first row',
          'give every line of an image as many pixels',
        );
      this.put(this.row * area + this.length++, values[i]);
    }
  }

  /** @throws LayerwiseError DATA_INVALID if the list that ends here has fewer pixels than the first row's */
  endList(): void {
    if (this.length !== this.target.area) throw this.ragged(this.length);
  }

  private put(at: number, value: unknown): void {
    const { pixels } = this;
    if (!pixels.set(at, Number(value)))
      throw this.invalid(`must be ${pixels.wanted}, got ${String(value).slice(0, 40)}`, pixels.remedy(Number(value)));
  }

  private ragged(length: number): LayerwiseError {
    return this.invalid(`must have ${this.target.area} pixels like its first row, got ${length}`);
  }

  private invalid(rule: string, remedy?: string): LayerwiseError {
    return invalid(rowName(this.table.path, this.row), `${this.subject} ${rule}`, remedy);
  }
}

/** A column of PNG or JPEG files, as Hugging Face's data sets have them. */
async function readPictures(
  { path, handle, metadata, rows }: Opened,
  texts: readonly string[],
  leaf: Leaf,
  reading: Reading,
): Promise<Parts> {
  const images: LabelledImage[] = [];
  for await (const { values } of pagesOf(handle, metadata, leaf, path)) {
    for (const value of values as ArrayLike<Uint8Array> & Iterable<Uint8Array>) {
      const bytes = Uint8Array.from(value);
      images.push({
        name: `row ${images.length}`,
        where: rowName(path, images.length),
        label: texts[images.length] ?? '',
        load: () => bytes,
      });
    }
  }
  if (images.length !== rows || rows === 0)
    throw invalid(
      path,
      `the column '${leaf.path[0]}' must have an image in each of the ${rows} rows, got ${images.length}`,
      'write or copy the file again',
    );
  return readImages({ train: images }, reading);
}
