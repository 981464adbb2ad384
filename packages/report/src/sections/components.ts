import type { IndexedImage } from '@layerwise/images/indexed-png';
import { ints, reals } from '../figures/columns.js';
import { signedPixels, together } from '../figures/digits.js';
import { picture } from '../figures/picture.js';
import { varianceDrawing } from '../figures/bars.js';
import { draw } from '../figures/vega.js';
import { count, percent, plural, words } from '../page/format.js';
import { html } from '../page/html.js';
import { figureBlock, pictureBlock, pixelImage, row } from './blocks.js';
import type { Chapter, Context, Section } from './section.js';

const SHOWN = 20;
/** Images in a row of the file. */
const COLUMNS = 5;

/** The principal components the net sees: as images, and how much variance they keep. */
export const componentsChapter: Chapter = {
  id: 'components',
  order: 800,
  title: 'Principal components',
  make: componentsSection,
};

async function componentsSection({ experiment, shelf, hands }: Context): Promise<Section | undefined> {
  const { components, images, features } = experiment;
  const size = images.width * images.height;
  if (!components || components.rows === 0 || components.component.length !== components.rows * size) return undefined;
  const ratios = components.spectrum ?? Array.from(components.ratio);
  let half = 0;
  for (let sum = 0; half < ratios.length && sum < 0.5; half++) sum += ratios[half];
  const lead = words`${plural(components.rows, 'component')} of ${count(ratios.length)} keep
    ${percent(features.explained ?? components.ratio.reduce((a, b) => a + b, 0), 2)} of the variance of the pixels;
    the first explains ${percent(components.ratio[0], 1)}, and ${half} are enough for half of it.`;
  const figure = shelf.add(
    await draw(varianceDrawing(ratios, components.rows, `Line chart of cumulative explained variance. ${lead}`), hands),
  );
  const imageOf = (i: number): IndexedImage =>
    signedPixels(components.component.subarray(i * size, (i + 1) * size), images.width, images.height);
  const list = Array.from(
    { length: Math.min(SHOWN, components.rows) },
    (_, i) =>
      html`<li>${pixelImage(imageOf(i), `component ${i + 1} as an image`, 'map')}
        <span>${i + 1}: ${percent(components.ratio[i], 1)}</span></li>`,
  );
  const first = Array.from({ length: list.length }, (_, i) => i);
  const sheet = together(first.map(imageOf), COLUMNS);
  const kept = shelf.addPicture(
    picture('components-images', `The first ${list.length} components as images`, sheet, {
      component: ints(first.map((i) => i + 1)),
      ratio: reals(first.map((i) => components.ratio[i])),
    }),
  );
  return {
    lead,
    body: html`${row(
      figureBlock(figure, 'Dashed: the components the net sees.'),
      html`<div><h3>The first
      ${list.length} as images</h3>${pictureBlock(
        kept,
        html`<ol class="digits maps">${list}</ol>
      `,
        html`<b class="positive">Blue</b> pixels raise the component, <b class="negative">orange</b> ones lower
      it.`,
      )}</div>`,
    )}`,
  };
}
