import { mistakes } from '../analysis/errors.js';
import { ints, reals, texts } from '../figures/columns.js';
import { inkSheet } from '../figures/digits.js';
import { picture } from '../figures/picture.js';
import { count, percent, plural, words } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { withArticle } from '../page/names.js';
import { inkedImage, pictureBlock } from './blocks.js';
import type { Chapter, Context, Section } from './section.js';

const SHOWN = 24;
/** Images in a row of the file. */
const COLUMNS = 8;

/** The wrong predictions the net was surest of. */
export const errorsChapter: Chapter = { id: 'errors', order: 400, title: 'Worst errors', make: errorsSection };

function errorsSection({ experiment: { test, images }, names, shelf }: Context): Section | undefined {
  const ranked = mistakes(test, names.length);
  const worst = ranked[0];
  if (!worst) return undefined;
  const sure = ranked.filter((mistake) => mistake.probability >= 0.99).length;
  const items = ranked.slice(0, SHOWN).map(({ id, label, predicted, probability, trueProbability }): Markup => {
    const pixels = images.shown.at('test', id);
    const alt = `test image ${id}: ${withArticle(names[label])}, taken for ${names[predicted]}`;
    return html`<li>${pixels && inkedImage(pixels, images.shown, alt)}
      <span><b>${names[label]}</b> → ${names[predicted]}</span>
      <small>${percent(probability, 1)} / ${percent(trueProbability, 1)}</small></li>`;
  });
  const shown = ranked.slice(0, SHOWN);
  const data = {
    id: ints(shown.map(({ id }) => id)),
    true: texts(shown.map(({ label }) => names[label])),
    predicted: texts(shown.map(({ predicted }) => names[predicted])),
    probability: reals(shown.map(({ probability }) => probability)),
    trueProbability: reals(shown.map(({ trueProbability }) => trueProbability)),
  };
  const sheet = inkSheet(
    shown.map(({ id }) => images.shown.at('test', id)),
    images.shown.width,
    images.shown.height,
    COLUMNS,
    2,
  );
  const kept = shelf.addPicture(
    picture('worst-errors', 'Test images that are classified wrong, the surest first', sheet, data),
  );
  return {
    lead: words`${plural(ranked.length, 'test image')} ${ranked.length === 1 ? 'is' : 'are'} classified wrong,
      ${sure === 0 ? 'none' : count(sure)} of them with a probability of 99% or more; the net is surest that test
      image ${worst.id}, ${withArticle(names[worst.label])}, is ${withArticle(names[worst.predicted])}
      (${percent(worst.probability, 1)}).`,
    body: pictureBlock(
      kept,
      html`<ol class="digits errors">${items}</ol>`,
      words`Ranked by probability of the predicted class minus probability of the true class. Under each image: true
        → predicted, and the two probabilities.`,
    ),
  };
}
