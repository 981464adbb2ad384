import { largest } from '@layerwise/nets';
import { ints, texts } from '../figures/columns.js';
import { inkImage, markedSheet } from '../figures/digits.js';
import { importanceDrawing } from '../figures/importances.js';
import { picture } from '../figures/picture.js';
import { draw } from '../figures/vega.js';
import { count, percent, plural, words } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { withArticle } from '../page/names.js';
import { table } from '../page/table.js';
import { figureBlock, pictureBlock, pixelImage, row } from './blocks.js';
import type { Chapter, Context, Section } from './section.js';

/** How a forest ranked the pixels and which it chose. */
export const importancesChapter: Chapter = {
  id: 'importances',
  order: 700,
  title: 'Pixel importances',
  make: importancesSection,
};

async function importancesSection({ experiment, shelf, names, hands }: Context): Promise<Section | undefined> {
  const { importances, images, features } = experiment;
  if (!importances || importances.importance.length !== images.width * images.height) return undefined;
  const { importance, selected, forest } = importances;
  const chosen = importance.filter((_, i) => selected[i]).reduce((a, b) => a + b, 0);
  const best = largest(importance);
  const n = selected.filter(Boolean).length;
  const unused = importance.filter((value) => value === 0).length;
  const lead = words`The ${plural(n, 'chosen pixel')} of ${count(importance.length)} carry ${percent(chosen, 1)} of
    ${forest ? "the forest's importance" : 'all importance'}; pixel ${best} (row ${Math.floor(best / images.width)},
    column ${best % images.width}) is the most important with ${percent(importance[best])}, and ${count(unused)}
    pixels have none.`;
  const figure = shelf.add(
    await draw(importanceDrawing(importance, selected, images.width, `Heat map of pixel importances. ${lead}`), hands),
  );
  const facts =
    forest &&
    table(
      'The forest',
      ['figure', 'value'],
      [
        ['trees', count(forest.trees)],
        ['out-of-bag accuracy', share(forest.outOfBagAccuracy)],
        ['validation accuracy', share(forest.validationAccuracy)],
        ['test accuracy', share(forest.testAccuracy)],
        ['nodes', count(forest.nodes)],
        ['greatest depth', count(forest.maxDepth)],
      ],
      'narrow',
    );
  return {
    ...(features.origin === 'selected' && { title: 'Chosen pixels' }),
    lead,
    body: html`${row(
      figureBlock(
        figure,
        `${forest ? 'Mean decrease in impurity' : 'Importance by the rule of the reduction'}, normalised to sum to 1; outlined: the chosen pixels.`,
      ),
      html`<div>
      <h3>The chosen pixels over digits</h3>${overDigits({ experiment, names, shelf })}${facts}</div>`,
    )}`,
  };
}

const share = (accuracy: number | null): string => (accuracy === null ? 'no rows' : percent(accuracy));

/** Classes that are shown by an image. */
const MOST_SHOWN = 20;

/** Images in a row of the file. */
const COLUMNS = 5;

function overDigits({
  experiment: { images, importances },
  names,
  shelf,
}: Pick<Context, 'experiment' | 'names' | 'shelf'>): Markup {
  const { width, height, train } = images;
  const selected = importances?.selected ?? [];
  const squares = selected.map((is, i) => (is ? `M${i % width},${Math.floor(i / width)}h1v1h-1z` : '')).join('');
  const shown = names.slice(0, MOST_SHOWN).flatMap((name, c) => {
    const first = train.label.indexOf(c);
    return first < 0 ? [] : [{ name, id: train.id[first], pixels: train.of(first) }];
  });
  const items = shown.map(
    ({ name, pixels }) =>
      html`<li><span class="over">
        ${pixelImage(inkImage(pixels, width, height), `${withArticle(name)} with the chosen pixels marked`)}
        <svg viewBox="0 0 ${width} ${height}" aria-hidden="true"><path d="${squares}"/></svg></span>
        <span>${name}</span></li>`,
  );
  const chosen = Array.from(selected.keys()).filter((p) => selected[p]);
  const data = {
    id: ints(shown.flatMap(({ id }) => chosen.map(() => id))),
    class: texts(shown.flatMap(({ name }) => chosen.map(() => name))),
    pixel: ints(shown.flatMap(() => chosen)),
    value: ints(shown.flatMap(({ pixels }) => chosen.map((p) => pixels[p]))),
  };
  const sheet = markedSheet(
    shown.map(({ pixels }) => pixels),
    selected,
    width,
    height,
    COLUMNS,
    2,
  );
  return pictureBlock(
    shelf.addPicture(picture('chosen-pixels', 'The chosen pixels over digits', sheet, data)),
    html`<ol class="digits large">${items}</ol>`,
    'The first training image of each class; orange: the chosen pixels.',
  );
}
