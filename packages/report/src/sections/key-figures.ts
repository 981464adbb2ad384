import { labelRmse } from '../analysis/confusion.js';
import { costOf } from '../data/cost.js';
import { count, fixed, percent, points } from '../page/format.js';
import { areNumbers } from '../page/names.js';
import { html, type Content, type Markup } from '../page/html.js';
import type { Context } from './section.js';

/** The numbers a reader looks for first, with published ones beside them. */
export function keyFigures({ experiment, published, names }: Context): Markup {
  const { evaluation, test } = experiment;
  const projected = costOf(experiment).numbers - evaluation.params;
  const gap = evaluation.train.accuracy - evaluation.test.accuracy;
  const tiles = [
    tile('Test accuracy', percent(evaluation.test.accuracy), beside(published.test?.accuracy, percent), 'main'),
    tile(
      'Validation accuracy',
      percent(evaluation.validation.accuracy),
      beside(published.validation?.accuracy, percent),
    ),
    tile('Training accuracy', percent(evaluation.train.accuracy), beside(published.train?.accuracy, percent)),
    tile('Gap, training − test', points(gap), 'percentage points'),
    tile('Test loss', fixed(evaluation.test.loss), beside(published.test?.loss, (n) => fixed(n)) ?? 'nats'),
    areNumbers(names)
      ? tile(
          'Label RMSE, test',
          fixed(labelRmse(test), 3),
          beside(published.test?.labelRmse, (n) => fixed(n, 3)),
        )
      : tile('Classes', count(names.length), `the first ${names[0]}`),
    tile(
      'Parameters',
      count(evaluation.params),
      `${count(evaluation.features)} inputs${projected > 0 ? `, and ${count(projected)} numbers of their projection` : ''}`,
    ),
    tile(
      'Epoch kept',
      count(evaluation.bestEpoch),
      `of ${count(evaluation.epochs)}${evaluation.stoppedEarly ? ', stopped early' : ''}`,
    ),
  ];
  return html`<dl class="tiles">${tiles}</dl>`;
}

function beside(value: number | undefined, show: (value: number) => string): string | undefined {
  return value === undefined ? undefined : `published ${show(value)}`;
}

function tile(name: string, value: string, note: Content, className = ''): Markup {
  return html`<div class="tile ${className}"><dt>${name}</dt><dd>${value}${note && html`<small>${note}</small>`}</dd></div>`;
}
