import type { SourceRow } from '@layerwise/contracts';
import { count, fixed, percent, plural, words } from '../page/format.js';
import { html, type Content, type Markup } from '../page/html.js';
import { chapter } from '../page/page.js';
import type { ComparedExperiment } from './compared.js';
import type { MeasuredExperiment } from './measured.js';
import { answerClaim } from './source-answers.js';
import { sourceCurves } from './source-curves.js';
import { answer, type Beside, type Listed } from './source-rules.js';

/** What the source of a study prints, and what was measured here. */
export interface SourceFigures {
  readonly rows: readonly SourceRow[];
  /** Experiments that are built. */
  readonly experiments: readonly MeasuredExperiment[];
}

type Answered = Beside | Listed;

/** A row of a grid: where it stands in it. */
interface Cell extends Beside {
  readonly at: readonly string[];
}

const hasOurs = (answered: Answered): answered is Beside => 'ours' in answered;
const isSaid = ({ metric }: SourceRow): boolean => metric === 'claim' || metric === 'recommendation';

/**
 * The chapter of a study's page that sets each figure of the source beside ours: each row of the file stands in an element with
 * `data-source` (its line in the file), ours in one with `data-ours` (the same line).
 */
export function sourceChapter({ rows, experiments }: SourceFigures, compared: readonly ComparedExperiment[]): Markup {
  const answered = rows.filter((row) => !isSaid(row)).map((row) => answer(row, experimentOf(row, experiments)));
  const said = rows.filter(isSaid);
  const names = [...new Set(answered.map(({ row }) => row.experiment))];
  const body = html`${said.length > 0 && claims(said, experiments, compared)}${names.map((name) =>
    experimentFold(
      name,
      answered.filter(({ row }) => row.experiment === name),
      experiments.find((one) => one.name === name),
    ),
  )}`;
  return chapter('sources', 'What the source prints, and what is measured here', leadOf(answered, experiments), body);
}

/** Rows of the data set are answered by any experiment that holds all its images. */
function experimentOf({ experiment }: SourceRow, all: readonly MeasuredExperiment[]): MeasuredExperiment | undefined {
  return experiment === 'dataset' ? all[0] : all.find(({ name }) => name === experiment);
}

/** A share of ours counts as near the source's within so many percentage points. */
const NEAR = 1;

/** How far a share of ours lies above the source's, in percentage points; undefined for what is no share. */
function pointsApart({ row, ours: { value } }: Beside): number | undefined {
  const isShare = row.unit === 'fraction' || row.unit === '%';
  if (!isShare || typeof value !== 'number' || !Number.isFinite(Number(row.value))) return undefined;
  return (value - Number(row.value)) * (row.unit === '%' ? 1 : 100);
}

/** `12 of 14 shares within 1 point`; empty without shares. */
function nearText(beside: readonly Beside[]): string {
  const apart = beside.flatMap((one) => pointsApart(one) ?? []);
  // A share printed to four decimals that differs by just a point is within it.
  const near = apart.filter((points) => Math.abs(points) <= NEAR + 1e-9);
  return apart.length === 0 ? '' : `${count(near.length)} of ${plural(apart.length, 'share')} within ${NEAR} point`;
}

function leadOf(answered: readonly Answered[], experiments: readonly MeasuredExperiment[]): string {
  const beside = answered.filter(hasOurs);
  const tests = beside.flatMap((one) => {
    const difference = one.row.rows?.part === 'test' && one.row.metric === 'accuracy' ? pointsApart(one) : undefined;
    return difference === undefined ? [] : [{ name: one.row.experiment, difference }];
  });
  const farthest = tests.reduce<(typeof tests)[number] | undefined>(
    (far, one) => (far && Math.abs(far.difference) >= Math.abs(one.difference) ? far : one),
    undefined,
  );
  const spread = farthest
    ? words` Of ${plural(tests.length, 'test accuracy', 'test accuracies')} that of ${farthest.name} differs
        most: ${signed(farthest.difference, 2)} points.`
    : '';
  const near = nearText(beside);
  const shares = near === '' ? '' : `${near} of the source (accuracy, precision, recall, F1, explained variance). `;
  const several = experiments.some(({ seeds }) => seeds)
    ? ' Ours are of the first seed; below accuracy and loss stands the range over all seeds.'
    : '';
  return words`${shares}${count(beside.length)} of ${plural(answered.length, 'line')} of the source's figures and notes stand
    beside a figure of ours, of the same images unless others are named; the rest are listed with the
    reason.${spread}${several}`;
}

/** The source's claims and its recommendation, each with what was measured. */
function claims(
  rows: readonly SourceRow[],
  experiments: readonly MeasuredExperiment[],
  compared: readonly ComparedExperiment[],
): Markup {
  const item = (row: SourceRow): Markup =>
    html`<li><span data-source="${row.at}">${row.experiment !== 'all' && `${row.experiment}: `}${row.value}.${
      row.note && ` (${row.note})`
    } <small>line ${row.line}</small></span><br><b>Measured:</b> <span data-ours="${row.at}">${answerClaim(
      row.answer,
      experiments,
      compared,
    )}</span></li>`;
  const isAdvice = ({ metric }: SourceRow): boolean => metric === 'recommendation';
  const [advice, claimed] = [rows.filter(isAdvice), rows.filter((row) => !isAdvice(row))];
  return html`${
    advice.length > 0 &&
    html`<div class="recommend"><p><strong>The source recommends</strong></p><ul>${advice.map(item)}</ul></div>`
  }${
    claimed.length > 0 &&
    html`<details id="sources-claims"><summary>${plural(claimed.length, 'claim')} of the source, each with what was
    measured</summary><ul>${claimed.map(item)}</ul></details>`
  }`;
}

function experimentFold(
  name: string,
  answered: readonly Answered[],
  experiment: MeasuredExperiment | undefined,
): Markup {
  const notes = new Notes(`sources-${name}`);
  const beside = answered.filter(hasOurs);
  const rest = answered.filter((one) => !hasOurs(one)) as Listed[];
  const cells = gridOf(beside, /^confusion_(\d+)_as_(\d+)$/);
  const scores = gridOf(beside, /^(precision|recall|f1|support)_(class_\d+|macro|weighted)$/);
  const epochs = gridOf(beside, /^epoch(\d+)_(loss|accuracy|val_loss|val_accuracy)$/);
  const ranges = gridOf(beside, /^activation_node_0_(min|max)_(class_\d+)$/);
  const taken = new Set([...cells, ...scores, ...epochs, ...ranges].map(({ row }) => row));
  const single = beside.filter(({ row }) => !taken.has(row));
  const parts = [
    single.length > 0 && figureTable(single, notes),
    bySet(epochs).map((set) => epochTable(set, experiment, notes)),
    bySet(scores).map((set) => scoreTable(set, notes)),
    bySet(ranges).map((set) => rangeTable(set, notes)),
    bySet(cells).map((set) => matrices(set, notes)),
    rest.length > 0 && reasons(rest, notes),
  ];
  const near = nearText(beside);
  return html`<details id="sources-${name}"><summary>${name}: ${near && `${near}; `}${plural(beside.length, 'figure')}
    beside ours${rest.length > 0 && `, ${rest.length} listed`}</summary>${parts}${notes.list()}</details>`;
}

/** Notes on figures, each said once and pointed at by its number. */
class Notes {
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

function gridOf(beside: readonly Beside[], pattern: RegExp): Cell[] {
  return beside.flatMap((one) => {
    const found = pattern.exec(one.row.metric);
    return found ? [{ ...one, at: found.slice(1) }] : [];
  });
}

/** Cells of one run over the same images; a cell that the source prints again stands in a set of its own. */
function bySet(cells: readonly Cell[]): Cell[][] {
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

const rowsName = ({ rows }: SourceRow): string => (rows ? `${rows.part}${rows.count}` : '');

/** `train55000` as `55,000 training images`. */
function imagesOf(name: string): string {
  const [, part = '', n = ''] = /^([a-z]+)(\d+)$/.exec(name) ?? [];
  const kind = { train: 'training', held: 'held-out training' }[part] ?? part;
  return name === '' ? '' : `${count(Number(n))} ${kind} images`;
}

/** Of what run and images a set is; and ours, where they are others. */
function captionOf([first, ...others]: readonly Cell[]): string {
  const { row } = first;
  const own = [first, ...others].find(({ ours }) => ours.rows !== undefined)?.ours.rows;
  return `run ${row.run} of the source, ${imagesOf(rowsName(row))}${own === undefined ? '' : `; ours of ${imagesOf(own)}`}`;
}

const decimalsOf = (value: string): number => /\.(\d+)$/.exec(value)?.[1].length ?? 0;

/** A figure of the source: of a long one four decimals are shown. */
function theirs({ value }: SourceRow): Content {
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

const signed = (value: number, digits: number): string => {
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

function figureTable(rows: readonly Beside[], notes: Notes): Markup {
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

function epochTable(cells: readonly Cell[], experiment: MeasuredExperiment | undefined, notes: Notes): Markup {
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

function scoreTable(cells: readonly Cell[], notes: Notes): Markup {
  return paired(`Classes: ${captionOf(cells)}`, 'class', cells, ({ at: [name, of] }) => [of, name], notes);
}

function rangeTable(cells: readonly Cell[], notes: Notes): Markup {
  return paired(`First node: ${captionOf(cells)}`, 'true class', cells, ({ at: [end, of] }) => [of, end], notes);
}

/** Two confusion matrices beside each other; and what differs most. */
function matrices(cells: readonly Cell[], notes: Notes): Markup {
  const classes = 1 + Math.max(...cells.flatMap(({ at }) => at.map(Number)));
  const all = Array.from({ length: classes }, (_, c) => c);
  const places = new Map(cells.map((cell) => [cell.at.join(' '), cell]));
  const marks = [...new Set(cells.map(({ row }) => row))];
  const one = (caption: string, cellOf: (cell: Cell) => Markup): Markup =>
    grid(
      caption,
      ['true', ...all.map((c) => `as ${c}`)],
      all.map(
        (a) =>
          html`<th scope="row">${a}</th>${all.map((b) => {
            const cell = places.get(`${a} ${b}`);
            return cell ? cellOf(cell) : html`<td>–</td>`;
          })}`,
      ),
    );
  const noted = new Map(marks.map((row) => [row.note, row]));
  const images = cells.map((cell) => ({ ...cell, more: Number(cell.ours.value) - Number(cell.row.value) }));
  const right = (value: (cell: Cell) => number): number =>
    cells.filter(({ at: [a, b] }) => a === b).reduce((sum, cell) => sum + value(cell), 0);
  const most = images
    .filter(({ at: [a, b], row }) => a !== b && Number.isFinite(Number(row.value)))
    .sort((a, b) => Math.abs(b.more) - Math.abs(a.more))
    .slice(0, 3)
    .map(({ at: [a, b], row, ours }) => `${a} told as ${b} ${row.value} and ${String(ours.value)}`);
  const total = cells.reduce((sum, { row }) => sum + Number(row.value), 0);
  return html`<p>Confusions, ${captionOf(cells)}: right ${count(right(({ row }) => Number(row.value)))} of
    ${count(total)} (${percent(right(({ row }) => Number(row.value)) / total)}) in the source,
    ${count(right(({ ours }) => Number(ours.value)))} here. Mistakes that differ most, source and here:
    ${most.join('; ')}.${[...noted.values()].map((row) => notes.mark(row))}</p><div class="row">${one(
      'Source',
      ({ row }) => html`<td data-source="${row.at}">${row.value}</td>`,
    )}${one('Here', ownCell)}</div>`;
}

function reasons(rest: readonly Listed[], notes: Notes): Markup {
  const kinds = [...new Set(rest.map(({ reason }) => reason))];
  const item = ({ row }: Answered): Markup =>
    html`<li data-source="${row.at}">${row.metric === 'defect' ? '' : `${row.metric.replaceAll('_', ' ')} `}${theirs(row)}${notes.mark(row)}
      <small>${row.rows ? `${imagesOf(rowsName(row))}, ` : ''}line ${row.line}</small></li>`;
  return html`<p>Without a figure of ours:</p><ul>${kinds.map(
    (kind) => html`<li>${kind}: <ul>${rest.filter(({ reason }) => reason === kind).map(item)}</ul></li>`,
  )}</ul>`;
}
