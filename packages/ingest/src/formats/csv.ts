import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { LayerwiseError, throwIfAborted } from '@layerwise/contracts';
import { isGzip } from '../codecs/inflate.js';
import { layoutOf } from '../interpretation/columns.js';
import { invalid } from '../samples/invalid.js';
import type { Layout } from '../samples/layout.js';
import type { Part } from '../samples/part.js';
import { MOST_BYTES, MOST_ROWS, MOST_SIDE, sideOf } from '../samples/size.js';
import { single, type Format, type Reading } from './format.js';
import { headOf, isNumber } from '../interpretation/csv-head.js';
import { labelSide } from '../interpretation/label-side.js';
import { Labels } from '../samples/labels.js';
import type { Pixels } from '../samples/pixels.js';

/** A line of the largest image in numbers of 20 characters is longer than this by nothing that matters. */
const LONGEST_LINE = 20 * MOST_SIDE ** 2;
const [TAB, LF, CR, SPACE, QUOTE, COMMA, SEMICOLON, ZERO] = [9, 10, 13, 32, 34, 44, 59, 48];
/** What a column is where it is no pixel. */
const [LABEL, LEFT_OUT] = [-1, -2];

/** A table of a label and n x n pixels a line. */
export const csv: Format = {
  name: 'CSV table',
  suffixes: ['.csv', '.tsv'],
  gzipped: true,
  doc: 'a label and one pixel per column in each line, with or without a first line of names; delimited by commas, tabs or semicolons',
  file: single(async (path, reading) => ({ train: await readCsv(path, reading) })),
};

/**
 * Reads a CSV table in one pass over its bytes, or in two where its last column turns out to be the labels; memory is that of
 * the pixels.
 * @throws LayerwiseError DATA_INVALID naming the line
 */
async function readCsv(path: string, reading: Reading): Promise<Part> {
  const table = await readTable(path, reading);
  if (!table.labelsAreLast()) return table.part();
  const { warn } = reading.context;
  warn({
    code: 'LABEL_GUESSED',
    message:
      `the labels of ${basename(path)}, which has no names of columns, are read from its last column: its first ` +
      "one cannot be labels, the last can. 'label: -1' under dataset says so, 'label: 0' that it is the first",
  });
  return (await readTable(path, { ...reading, label: -1 })).part();
}

async function readTable(path: string, reading: Reading): Promise<Table> {
  const { progress, signal } = reading.context;
  const table = new Table(path, reading);
  let rest: Uint8Array = new Uint8Array(0);
  let [bytes, shown] = [0, 0];
  for await (const chunk of await chunksOf(path)) {
    throwIfAborted(signal);
    bytes += chunk.length;
    const end = chunk.lastIndexOf(LF);
    if (end >= 0) {
      table.lines(rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, end + 1)]) : chunk.subarray(0, end + 1));
      rest = chunk.subarray(end + 1);
    } else rest = Buffer.concat([rest, chunk]);
    if (rest.length > LONGEST_LINE)
      throw invalid(
        `${path}:${table.line + 1}`,
        `a line of a CSV table must be shorter than ${LONGEST_LINE} bytes, and this one is not`,
        'check that it is a CSV table',
      );
    if (bytes - shown >= 16e6) {
      shown = bytes;
      progress({ done: table.rows, total: table.rows, unit: 'rows', detail: `reading ${basename(path)}` });
    }
  }
  if (rest.length > 0) table.lines(rest);
  return table;
}

/** The content of a file, unpacked if it is gzipped. */
async function chunksOf(path: string): Promise<AsyncIterable<Uint8Array>> {
  const handle = await open(path, 'r').catch((error: Error) => {
    throw new LayerwiseError('DATA_MISSING', `the data file cannot be read: ${error.message}`, {
      where: path,
      cause: error,
    });
  });
  const start = new Uint8Array(2);
  await handle.read(start, 0, 2, 0).finally(() => handle.close());
  const raw = createReadStream(path, { highWaterMark: 1 << 20 });
  return isGzip(start) ? unpacked(raw, path) : raw;
}

async function* unpacked(raw: NodeJS.ReadableStream, path: string): AsyncIterable<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 1 << 20 });
  raw.on('error', (error) => gunzip.destroy(error));
  try {
    yield* raw.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (error instanceof LayerwiseError) throw error;
    throw invalid(
      path,
      `the gzip file must be whole and sound, but unpacking it stopped with: ${(error as Error).message}`,
      'copy the file again',
      error,
    );
  }
}

/** Takes in lines; the first decides on the columns. */
class Table {
  /** Number of the last line taken in, from 1. */
  line = 0;
  private pixels: Pixels;
  private readonly labels = new Labels();
  /** Line of each row. */
  private lineOf = new Uint32Array(1024);
  private columns = 0;
  private delimiter = COMMA;
  private layout: Layout | undefined;
  /** Which pixel each column is, or LABEL, or LEFT_OUT. */
  private targets = new Int32Array(0);
  private side = 0;
  /** Values of the last column, where it is not certain that the first holds the labels. */
  private last: Labels | undefined;

  constructor(
    private readonly path: string,
    private readonly reading: Reading,
  ) {
    this.pixels = reading.newPixels(1);
  }

  get rows(): number {
    return this.labels.rows;
  }

  /** Takes in whole lines. */
  lines(bytes: Uint8Array): void {
    let from = this.line === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    while (from < bytes.length) {
      let end = bytes.indexOf(LF, from);
      if (end < 0) end = bytes.length;
      this.line++;
      const to = end > from && bytes[end - 1] === CR ? end - 1 : end;
      if (to > from) this.takeLine(bytes, from, to);
      from = end + 1;
    }
  }

  private takeLine(bytes: Uint8Array, from: number, to: number): void {
    if (this.columns === 0) {
      if (bytes.subarray(from, to).includes(0))
        throw this.invalid('a CSV table must be text in UTF-8, but has zero bytes', 'save it as CSV in UTF-8');
      if (this.readHead(bytes, from, to)) return;
    }
    this.readRow(bytes, from, to);
  }

  /** Decides on the columns by the first line; whether it was one of names. */
  private readHead(bytes: Uint8Array, from: number, to: number): boolean {
    this.delimiter = [COMMA, TAB, SEMICOLON]
      .map((byte) => [byte, count(bytes, byte, from, to)] as const)
      .sort(([, a], [, b]) => b - a)[0][0];
    const { path, reading } = this;
    const [fields, where] = [this.fieldsOf(bytes, from, to), `${path}:${this.line}`];
    const { kind, names, onlyLabel } = headOf(fields, reading.label);
    const { warn } = reading.context;
    const file = basename(path);
    this.columns = fields.length;
    this.layout = layoutOf(
      { file, names, count: fields.length, onlyLabel, subject: 'the CSV table', where },
      { ...reading, warn },
    );
    if (kind === 'numbers')
      warn({ code: 'COLUMNS_NUMBERED', message: `the first line of ${file} numbers the columns and was left out` });
    const { labelAt, pixelsAt } = this.layout;
    this.side = sideOf(pixelsAt.length, where, 'a line of the CSV table');
    this.targets = new Int32Array(fields.length).fill(LEFT_OUT);
    this.targets[labelAt] = LABEL;
    for (const [pixel, at] of pixelsAt.entries()) this.targets[at] = pixel;
    this.pixels = reading.newPixels(pixelsAt.length);
    if (!names && reading.label === undefined && !reading.like && onlyLabel === undefined) this.last = new Labels();
    return kind !== 'data';
  }

  private fieldsOf(bytes: Uint8Array, from: number, to: number): string[] {
    const fields: string[] = [];
    for (let at = from; at <= to;) {
      const end = this.endOf(bytes, at, to);
      fields.push(textOf(bytes, at, end));
      at = end + 1;
    }
    return fields;
  }

  /** Where the field that begins at `at` ends: at a delimiter, or at `to`. */
  private endOf(bytes: Uint8Array, at: number, to: number): number {
    let [end, quoted] = [at, false];
    for (; end < to && (quoted || bytes[end] !== this.delimiter); end++) if (bytes[end] === QUOTE) quoted = !quoted;
    return end;
  }

  private readRow(bytes: Uint8Array, from: number, to: number): void {
    const { columns, targets, delimiter, pixels } = this;
    const D = this.side ** 2;
    const start = this.rows * D;
    this.refuseMore(start + D);
    pixels.reserve(start + D);
    let [at, column, label, value] = [from, 0, '', 0];
    for (; at <= to; column++) {
      if (column === columns) throw this.wrongCount(columns + count(bytes, delimiter, at, to) + 1);
      const target = targets[column];
      if (target < 0) {
        const end = this.endOf(bytes, at, to);
        if (target === LABEL) label = textOf(bytes, at, end);
        at = end + 1;
        continue;
      }
      let end = at;
      value = 0;
      for (let digit = bytes[end] - ZERO; end < to && digit >= 0 && digit <= 9; digit = bytes[++end] - ZERO)
        value = 10 * value + digit;
      if (end === at || (end < to && bytes[end] !== delimiter)) {
        end = this.endOf(bytes, at, to);
        value = this.numberOf(textOf(bytes, at, end), column);
      }
      if (!pixels.set(start + target, value))
        throw this.invalid(`${this.columnName(column)} must be ${pixels.wanted}, got ${value}`, pixels.remedy(value));
      at = end + 1;
    }
    if (column < columns) throw this.wrongCount(column);
    if (this.last?.add(String(value)) !== undefined) this.last = undefined;
    this.addLabel(label);
  }

  private refuseMore(length: number): void {
    if (length > MOST_BYTES || this.rows === MOST_ROWS)
      throw this.invalid(
        `the CSV table must have at most ${MOST_BYTES} pixels and ${MOST_ROWS} lines in all, and has more`,
        'use fewer or smaller images',
      );
  }

  private addLabel(label: string): void {
    const fault = label.includes('\ufffd') ? 'must have a label in UTF-8, got other bytes' : this.labels.add(label);
    if (fault !== undefined)
      throw this.invalid(
        `a line of the CSV table ${fault}`,
        "correct the label, or name the column of labels under dataset.label, as 'label: -1' if it is the last",
      );
    if (this.rows > this.lineOf.length) {
      const larger = new Uint32Array(2 * this.lineOf.length);
      larger.set(this.lineOf);
      this.lineOf = larger;
    }
    this.lineOf[this.rows - 1] = this.line;
  }

  private numberOf(text: string, column: number): number {
    if (isNumber(text)) return Number(text);
    throw this.invalid(
      `${this.columnName(column)} must be a number ${this.pixels.wanted}, got ${text === '' ? 'nothing' : `'${text.slice(0, 40)}'`}`,
    );
  }

  private columnName(column: number): string {
    const name = this.layout?.names?.[column];
    return `column ${column + 1}${name === undefined ? '' : ` ('${name.slice(0, 40)}')`}`;
  }

  private wrongCount(found: number): LayerwiseError {
    return this.invalid(`a line of the CSV table must have ${this.columns} columns like its first line, got ${found}`);
  }

  private invalid(rule: string, remedy?: string): LayerwiseError {
    return invalid(`${this.path}:${this.line}`, rule, remedy);
  }

  /** Whether the labels are in the last column of a table that does not say so. @throws LayerwiseError DATA_INVALID where that cannot be told */
  labelsAreLast(): boolean {
    const { path, labels, last, pixels, reading } = this;
    if (!last || this.rows === 0) return false;
    const side = labelSide(labels.values, last.values, pixels.range !== 'bytes');
    const file = basename(path);
    const ways = "set 'label: 0' under dataset if the first column holds the labels, 'label: -1' if the last does";
    if (side === 'both')
      throw invalid(
        path,
        'the CSV table must have names of columns, or dataset.label must say which one holds the labels: its ' +
          `first column has ${labels.values.length} different values and its last ${last.values.length}, and both ` +
          'may be labels',
        ways,
      );
    if (side === 'neither')
      reading.context.warn({
        code: 'LABEL_GUESSED',
        message: `the labels of ${file}, which has no names of columns, are read from its first column, though they are no whole numbers without gaps: ${ways}`,
      });
    return side === 'last';
  }

  part(): Part {
    const { path, lineOf, layout } = this;
    if (this.rows === 0 || !layout)
      throw invalid(
        path,
        `the CSV table must have at least one line of a label and pixels, got ${this.line === 0 ? 'an empty file' : 'none'}`,
      );
    return {
      side: this.side,
      pixels: this.pixels,
      labels: this.labels,
      layout,
      where: (row) => `${path}:${lineOf[row]}`,
    };
  }
}

function count(bytes: Uint8Array, byte: number, from: number, to: number): number {
  let found = 0;
  for (let at = from; at < to; at++) if (bytes[at] === byte) found++;
  return found;
}

/** A field as text, without blanks and quotes around it. */
function textOf(bytes: Uint8Array, from: number, to: number): string {
  while (from < to && bytes[from] === SPACE) from++;
  while (to > from && bytes[to - 1] === SPACE) to--;
  if (to - from >= 2 && bytes[from] === QUOTE && bytes[to - 1] === QUOTE)
    return decode(bytes, from + 1, to - 1).replaceAll('""', '"');
  return decode(bytes, from, to);
}

function decode(bytes: Uint8Array, from: number, to: number): string {
  if (to - from === 1 && bytes[from] < 128) return String.fromCharCode(bytes[from]);
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8');
}
