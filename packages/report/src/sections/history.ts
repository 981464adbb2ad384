import { numbers } from '../data/experiment.js';
import { historyDrawing } from '../figures/history.js';
import { draw } from '../figures/vega.js';
import { fixed, percent, plural } from '../page/format.js';
import { html } from '../page/html.js';
import { figureBlock, row, table, type Context, type Section } from './section.js';

/** Loss and accuracy by epoch, on training and validation rows. */
export async function historySection({ experiment: { history, evaluation }, shelf }: Context): Promise<Section> {
  const columns = Object.fromEntries(Object.entries(history).map(([name, column]) => [name, numbers(column.values)]));
  const at = (name: string, epoch: number): number | undefined => columns[name]?.[epoch - 1];
  const { epochs, bestEpoch, stoppedEarly } = evaluation;
  const lead = `Validation loss ${bestEpoch === epochs ? 'was lowest in the last epoch' : `was lowest at epoch ${bestEpoch}`} (${fixed(at('valLoss', bestEpoch))}, accuracy ${percent(at('valAccuracy', bestEpoch))}); after ${plural(epochs, 'epoch')}${stoppedEarly ? ', stopped early,' : ''} it was ${fixed(at('valLoss', epochs))} while training loss had gone from ${fixed(at('loss', 1))} to ${fixed(at('loss', epochs))}.`;
  const alt = (measure: string): string => `Line chart of ${measure} by epoch on training and validation rows. ${lead}`;
  const loss = shelf.add(await draw(historyDrawing(history, 'loss', bestEpoch, alt('loss'))));
  const accuracy = shelf.add(await draw(historyDrawing(history, 'accuracy', bestEpoch, alt('accuracy'))));
  const clean = columns['cleanLoss'] ? 'Both are evaluated after the epoch without dropout.' : 'Training figures are means over the epoch while the weights still moved, with dropout where the net has it; so they can lie below validation.';
  const rows = (columns['epoch'] ?? []).map((epoch) => [epoch === bestEpoch ? `${epoch} ◂ kept` : epoch, fixed(at('loss', epoch)), percent(at('accuracy', epoch)), fixed(at('valLoss', epoch)), percent(at('valAccuracy', epoch))]);
  return {
    id: 'history',
    title: 'Training',
    lead,
    body: html`${row(figureBlock(loss, html`Dashed: the epoch whose weights are kept. ${clean}`), figureBlock(accuracy, html`Share of images classified right.`))}<details><summary>Every epoch as a table</summary>${table('History', ['epoch', 'loss', 'accuracy', 'val. loss', 'val. accuracy'], rows)}</details>`,
  };
}
