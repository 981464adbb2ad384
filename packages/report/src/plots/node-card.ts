import { fixed } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { nodeChart } from './node-chart.js';
import type { NodeCard, NodePictures } from './node-figures.js';

/** The card of one node as HTML, when the report is made and again in the page. */
export function nodeCard(
  card: NodeCard,
  pictures: NodePictures,
  names: readonly string[],
  colours: readonly string[],
): Markup {
  const { marginMean } = card;
  const held = Number.isFinite(marginMean) ? `; held at its mean it takes ${fixed(marginMean, 2)} off the margin` : '';
  return html`<figure class="node-card" style="--share:${card.share.toFixed(3)}"><div class="pictures">
    <div>${pictures.weights}<span>weights</span></div>
    <div>${pictures.preferredInput}<span>preferred input</span></div>
    <div>${pictures.images}<span>strongest, median, least</span></div></div>${nodeChart(card, names, colours)}
    <figcaption><b>Node ${card.node}</b> ${card.sentence}.
    Preferred input ${fixed(card.reached, 2)}; real images reach ${fixed(card.largest, 2)};
    zero for ${fixed(100 * card.zeros, 0)}%; ${fixed(card.information, 2)} bits${held}.</figcaption></figure>`;
}
