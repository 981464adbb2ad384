import { nodeCard, type NodeCard, type NodePictures } from '../browser/node-card.js';
import type { PackedNodes } from '../browser/node-pages.js';
import type { LayerFindings } from '../data/nodes.js';
import { ints, reals, texts } from '../figures/columns.js';
import { inkSheet, signedImage, signedPixels, together } from '../figures/digits.js';
import { picture } from '../figures/picture.js';
import { base64, pngUrl, type IndexedImage } from '../figures/png.js';
import { classColour } from '../figures/theme.js';
import { count, fixed, listed, percent, plural } from '../page/format.js';
import { html, raw, type Markup } from '../page/html.js';
import { pictureFiles, pixelImage, type Context, type Section } from './section.js';

/** Real images in a row of a card: most, median, least. */
const IMAGES = 4;
/** Layers of more nodes show only the images that activate a node most. */
const MANY = 512;
const SHEET_COLUMNS = 32;

/** What each hidden node responds to, node by node: the first `page` of each layer without scripts, all of them with. */
export function nodesSection(context: Context, page: number, interactive: boolean): Section | undefined {
  const { experiment, names } = context;
  const layers = experiment.nodes?.layers ?? [];
  const last = layers[layers.length - 1];
  if (!last || !experiment.nodes) return undefined;
  const blocks = layers.map((layer) => layerBlock(layer, context, page, interactive));
  return { id: 'nodes', title: 'What each hidden node responds to', lead: lead(last), body: html`<p class="note">Over ${count(experiment.nodes.rows)} training images. Weights: what brightening each pixel adds to the node’s sum, <b class="positive">blue</b> more, <b class="negative">orange</b> less, nothing at zero. Value: activation of the images of each class, box from 25 to 75% with the median, line from 5 to 95%. AUC: how often an image of the class activates the node more than one of another class, around ½, with 95% bootstrap interval. Logit: mean gradient of the class’s logit. Cost: accuracy lost when the node is set to zero. All figures are in <code>nodes/</code> beside this report, as Parquet and Arrow.</p>${blocks}${names.length > 30 && html`<p class="note">Of ${names.length} classes each card shows the 30 whose AUC is farthest from one half.</p>`}` };
}

function lead(layer: LayerFindings): string {
  const { info, sentences } = layer;
  const [first] = byCost(layer);
  const idle = info.dead.length + new Set(info.duplicates.map(({ node }) => node)).size;
  return `Node ${first + 1} matters most in the last hidden layer: it ${sentences[first]}. Of ${plural(info.units, 'node')} there, ${info.readout.for95} are enough for a linear readout to keep 95% of its accuracy and ${info.readout.for99} for 99%; ${idle} ${idle === 1 ? 'is' : 'are'} dead or repeat another.`;
}

/** Nodes by falling accuracy lost at zero, of equals the first. */
function byCost(layer: LayerFindings): number[] {
  const cost = layer.node('costZero');
  return cost.map((_, node) => node).sort((a, b) => cost[b] - cost[a] || a - b);
}

function layerBlock(layer: LayerFindings, context: Context, page: number, interactive: boolean): Markup {
  const { info } = layer;
  const { names } = context;
  const order = byCost(layer);
  const cards = cardsOf(layer, names.length, context);
  const colours = names.map((_, c) => classColour(c));
  const shown = order.slice(0, page).map((node) => raw(nodeCard(cards[node], pictures(layer, node, context), names, colours)));
  const paged = interactive && info.units > page;
  const found = 'length' in info.maximiser ? `Maximisers are as long as the mean image (${fixed(info.maximiser.length, 2)}), in closed form.` : `Maximisers by ${info.maximiser.steps} steps of gradient ascent within black and white from ${info.maximiser.starts} starts; weights composed along the active paths of ${count(info.sampled.weights)} images.`;
  const flagged = [info.dead.length > 0 && `dead: ${nodeList(info.dead)}`, info.duplicates.length > 0 && `repeat another (correlation above 0.98): ${nodeList([...new Set(info.duplicates.map(({ node }) => node))])}`].filter(Boolean).join('; ');
  return html`<h3>Hidden layer ${info.name.slice(6)}: ${plural(info.units, 'node')}</h3>
<p class="note">Effective rank of the activations ${fixed(info.effectiveRank, 1)}. A linear readout of all nodes is right for ${percent(info.readout.accuracy, 1)}; it takes ${info.readout.for95} nodes for 95% of that and ${info.readout.for99} for 99%. Ablation on ${count(info.sampled.ablation)} images, of which the whole net tells ${percent(info.accuracy, 2)} right. ${found}${flagged && ` Nodes that are ${flagged}.`}</p>
${info.line && lineNote(info.line, names)}${matrix(layer, context)}
<div class="node-cards" id="node-list-${info.name}">${shown}</div>${!interactive && info.units > page && html`<p class="note">The ${page} nodes whose loss costs most, of ${count(info.units)}.</p>`}
${paged && raw(`<script type="application/json" data-node-list="node-list-${info.name}">${JSON.stringify(pack(layer, cards, context, page)).replace(/</g, '\\u003c')}</script>`)}`;
}

const nodeList = (nodes: readonly number[]): string => (nodes.length > 12 ? plural(nodes.length, 'node') : listed(nodes.map((node) => node + 1)));

function lineNote({ classes, overlaps }: NonNullable<LayerFindings['info']['line']>, names: readonly string[]): Markup {
  const pairs = overlaps.map((value, i) => `${names[classes[i]]} and ${names[classes[i + 1]]} ${percent(value, 0)}`);
  return html`<p class="note">On the line of the one node the classes follow each other as ${listed(classes.map((c) => names[c] as string))}; overlap of neighbours (0% apart, 100% alike): ${listed(pairs)}.</p>`;
}

/** Columns of quantiles of the rows truly of a class. */
const QUANTILES = ['q05', 'q25', 'q50', 'q75', 'q95'] as const;

function cardsOf(layer: LayerFindings, K: number, { experiment: { images } }: Context): NodeCard[] {
  const size = images.width * images.height;
  const classes = Object.fromEntries((['area', 'areaLow', 'areaHigh', 'gradient', 'costZero'] as const).map((name) => [name, layer.classes(name)])) as Record<'area' | 'areaLow' | 'areaHigh' | 'gradient' | 'costZero', number[]>;
  const nodes = Object.fromEntries((['zeros', 'information', 'reached', 'largest', 'costMean'] as const).map((name) => [name, layer.node(name)])) as Record<'zeros' | 'information' | 'reached' | 'largest' | 'costMean', number[]>;
  const strengths = layer.sentences.map((_, node) => layer.weights.subarray(node * size, (node + 1) * size).reduce((top, w) => Math.max(top, Math.abs(w)), 0));
  const five = QUANTILES.map((name) => layer.classes(name));
  const quantiles = (five[0] as number[]).flatMap((_, at) => five.map((values) => values[at] as number));
  const strongest = strengths.reduce((top, value) => Math.max(top, value), 0);
  const own = (values: readonly number[], node: number): number[] => values.slice(node * K, (node + 1) * K);
  return layer.sentences.map((sentence, node) => ({
    ...{ node, sentence, zeros: nodes.zeros[node], information: nodes.information[node], reached: nodes.reached[node], largest: nodes.largest[node], costMean: nodes.costMean[node] },
    share: strongest > 0 ? strengths[node] / strongest : 0,
    ...{ area: own(classes.area, node), areaLow: own(classes.areaLow, node), areaHigh: own(classes.areaHigh, node), gradient: own(classes.gradient, node), cost: own(classes.costZero, node) },
    quantiles: quantiles.slice(node * 5 * K, (node + 1) * 5 * K),
  }));
}

/** The pictures of one node; the maximiser of a first layer is signed, deeper ones are ink. */
function tiles(layer: LayerFindings, node: number, { experiment: { images } }: Context): Record<keyof NodePictures, { image: IndexedImage; ink: boolean }> {
  const { width, height, shown } = images;
  const size = width * height;
  const own = (values: Float32Array): Float32Array => values.subarray(node * size, (node + 1) * size);
  const signed = 'length' in layer.info.maximiser;
  const few = Math.min(IMAGES, layer.shown);
  const ids = (list: Uint32Array): (Uint8Array | undefined)[] => Array.from({ length: IMAGES }, (_, i) => (i < few ? images.shown.at('train', list[node * layer.shown + i]) : undefined));
  const rows = layer.info.units > MANY ? [layer.most] : [layer.most, layer.median, layer.least];
  const maximiser = own(layer.maximisers);
  return {
    weights: { image: signedPixels(own(layer.weights), width, height), ink: false },
    maximiser: { image: signed ? signedPixels(maximiser, width, height) : inkSheet([images.shown.of(Uint8Array.from(maximiser, (value) => Math.round(255 * value)))], shown.width, shown.height, 1), ink: !signed },
    images: { image: inkSheet(rows.flatMap(ids), shown.width, shown.height, IMAGES), ink: true },
  };
}

function pictures(layer: LayerFindings, node: number, context: Context): NodePictures {
  const found = tiles(layer, node, context);
  const picture = (kind: keyof NodePictures, alt: string): string => pixelImage(found[kind].image, `${alt} of node ${node + 1}`, found[kind].ink ? 'ink' : 'map').text;
  return { weights: picture('weights', 'weights'), maximiser: picture('maximiser', 'maximiser'), images: picture('images', 'images that are most, median and least active') };
}

/** Classes by nodes, both ordered by likeness: area under the ROC curve around one half. */
function matrix({ info, classes }: LayerFindings, { names, shelf }: Context): Markup {
  const area = classes('area');
  const K = names.length;
  const values = info.classOrder.flatMap((c) => info.nodeOrder.map((h) => (Number.isNaN(area[h * K + c]) ? 0 : area[h * K + c] - 0.5)));
  const image = signedImage(values, info.units, K);
  const cells = info.classOrder.flatMap((c) => info.nodeOrder.map((h) => ({ c, h })));
  const data = { class: texts(cells.map(({ c }) => names[c] as string)), node: ints(cells.map(({ h }) => h + 1)), area: reals(cells.map(({ c, h }) => area[h * K + c] as number)) };
  const files = pictureFiles(shelf.addPicture(picture(`nodes-${info.name}`, `Classes by nodes of ${info.name}: area under the ROC curve around one half`, image, data)));
  const alt = `Matrix of ${info.units} nodes by ${K} classes, like ones together; rows from top: ${listed(info.classOrder.map((c) => names[c] as string))}`;
  return html`<figure class="node-matrix"><div>${K <= 20 && html`<ol>${info.classOrder.map((c) => html`<li>${names[c]}</li>`)}</ol>`}<img class="map" src="${pngUrl(image)}" alt="${alt}" width="${info.units}" height="${K}"></div><figcaption>Nodes (columns) by classes (rows), like ones side by side: <b class="positive">blue</b> where the node is more active for the class than for the others, <b class="negative">orange</b> where it is less. ${files}</figcaption></figure>`;
}

/** All nodes of a layer for the page's script. */
function pack(layer: LayerFindings, cards: readonly NodeCard[], context: Context, page: number): PackedNodes {
  const overall = layer.node('costZero');
  const figures = cards.flatMap((c) => [c.zeros, c.information, c.reached, c.largest, c.share, c.costMean, overall[c.node], ...c.area, ...c.areaLow, ...c.areaHigh, ...c.gradient, ...c.cost, ...c.quantiles]);
  const all = cards.map(({ node }) => tiles(layer, node, context));
  const sheet = (kind: keyof NodePictures): PackedNodes['sheets'][typeof kind] => {
    const { width, height } = all[0][kind].image;
    return { url: pngUrl(together(all.map((tile) => tile[kind].image), SHEET_COLUMNS)), width, height, ink: all[0][kind].ink };
  };
  return { name: layer.info.name, units: layer.info.units, page, sentences: layer.sentences, figures: base64(new Uint8Array(Float32Array.from(figures).buffer)), order: layer.info.nodeOrder, columns: SHEET_COLUMNS, sheets: { weights: sheet('weights'), maximiser: sheet('maximiser'), images: sheet('images') } };
}
