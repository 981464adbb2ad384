import { nodeCard } from '../browser/node-card.js';
import type { LayerFindings } from '../data/nodes.js';
import { ints, reals, texts } from '../figures/columns.js';
import { signedImage } from '../figures/digits.js';
import { picture } from '../figures/picture.js';
import { pngUrl } from '../figures/png.js';
import { classColour } from '../figures/theme.js';
import { count, fixed, listed, percent, plural } from '../page/format.js';
import { html, raw, type Markup } from '../page/html.js';
import { cardsOf, MOST_CLASSES, pack, pictures, tiles } from './node-cards.js';
import { nodeFiles } from './node-files.js';
import { pictureFiles, type Context, type Section } from './section.js';

/** What each hidden node responds to, node by node: the first `page` of each layer without scripts, all of them with. */
export async function nodesSection(context: Context, page: number, interactive: boolean): Promise<Section | undefined> {
  const { experiment, names } = context;
  const layers = experiment.nodes?.layers ?? [];
  const last = layers[layers.length - 1];
  if (!last || !experiment.nodes) return undefined;
  const blocks: Markup[] = [];
  for (const layer of layers) blocks.push(await layerBlock(layer, context, page, interactive));
  return { id: 'nodes', title: 'What each hidden node responds to', lead: lead(last), body: html`<p class="note">Over ${count(experiment.nodes.rows)} training images. Weights: what brightening each pixel adds to the node’s sum, <b class="positive">blue</b> more, <b class="negative">orange</b> less, nothing at zero. </p><p class="note">By class, from the top. True, predicted: activation of the images that are of the class, and of those told to be; box from 25 to 75% with the median, line from 5 to 95%. Zeros: share of the images that leave the node at zero, the bar by true class, the tick by predicted. AUC: how often an image of the class activates the node more than one of another class, around ½. Bits: mutual information of the activation with being of the class. Thin lines are 95% bootstrap intervals. Logit: mean gradient of the class’s logit. Cost: accuracy lost on the class when the node is set to zero. All figures are in <code>nodes/</code> beside this report, as Parquet and Arrow.</p>${blocks}${names.length > MOST_CLASSES && html`<p class="note">Of ${names.length} classes each card shows the ${MOST_CLASSES} whose AUC is farthest from one half.</p>`}` };
}

function lead(layer: LayerFindings): string {
  const { info, sentences } = layer;
  const [first] = byCost(layer);
  const idle = info.dead.length + new Set(info.duplicates.map(({ node }) => node)).size;
  if (info.units === 1) return `The one node of the last hidden layer ${sentences[first]}.`;
  return `Node ${first} matters most in the last hidden layer: it ${sentences[first]}. Of ${plural(info.units, 'node')} there, ${info.readout.for95} are enough for a linear readout to keep 95% of its accuracy and ${info.readout.for99} for 99%; ${idle === 0 ? 'none is dead or repeats' : idle === 1 ? '1 is dead or repeats' : `${idle} are dead or repeat`} another.`;
}

/** Nodes by falling accuracy lost at zero, of equals the first. */
function byCost(layer: LayerFindings): number[] {
  const cost = layer.node('costZero');
  return cost.map((_, node) => node).sort((a, b) => cost[b] - cost[a] || a - b);
}

async function layerBlock(layer: LayerFindings, context: Context, page: number, interactive: boolean): Promise<Markup> {
  const { info } = layer;
  const { names } = context;
  const order = byCost(layer);
  const cards = cardsOf(layer, names.length, context);
  const colours = names.map((_, c) => classColour(c));
  const all = cards.map(({ node }) => tiles(layer, node, context));
  const shown = order.slice(0, page).map((node) => raw(nodeCard(cards[node], pictures(all[node], node), names, colours)));
  const sortable = interactive && info.units > 1;
  const found = 'length' in info.maximiser ? `Maximisers are as long as the mean image (${fixed(info.maximiser.length, 2)}), in closed form.` : `Maximisers by ${info.maximiser.steps} steps of gradient ascent within black and white from ${info.maximiser.starts} starts; weights composed along the active paths of ${count(info.sampled.weights)} images.`;
  const flagged = [info.dead.length > 0 && `dead: ${nodeList(info.dead)}`, info.duplicates.length > 0 && `repeat another (correlation above 0.98): ${nodeList([...new Set(info.duplicates.map(({ node }) => node))])}`].filter(Boolean).join('; ');
  return html`<h3>Hidden layer ${info.name.slice(6)}: ${plural(info.units, 'node')}</h3>
<p class="note">Effective rank of the activations ${fixed(info.effectiveRank, 1)}. A linear readout of all nodes is right for ${percent(info.readout.accuracy, 1)}; it takes ${plural(info.readout.for95, 'node')} for 95% of that and ${info.readout.for99} for 99%. Ablation on ${count(info.sampled.ablation)} images, of which the whole net tells ${percent(info.accuracy, 2)} right. ${found}${flagged && ` Nodes that are ${flagged}.`}</p>
${info.line && lineNote(info.line, names)}${matrix(layer, context, sortable)}
<div class="node-cards" id="node-list-${info.name}">${shown}</div>${!interactive && info.units > page && html`<p class="note">The ${page} nodes whose loss costs most, of ${count(info.units)}.</p>`}
${await nodeFiles(layer, cards, all, order.slice(0, page), context)}
${sortable && raw(`<script type="application/json" data-node-list="node-list-${info.name}">${JSON.stringify(pack(layer, cards, all, page)).replace(/</g, '\\u003c')}</script>`)}`;
}

const nodeList = (nodes: readonly number[]): string => (nodes.length > 12 ? plural(nodes.length, 'node') : listed(nodes));

function lineNote({ classes, overlaps }: NonNullable<LayerFindings['info']['line']>, names: readonly string[]): Markup {
  const pairs = overlaps.map((value, i) => `${names[classes[i]]} and ${names[classes[i + 1]]} ${percent(value, 0)}`);
  return html`<p class="note">On the line of the one node the classes follow each other as ${listed(classes.map((c) => names[c] as string))}; overlap of neighbours (0% apart, 100% alike): ${listed(pairs)}.</p>`;
}

/** Classes by nodes, both ordered by likeness: area under the ROC curve around one half. */
function matrix({ info, classes }: LayerFindings, { names, shelf }: Context, sortable: boolean): Markup {
  const area = classes('area');
  const K = names.length;
  const values = info.classOrder.flatMap((c) => info.nodeOrder.map((h) => (Number.isNaN(area[h * K + c]) ? 0 : area[h * K + c] - 0.5)));
  const image = signedImage(values, info.units, K);
  const strongest = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  const cells = info.classOrder.flatMap((c) => info.nodeOrder.map((h) => ({ c, h })));
  const data = { class: texts(cells.map(({ c }) => names[c] as string)), node: ints(cells.map(({ h }) => h)), area: reals(cells.map(({ c, h }) => area[h * K + c] as number)) };
  const files = pictureFiles(shelf.addPicture(picture(`nodes-${info.name}`, `Classes by nodes of ${info.name}: area under the ROC curve around one half`, image, data)));
  const alt = `Matrix of ${info.units} nodes by ${K} classes, like ones together; rows from top: ${listed(info.classOrder.map((c) => names[c] as string))}`;
  return html`<figure class="node-matrix"><div style="--nodes:${info.units}">${K <= 20 && html`<ol>${info.classOrder.map((c) => html`<li>${names[c]}</li>`)}</ol>`}<img class="map" src="${pngUrl(image)}" alt="${alt}" width="${info.units}" height="${K}"></div><figcaption>Nodes (columns) by classes (rows), like ones side by side${sortable && ' (sorted by likeness the cards follow in this order)'}: <b class="positive">blue</b> where the node is more active for the class than for the others, <b class="negative">orange</b> where it is less, in full colour where the AUC is ${fixed(strongest, 2)} from ½. ${files}</figcaption></figure>`;
}
