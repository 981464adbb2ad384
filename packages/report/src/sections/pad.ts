import { largest } from '@layerwise/nets';
import { classification, confusion } from '../analysis/confusion.js';
import { padOf } from '../data/pad.js';
import type { Pad } from '../payloads/pad.js';
import { classColour } from '../page/colours.js';
import { count, fixed, percent, plural, words } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import type { Chapter, Context, Section } from './section.js';

/** At most so many classes have a bar and a row of nodes of their own. */
const MOST_BARS = 20;
const BARS = 10;

/** Where a reader draws and sees what the net says; without a pad, why there is none. */
export const drawPadChapter: Chapter = {
  id: 'draw',
  order: 500,
  title: 'Draw one yourself',
  make: padSection,
  wide: true,
};

async function padSection({ experiment, names, params, hands }: Context): Promise<Section | undefined> {
  if (!params.interactive) return undefined;
  const { test, evaluation, train, dataset } = experiment;
  const pad = await padOf(experiment, ({ data, width }) => hands.do({ kind: 'reference', data, width }));
  const scores = classification(confusion(test, names.length)).perClass.map(({ f1 }) => f1);
  const best = largest(scores);
  const record =
    test.rows === 0
      ? 'The net has not been tested'
      : words`The net is right about ${percent(evaluation.test.accuracy, 1)} of ${count(test.rows)} test images and
        best at ${names[best]} (F1 ${fixed(scores[best], 3)})`;
  if (typeof pad === 'string')
    return { lead: `${record}; it cannot be tried on a drawing here: ${pad}.`, body: html`` };
  return {
    lead: words`${record}; draw one of
      ${names.length <= MOST_BARS ? names.join(', ') : `its ${names.length} classes`} and see what it says of yours.`,
    data: { 'pad-net': pad },
    body: html`<noscript><p class="note">Drawing needs JavaScript, which is switched off here.</p></noscript>
<div id="draw-pad" class="pad" hidden>
<div><canvas class="pad-board ink" width="280" height="280" role="img" aria-label="Drawing area: draw with finger,
      pen or mouse; the answer is given as text beside it"></canvas>
      <div class="controls"><button type="button" class="pad-undo" disabled>Undo stroke</button>
      <button type="button" class="pad-clear" disabled>Clear</button></div></div>
<div><p class="pad-answer" role="status" aria-live="polite">Nothing drawn yet.</p>
      <p class="pad-like note" role="status"></p>
      <ol class="pad-bars" aria-label="Probability of each class">
      ${Array.from(
        { length: names.length <= MOST_BARS ? names.length : BARS },
        (_, c) => html`<li style="--p:0">
      <span>${names.length <= MOST_BARS && names[c]}</span><span class="bar"></span><span></span></li>`,
      )}</ol></div>
<figure><canvas class="pad-sees ink" width="${dataset.width}" height="${dataset.height}" role="img" aria-label="The
      image the net sees"></canvas><figcaption>What the net sees: fitted and centred as the training images,
      ${dataset.width} × ${dataset.height}</figcaption></figure>
<div class="pad-nodes">${train.hidden.map(({ width }, l) => layer(l, width, pad, names))}<p class="note pad-voices">
      </p></div>
</div>
<p class="note">Everything is computed in this page; nothing leaves it. The pen is made as wide as that of the
      training images, whatever the size of the drawing.</p>`,
  };
}

function layer(index: number, width: number, pad: Pad, names: readonly string[]): Markup {
  const homes = [...new Set(pad.layers[index]?.home)].sort((a, b) => a - b);
  return html`<div class="pad-layer"><h3>Hidden layer ${index + 1}: ${plural(width, 'node')}</h3>
    <p class="note">${homes.length > 1 && 'In rows by the class whose training images activate a node most. '}As
    bright as its activation against its largest on a training image. <span class="pad-words"></span></p>
    <div aria-hidden="true">${homes.map(
      (c) => html`<div class="pad-row"><b style="--c:${classColour(c)}">
    ${names[c]}</b><span data-home="${c}"></span></div>`,
    )}</div></div>`;
}
