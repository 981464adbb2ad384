import { numbers } from '../data/experiment.js';
import { historyDrawing } from '../figures/history.js';
import { draw } from '../figures/vega.js';
import { fixed, percent, plural, words } from '../page/format.js';
import { html } from '../page/html.js';
import { marker } from '../page/page.js';
import { table } from '../page/table.js';
import { figureBlock, row } from './blocks.js';
import type { Chapter, Context, Section } from './section.js';

/** Columns of the history and their headings. */
const COLUMNS = [
  ['loss', 'loss'],
  ['accuracy', 'accuracy'],
  ['cleanLoss', 'loss, no dropout'],
  ['cleanAccuracy', 'accuracy, no dropout'],
  ['valLoss', 'val. loss'],
  ['valAccuracy', 'val. accuracy'],
  ['cleanValLoss', 'val. loss, no penalty'],
  ['testLoss', 'test loss'],
  ['testAccuracy', 'test accuracy'],
] as const;

/** Columns that fit the width of a phone beside each other. */
const MOST_COLUMNS = 5;

/** Loss and accuracy by epoch, on training and validation rows. */
export const historyChapter: Chapter = { id: 'history', order: 200, title: 'Training', make: historySection };

async function historySection({
  experiment: { history, evaluation, validation },
  shelf,
  hands,
}: Context): Promise<Section> {
  const columns = Object.fromEntries(Object.entries(history).map(([name, column]) => [name, numbers(column.values)]));
  const at = (name: string, epoch: number): number | undefined => columns[name]?.[epoch - 1];
  const { epochs, bestEpoch, stoppedEarly } = evaluation;
  /** As the figures show it: without dropout and penalty where the history has that. */
  const shown = (name: string, epoch: number): number | undefined =>
    at(`clean${name[0]?.toUpperCase()}${name.slice(1)}`, epoch) ?? at(name, epoch);
  const lowest = Array.from({ length: epochs }, (_, e) => e + 1).reduce(
    (best, epoch) => ((shown('valLoss', epoch) ?? NaN) < (shown('valLoss', best) ?? NaN) ? epoch : best),
    1,
  );
  const stopped = stoppedEarly ? ', where training stopped early' : '';
  const kept = bestEpoch === lowest ? '' : `; the weights of epoch ${bestEpoch} are kept`;
  const atEnd = lowest === epochs ? '' : `; at the end it was ${fixed(shown('valLoss', epochs))}`;
  const lead =
    validation.rows === 0
      ? words`There are no validation images; in ${plural(epochs, 'epoch')} training loss went from
        ${fixed(at('loss', 1))} to ${fixed(at('loss', epochs))} and training accuracy from
        ${percent(at('accuracy', 1))} to ${percent(at('accuracy', epochs))}.`
      : words`Validation loss was lowest at epoch ${lowest} of ${epochs}${stopped}
        (${fixed(shown('valLoss', lowest))}, accuracy ${percent(shown('valAccuracy', lowest))})${kept}${atEnd}
        while training loss ${lowest === epochs ? 'went' : 'had gone'} from ${fixed(shown('loss', 1))} to
        ${fixed(shown('loss', epochs))}.`;
  const alt = (measure: string): string => `Line chart of ${measure} by epoch. ${lead}`;
  const [loss, accuracy] = await Promise.all(
    (['loss', 'accuracy'] as const).map((measure) =>
      draw(historyDrawing(history, measure, bestEpoch, alt(measure)), hands),
    ),
  );
  shelf.add(loss);
  shelf.add(accuracy);
  const clean = columns['cleanLoss']
    ? 'All are evaluated after the epoch without dropout.'
    : words`Training figures are means over the epoch while the weights still moved, with dropout where the net has
      it; so they can lie below validation.`;
  const listed = COLUMNS.filter(([name]) => columns[name]?.some(Number.isFinite));
  const rows = (columns['epoch'] ?? []).map((epoch) => [
    epoch === bestEpoch ? `${epoch} ◂ kept` : epoch,
    ...listed.map(([name]) => (/accuracy/i.test(name) ? percent(at(name, epoch)) : fixed(at(name, epoch)))),
  ]);
  return {
    lead,
    body: html`${row(
      figureBlock(
        loss,
        html`Dashed: the epoch whose weights are kept.
      ${clean}`,
      ),
      figureBlock(accuracy, html`Share of images classified right.`),
    )}${marker('sources')}<details><summary>Every epoch as a
      table</summary>
      ${table('History', ['epoch', ...listed.map(([, title]) => title)], rows, listed.length > MOST_COLUMNS ? 'stack' : '')}</details>
      `,
  };
}
