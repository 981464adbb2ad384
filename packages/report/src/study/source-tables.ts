import type { SourceRow } from '@layerwise/contracts';
import { count, fixed } from '../page/format.js';
import { html, type Content, type Markup } from '../page/html.js';
import type { MeasuredExperiment } from './measured.js';
import { sourceCurves } from './source-curves.js';
import type { Beside } from './source-rules.js';

/** A row of a grid: where it stands in it. */
export interface Cell extends Beside {
  readonly at: readonly string[];
}

/** Notes on figures, each said once and pointed at by its number. */
export class Notes {
  // Numbers are given in the order in which the notes are met.
  private readonly numbers = new Map<string, number>();
  constructor(private readonly id: string) {}

  mark({ note }: SourceRow): Content {
    if (note === '') return undefined;
    const number = this.numbers.get(note) ?? this.numbers.size + 1;
    this.numbers.set(note, number);
    return html`<sup><a href="#${this.id}-note-${number}">${number}</a></sup>`;
  }

  list(): Content {
    return (
      this.numbers.size > 0 &&
      html`<ol class="note">${[...this.numbers].map(
        ([note, number]) => html`<li id="${this.id}-note-${number}">${note}</li>`,
      )}</ol>`
    );
  }
}

/** The figures whose metric a pattern fits, each placed by what the pattern's groups found. */
export function gridOf(beside: readonly Beside[], pattern: RegExp): Cell[] {
  return beside.flatMap((one) => {
    const found = pattern.exec(one.row.metric);
    return found ? [{ ...one, at: found.slice(1) }] : [];
  });
}

/** Cells of one run over the same images; a cell that the source prints again stands in a set of its own. */
export function bySet(cells: readonly Cell[]): Cell[][] {
  const sets = new Map<string, Cell[]>();
  const seen = new Map<string, number>();
  for (const cell of cells) {
    const { row } = cell;
    const kind = /^epoch/.test(row.metric) ? 'epochs' : rowsName(row);
    const place = `${kind} ${row.run} ${row.metric}`;
    const again = seen.get(place) ?? 0;
    seen.set(place, again + 1);
    const key = `${kind} ${row.run} ${again}`;
    const set = sets.get(key);
    if (set) set.push(cell);
    else sets.set(key, [cell]);
  }
  return [...sets.values()];
}

/** What images a row is of, such as `train55000`; empty for none. */
export const rowsName = ({ rows }: SourceRow): string => (rows ? `${rows.part}${rows.count}` : '');

/** `train55000` as `55,000 training images`. */
export function imagesOf(name: string): string {
  const [, part = '', n = ''] = /^([a-z]+)(\d+)$/.exec(name) ?? [];
  const kind = { train: 'training', held: 'held-out training' }[part] ?? part;
  return name === '' ? '' : `${count(Number(n))} ${kind} images`;
}

/** Of what run and images a set is; and ours, where they are others. */
function captionOf([first, ...others]: readonly Cell[]): string {
  const { row } = first;
  const rowsOfOurs = [first, ...others].find(({ ours }) => ours.rows !== undefined)?.ours.rows;
  return `run ${row.run} of the source, ${imagesOf(rowsName(row))}${rowsOfOurs === undefined ? '' : `; ours of ${imagesOf(rowsOfOurs)}`}`;
}

const decimalsOf = (value: string): number => /\.(\d+)$/.exec(value)?.[1].length ?? 0;

/** A figure of the source: of a long one four decimals are shown. */
export function theirs({ value }: SourceRow): Content {
  const isLong = decimalsOf(value) > 6 && Number.isFinite(Number(value));
  return isLong ? html`<data value="${value}">${fixed(Number(value))}</data>` : value;
}

/** A figure of ours, with as many decimals as the source gives it, and at least those that tell two apart. */
function own({ row, ours: { value } }: Beside): string {
  if (typeof value !== 'number') return value ?? '';
  if (Number.isInteger(value)) return Number.isInteger(Number(row.value)) ? String(value) : fixed(value, decimals(row));
  return fixed(value, decimals(row));
}

function decimals({ value, unit }: SourceRow): number {
  const given = Math.min(decimalsOf(value), 6) || 2;
  return unit === 'fraction' ? Math.max(3, Math.min(given, 4)) : Math.min(given, 4);
}

/** With its sign. */
export const signed = (value: number, digits: number): string => {
  const text = fixed(Math.abs(value), digits);
  return Number(text) === 0 ? text : `${value < 0 ? '−' : '+'}${text}`;
};

function difference({ row, ours: { value } }: Beside): string {
  if (typeof value !== 'number') return value === row.value ? 'the same' : 'differs';
  const whole = Number.isInteger(value) && Number.isInteger(Number(row.value));
  return signed(value - Number(row.value), whole ? 0 : decimals(row));
}

const theirCell = ({ row }: Beside, notes: Notes): Markup =>
  html`<td data-source="${row.at}">${theirs(row)}${notes.mark(row)}</td>`;
function ownCell(one: Beside): Markup {
  const { seeds } = one.ours;
  const range =
    seeds &&
    html`<small>${seeds.count} seeds: ${fixed(seeds.spread.lowest, decimals(one.row))} to
    ${fixed(seeds.spread.highest, decimals(one.row))}</small>`;
  return html`<td data-ours="${one.row.at}">${own(one)}${range}</td>`;
}

/** Figures that belong to no grid, a row each. */
export function figureTable(rows: readonly Beside[], notes: Notes): Markup {
  const named = (one: Beside): string => {
    const images = imagesOf(rowsName(one.row));
    return one.ours.rows === undefined ? images : `${images}; ours ${imagesOf(one.ours.rows)}`;
  };
  const head = ['figure', 'run', 'images', 'source', 'here', 'difference', 'line'];
  return grid(
    'Single figures',
    head,
    rows.map(
      (one) =>
        html`<th scope="row">${one.row.metric.replaceAll('_', ' ')}${one.row.unit === '%' && ', %'}</th><td>${one.row.run}</td>
        <td>${named(one)}</td>${theirCell(one, notes)}${ownCell(one)}<td>${difference(one)}</td><td>${one.row.line}</td>`,
    ),
  );
}

function grid(caption: string, head: readonly string[], rows: readonly Markup[]): Markup {
  return html`<div class="source-grid"><table><caption>${caption}</caption><thead><tr>${head.map(
    (name) => html`<th scope="col">${name}</th>`,
  )}</tr></thead><tbody>${rows.map((row) => html`<tr>${row}</tr>`)}</tbody></table></div>`;
}

/** A grid of pairs of columns, source and ours, with a row for each first part of the cells' places. */
function paired(
  caption: string,
  corner: string,
  cells: readonly Cell[],
  place: (cell: Cell) => readonly [row: string, column: string],
  notes: Notes,
): Markup {
  const unique = (which: 0 | 1): string[] => [...new Set(cells.map((cell) => place(cell)[which]))];
  const columns = unique(1);
  const head = [corner, ...columns.flatMap((name) => [`${name.replaceAll('_', ' ')}, source`, 'here'])];
  const rows = unique(0).map(
    (name) =>
      html`<th scope="row">${name.replaceAll('_', ' ')}</th>${columns.map((column) => {
        const cell = cells.find((one) => place(one)[0] === name && place(one)[1] === column);
        return cell ? html`${theirCell(cell, notes)}${ownCell(cell)}` : html`<td></td><td></td>`;
      })}`,
  );
  return grid(caption, head, rows);
}

/** A row for each epoch, and the epochs on our curves. @param experiment undefined where it has not been run */
export function epochTable(cells: readonly Cell[], experiment: MeasuredExperiment | undefined, notes: Notes): Markup {
  const sorted = [...cells].sort((a, b) => Number(a.at[0]) - Number(b.at[0]));
  const others = [...new Set(cells.flatMap(({ ours }) => ours.rows ?? []))].map(imagesOf);
  const caption = `Epochs, run ${cells[0].row.run} of the source${others.length > 0 ? `; ours of ${others.join(' and ')}` : ''}`;
  return html`${paired(caption, 'epoch', sorted, ({ at: [epoch, metric] }) => [epoch, metric], notes)}${
    experiment &&
    sourceCurves(
      experiment,
      cells.map(({ row }) => row),
    )
  }`;
}

/** Precision, recall, F1 and images, a row for each class and mean. */
export function scoreTable(cells: readonly Cell[], notes: Notes): Markup {
  return paired(`Classes: ${captionOf(cells)}`, 'class', cells, ({ at: [name, of] }) => [of, name], notes);
}

/** Lowest and highest activation of the first node, a row for each true class. */
export function rangeTable(cells: readonly Cell[], notes: Notes): Markup {
  return paired(`First node: ${captionOf(cells)}`, 'true class', cells, ({ at: [end, of] }) => [of, end], notes);
}

/** Two confusion matrices beside each other; and what differs most. */
export function matrices(cells: readonly Cell[], notes: Notes): Markup {
  const places = new Map(cells.map((cell) => [cell.at.join(' '), cell]));
  const noted = new Map(cells.map(({ row }) => [row.note, row]));
  const theirCount = ({ row }: Cell): number => Number(row.value);
  const ourCount = ({ ours }: Cell): number => Number(ours.value);
  const sum = (some: readonly Cell[], value: (cell: Cell) => number): number =>
    some.reduce((all, cell) => all + value(cell), 0);
  const right = cells.filter(({ at: [a, b] }) => a === b);
  const most = cells
    .filter(({ at: [a, b] }) => a !== b)
    .map((cell) => ({ cell, apart: Math.abs(ourCount(cell) - theirCount(cell)) }))
    .sort((a, b) => b.apart - a.apart)
    .slice(0, 3)
    .map(({ cell }) => `${cell.at[0]} told as ${cell.at[1]}: ${count(theirCount(cell))} and ${count(ourCount(cell))}`);
  return html`<p>Confusions, ${captionOf(cells)}: right ${count(sum(right, theirCount))} of
    ${count(sum(cells, theirCount))} in the source, ${count(sum(right, ourCount))} of
    ${count(sum(cells, ourCount))} here. Mistakes that differ most, source and here:
    ${most.join('; ')}.${[...noted.values()].map((row) => notes.mark(row))}</p><div class="row">${matrix(
      'Source: true class by rows, told as by columns',
      places,
      (cell) => html`<td data-source="${cell.row.at}" class="${shade(cell)}">${cell.row.value}</td>`,
    )}${matrix(
      'Here',
      places,
      (cell) => html`<td data-ours="${cell.row.at}" class="${shade(cell)}">${cell.ours.value}</td>`,
    )}</div>`;
}

/** Marks the diagonal. */
const shade = ({ at: [a, b] }: Cell): string => (a === b ? 'right' : '');

function matrix(caption: string, places: ReadonlyMap<string, Cell>, cellOf: (cell: Cell) => Markup): Markup {
  const classes = 1 + Math.max(...[...places.values()].flatMap(({ at }) => at.map(Number)));
  const all = Array.from({ length: classes }, (_, c) => c);
  return html`<table class="matrix"><caption>${caption}</caption><thead><tr><th></th>${all.map(
    (b) => html`<th scope="col">${b}</th>`,
  )}</tr></thead><tbody>${all.map(
    (a) =>
      html`<tr><th scope="row">${a}</th>${all.map((b) => {
        const cell = places.get(`${a} ${b}`);
        return cell ? cellOf(cell) : html`<td>–</td>`;
      })}</tr>`,
  )}</tbody></table>`;
}
