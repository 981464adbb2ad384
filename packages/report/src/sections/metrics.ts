import { largest } from '@layerwise/nets';
import { classification, confusion, labelRmse, type ClassScore } from '../analysis/confusion.js';
import { validatesOnTest } from '../data/experiment.js';
import { count, fixed, listed, percent, points, words } from '../page/format.js';
import { areNumbers } from '../page/names.js';
import { html, type Markup } from '../page/html.js';
import { table } from '../page/table.js';
import type { Chapter, Context, Section } from './section.js';

/** Scores on the three splits and the classification report. */
export const metricsChapter: Chapter = { id: 'metrics', order: 100, title: 'Accuracy', make: metricsSection };

function metricsSection({ experiment, names, published }: Context): Section {
  const { evaluation, test } = experiment;
  const report = classification(confusion(test, names.length));
  const scores = report.perClass.map((score) => score.f1);
  const [best, worst] = [largest(scores), largest(scores.map((f1) => -f1))];
  const gap = evaluation.train.accuracy - evaluation.test.accuracy;
  const rows = (['train', 'validation', 'test'] as const).map((name) => [
    name,
    count(experiment[name].rows),
    percent(evaluation[name].accuracy),
    fixed(evaluation[name].loss),
    ...(areNumbers(names) ? [fixed(labelRmse(experiment[name]), 3)] : []),
    [
      published[name]?.accuracy !== undefined && percent(published[name]?.accuracy),
      published[name]?.loss !== undefined && fixed(published[name]?.loss),
    ]
      .filter(Boolean)
      .join(' / ') || '–',
  ]);
  const rmse = areNumbers(names) ? ['label RMSE'] : [];
  const training = classification(confusion(experiment.train, names.length));
  return {
    lead:
      test.rows === 0
        ? untested(experiment)
        : words`${neverPredicted(experiment.test.predicted, names)}Of ${count(test.rows)} test images
          ${percent(evaluation.test.accuracy)} are classified right, ${beside(gap)}; class ${names[best]} is
          recognised best (F1 ${fixed(scores[best], 3)}) and ${names[worst]} worst (${fixed(scores[worst], 3)}).`,
    body: html`${table(SCORES, ['split', 'images', 'accuracy', 'loss', ...rmse, 'published'], rows, 'scores')}
      <p class="note">${validatesOnTest(experiment) && 'The validation images are the test images themselves. '}Loss is
      the mean cross-entropy in nats${areNumbers(names) && '; label RMSE treats classes as numbers'}.</p>
      ${test.rows > 0 && testReport(report, names)}
      <details><summary>${TRAINING}</summary>${reportTable(TRAINING, training, names)}</details>`,
  };
}

const SCORES = 'Scores of the kept weights, without dropout; published: accuracy / loss';
const TRAINING = 'Classification report, training images';

/** Rows of a classification report that stand open on the page. */
const MOST_ROWS = 40;

function testReport(report: ReturnType<typeof classification>, names: readonly string[]): Markup {
  const title = 'Classification report, test images';
  if (names.length <= MOST_ROWS) return reportTable(title, report, names);
  const worst = [...names.keys()]
    .filter((c) => (report.perClass[c]?.support ?? 0) > 0)
    .sort((a, b) => (report.perClass[a]?.f1 ?? 0) - (report.perClass[b]?.f1 ?? 0) || a - b)
    .slice(0, 15);
  const part = { ...report, perClass: worst.map((c) => report.perClass[c]) };
  return html`${reportTable(
    `${title}: the ${worst.length} classes with the lowest F1`,
    part,
    worst.map((c) => names[c]),
  )}<details><summary>All ${names.length} classes</summary>${reportTable(title, report, names)}</details>`;
}

/** `1.10 points fewer than of training images`. */
function beside(gap: number): string {
  if (!Number.isFinite(gap)) return 'with no training images to compare';
  return `${points(Math.abs(gap)).replace('+', '')} points ${gap >= 0 ? 'fewer' : 'more'} than of the training images`;
}

function untested({ evaluation, validation, train }: Context['experiment']): string {
  const [name, score, rows] =
    validation.rows > 0
      ? (['validation', evaluation.validation, validation.rows] as const)
      : (['training', evaluation.train, train.rows] as const);
  return `There are no test images; of ${count(rows)} ${name} images ${percent(score.accuracy)} are classified right.`;
}

function neverPredicted(predicted: Uint16Array, names: readonly string[]): string {
  const missing = names.filter((_, c) => !predicted.includes(c));
  return missing.length === 0 || missing.length === names.length
    ? ''
    : `The net never answers ${missing.length > 12 ? `${missing.length} of the ${names.length} classes` : listed(missing)}. `;
}

function reportTable(caption: string, report: ReturnType<typeof classification>, names: readonly string[]): Markup {
  const line = (name: string, { precision, recall, f1, support }: ClassScore): string[] => [
    name,
    fixed(precision, 3),
    fixed(recall, 3),
    fixed(f1, 3),
    count(support),
  ];
  const rows = [
    ...report.perClass.map((score, i) => line(names[i], score)),
    line('macro average', report.macro),
    line('weighted average', report.weighted),
  ];
  return table(caption, ['class', 'precision', 'recall', 'F1', 'support'], rows, 'report');
}
