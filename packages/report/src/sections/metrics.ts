import { classification, confusion, labelRmse, type ClassScore } from '../analysis/confusion.js';
import { count, fixed, listed, percent, points } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { argmax } from './dataset.js';
import { table, type Context, type Section } from './section.js';

/** Scores on the three splits and the classification report. */
export function metricsSection({ experiment, names, published }: Context): Section {
  const { evaluation, test } = experiment;
  const report = classification(confusion(test, names.length));
  const scores = report.perClass.map((score) => score.f1);
  const [best, worst] = [argmax(scores), argmax(scores.map((f1) => -f1))];
  const gap = evaluation.train.accuracy - evaluation.test.accuracy;
  const rows = (['train', 'validation', 'test'] as const).map((name) => [
    name,
    count(experiment[name].rows),
    percent(evaluation[name].accuracy),
    fixed(evaluation[name].loss),
    fixed(labelRmse(experiment[name]), 3),
    [published[name]?.accuracy !== undefined && percent(published[name]?.accuracy), published[name]?.loss !== undefined && fixed(published[name]?.loss)].filter(Boolean).join(' / ') || '–',
  ]);
  return {
    id: 'metrics',
    title: 'Accuracy',
    lead: `${neverPredicted(experiment.test.predicted, names)}Of ${count(test.rows)} test images ${percent(evaluation.test.accuracy)} are classified right, ${gap >= 0 ? `${points(gap).slice(1) || '0'} points fewer` : `${points(gap).slice(1)} points more`} than training images; class ${names[best]} is recognised best (F1 ${fixed(scores[best], 3)}) and ${names[worst]} worst (${fixed(scores[worst], 3)}).`,
    body: html`${table('Scores of the kept weights, without dropout', ['split', 'images', 'accuracy', 'loss', 'label RMSE', 'published acc. / loss'], rows)}
<p class="note">Loss is the mean cross-entropy in nats; label RMSE treats classes as numbers.</p>
${reportTable('Classification report, test images', report, names)}
<details><summary>Classification report, training images</summary>${reportTable('Classification report, training images', classification(confusion(experiment.train, names.length)), names)}</details>`,
  };
}

function neverPredicted(predicted: Uint16Array, names: readonly string[]): string {
  const missing = names.filter((_, c) => !predicted.includes(c));
  return missing.length === 0 || missing.length === names.length ? '' : `The net never answers ${listed(missing)}. `;
}

function reportTable(caption: string, report: ReturnType<typeof classification>, names: readonly string[]): Markup {
  const line = (name: string, { precision, recall, f1, support }: ClassScore): string[] => [name, fixed(precision, 3), fixed(recall, 3), fixed(f1, 3), count(support)];
  const rows = [...report.perClass.map((score, i) => line(names[i] as string, score)), line('macro average', report.macro), line('weighted average', report.weighted)];
  return table(caption, ['class', 'precision', 'recall', 'F1', 'support'], rows, 'report');
}
