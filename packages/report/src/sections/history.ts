import { numbers } from '../data/experiment.js';
import { historyDrawing } from '../figures/history.js';
import { draw } from '../figures/vega.js';
import { fixed, percent, plural } from '../page/format.js';
import { html } from '../page/html.js';
import { figureBlock, row, table, type Context, type Section } from './section.js';

/** Columns of the history and their headings. */
const COLUMNS = [['loss', 'loss'], ['accuracy', 'accuracy'], ['cleanLoss', 'loss, no dropout'], ['cleanAccuracy', 'accuracy, no dropout'], ['valLoss', 'val. loss'], ['valAccuracy', 'val. accuracy'], ['testLoss', 'test loss'], ['testAccuracy', 'test accuracy']] as const;

/** Loss and accuracy by epoch, on training and validation rows. */
export async function historySection({ experiment: { history, evaluation, validation }, shelf }: Context): Promise<Section> {
  const columns = Object.fromEntries(Object.entries(history).map(([name, column]) => [name, numbers(column.values)]));
  const at = (name: string, epoch: number): number | undefined => columns[name]?.[epoch - 1];
  const { epochs, bestEpoch, stoppedEarly } = evaluation;
  const lead = validation.rows === 0 ? `There are no validation images; in ${plural(epochs, 'epoch')} training loss went from ${fixed(at('loss', 1))} to ${fixed(at('loss', epochs))} and training accuracy from ${percent(at('accuracy', 1))} to ${percent(at('accuracy', epochs))}.` : `Validation loss ${bestEpoch === epochs ? 'was lowest in the last epoch' : `was lowest at epoch ${bestEpoch}`} (${fixed(at('valLoss', bestEpoch))}, accuracy ${percent(at('valAccuracy', bestEpoch))}); after ${plural(epochs, 'epoch')}${stoppedEarly ? ', stopped early,' : ''} it was ${fixed(at('valLoss', epochs))} while training loss had gone from ${fixed(at('loss', 1))} to ${fixed(at('loss', epochs))}.`;
  const alt = (measure: string): string => `Line chart of ${measure} by epoch. ${lead}`;
  const loss = shelf.add(await draw(historyDrawing(history, 'loss', bestEpoch, alt('loss'))));
  const accuracy = shelf.add(await draw(historyDrawing(history, 'accuracy', bestEpoch, alt('accuracy'))));
  const clean = columns['cleanLoss'] ? 'All are evaluated after the epoch without dropout.' : 'Training figures are means over the epoch while the weights still moved, with dropout where the net has it; so they can lie below validation.';
  const shown = COLUMNS.filter(([name]) => columns[name]?.some(Number.isFinite));
  const rows = (columns['epoch'] ?? []).map((epoch) => [epoch === bestEpoch ? `${epoch} ◂ kept` : epoch, ...shown.map(([name]) => (/accuracy/i.test(name) ? percent(at(name, epoch)) : fixed(at(name, epoch))))]);
  return {
    id: 'history',
    title: 'Training',
    lead,
    body: html`${row(figureBlock(loss, html`Dashed: the epoch whose weights are kept. ${clean}`), figureBlock(accuracy, html`Share of images classified right.`))}<details><summary>Every epoch as a table</summary>${table('History', ['epoch', ...shown.map(([, title]) => title)], rows)}</details>`,
  };
}
