import type { SourceRow } from '@layerwise/contracts';
import { count, plural, words } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { chapter } from '../page/page.js';
import type { ComparedExperiment } from './compared.js';
import type { MeasuredExperiment } from './measured.js';
import { answerClaim } from './source-answers.js';
import { answer, type Beside, type Listed } from './source-rules.js';
import {
  bySet,
  epochTable,
  figureTable,
  gridOf,
  imagesOf,
  matrices,
  Notes,
  rangeTable,
  rowsName,
  scoreTable,
  signed,
  theirs,
} from './source-tables.js';

/** What the source of a study prints, and what was measured here. */
export interface SourceFigures {
  readonly rows: readonly SourceRow[];
  /** Experiments that are built and whose reports state what was measured. */
  readonly experiments: readonly MeasuredExperiment[];
  /** Names of those whose reports, of another package, do not. */
  readonly unstated?: readonly string[];
}

type Answered = Beside | Listed;

const hasOurs = (answered: Answered): answered is Beside => 'ours' in answered;
const isSaid = ({ metric }: SourceRow): boolean => metric === 'claim' || metric === 'recommendation';

/**
 * The chapter of a study's page that sets each figure of the source beside ours: each row of the file stands in an element with
 * `data-source` (its line in the file), ours in one with `data-ours` (the same line).
 */
export function sourceChapter(
  { rows, experiments, unstated = [] }: SourceFigures,
  compared: readonly ComparedExperiment[],
): Markup {
  const answered = rows
    .filter((row) => !isSaid(row))
    .map((row) => answer(row, experimentOf(row, experiments) ?? absence(row, unstated)));
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

/** Why there is nothing of an experiment. */
function absence({ experiment }: SourceRow, unstated: readonly string[]): string {
  if (experiment === 'dataset' || experiment === 'all') return 'of no single experiment that has been run';
  return unstated.includes(experiment)
    ? 'its report does not state what was measured (measured.json)'
    : 'the experiment has not been run';
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
    ? words` ${tests.length > 1 ? `Of ${tests.length} test accuracies that` : 'The test accuracy'} of ${farthest.name}
        differs${tests.length > 1 ? ' most' : ''}: ours lies ${signed(farthest.difference, 2)} points from the source's.`
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

function reasons(rest: readonly Listed[], notes: Notes): Markup {
  const kinds = [...new Set(rest.map(({ reason }) => reason))];
  const item = ({ row }: Answered): Markup => {
    const images = row.rows ? `${imagesOf(rowsName(row))}, ` : '';
    const name = row.metric === 'defect' ? '' : `${row.metric.replaceAll('_', ' ')}: `;
    return html`<li data-source="${row.at}">${name}${theirs(row)}${notes.mark(row)}${' '}<small>(${images}line
      ${row.line})</small></li>`;
  };
  return html`<p>Without a figure of ours:</p><ul>${kinds.map(
    (kind) => html`<li>${kind}: <ul>${rest.filter(({ reason }) => reason === kind).map(item)}</ul></li>`,
  )}</ul>`;
}
