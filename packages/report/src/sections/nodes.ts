import { DUPLICATE } from '@layerwise/contracts';
import { nodeCard } from '../plots/node-card.js';
import type { LayerFindings } from '../data/nodes.js';
import type { PackedNodes } from '../payloads/node-list.js';
import { ints, reals, texts } from '../figures/columns.js';
import { signedImage } from '../figures/digits.js';
import { picture } from '../figures/picture.js';
import { pngUrl } from '../figures/png.js';
import { classColour } from '../page/colours.js';
import { count, fixed, listed, percent, plural, words } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { nodeAnchor } from '../page/names.js';
import { nodeLines } from '../analysis/node-line.js';
import { nodeTile } from '../plots/node-tile.js';
import { cardsOf, MOST_CLASSES, pack, pictures, tileOf, tiles } from './node-cards.js';
import { nodeFiles } from './node-files.js';
import { pictureFiles } from './blocks.js';
import type { Chapter, Context, Section } from './section.js';

/** What each hidden node responds to, node by node: the first `page` of each layer without scripts, all of them with. */
export const nodesChapter: Chapter = {
  id: 'nodes',
  order: 60,
  title: 'What each hidden node responds to',
  make: nodesSection,
};

async function nodesSection(context: Context): Promise<Section | undefined> {
  const { experiment, names } = context;
  const layers = experiment.nodes?.layers ?? [];
  const last = layers[layers.length - 1];
  if (!last || !experiment.nodes) return undefined;
  const blocks: Markup[] = [];
  const data: Record<string, unknown> = {};
  for (const layer of layers) {
    const { block, packed } = await layerBlock(layer, context);
    blocks.push(block);
    if (packed) data[dataOf(layer)] = packed;
  }
  return {
    lead: lead(last),
    data,
    body: html`${blocks}
      <details class="note"><summary>What the pictures and figures of a node are</summary>
      <p class="note">Over ${count(experiment.nodes.rows)} training images. Beside a node’s number: what the images that
      activate it most (a tenth at most) have more of than all others, <b class="positive">blue</b>, and less of,
      <b class="negative">orange</b>; then four of the images that activate it most, evenly spaced among those that the
      line counts. Opened: weights, what brightening each pixel adds to the node’s sum; the image from black to white
      that activates it most; real images.</p>
      <p class="note">By class, from the top. True, predicted: activation of the images that are of the class, and of those told
      to be; box from 25 to 75% with the median, line from 5 to 95%. Zeros: share of the images that leave the
      node at zero, the bar by true class, the tick by predicted. AUC: how often an image of the class activates
      the node more than one of another class, around ½. Bits: mutual information of the activation with being of
      the class. Thin lines are 95% bootstrap intervals. Logit: mean gradient of the class’s logit. Margin: what
      the margin of the class’s images, the logit of the true class less the largest other, loses when the node is
      set to zero. Silent: zero for 95% of the class. All figures are in <code>nodes/</code> beside this report,
      as Parquet and Arrow.</p></details>
      ${
        names.length > MOST_CLASSES &&
        html`<p class="note">Of ${names.length} classes each card shows the
      ${MOST_CLASSES} whose AUC is farthest from one half.</p>`
      }`,
  };
}

function lead(layer: LayerFindings): string {
  const { info, sentences } = layer;
  if (info.units === 1) return `The one node of the last hidden layer ${sentences[0]}.`;
  return [foremost(layer), kept(layer), alike(layer)].filter(Boolean).join(' ');
}

/** Differences within so many standard errors are not told from none. */
const ERRORS = 2;

/** The node whose loss costs most, or those among which none stands out. */
function foremost(layer: LayerFindings): string {
  const [loss, error] = [layer.node('marginZero'), layer.node('marginZeroError')];
  const [first] = inOrder(layer);
  const [most, own] = [loss[first], error[first]];
  if (!Number.isFinite(most)) return '';
  if (!(most > ERRORS * own))
    return 'There is no node in the last hidden layer without which the margin of the true class clearly falls.';
  const close = inOrder(layer).filter((node) => most - loss[node] <= ERRORS * Math.hypot(own, error[node]));
  if (close.length === 1) return `Node ${first} matters most in the last hidden layer: it ${layer.sentences[first]}.`;
  return close.length > 4
    ? `No node matters clearly more than the others in the last hidden layer.`
    : `Nodes ${listed(close)} matter most in the last hidden layer, none clearly more than the other${close.length > 2 ? 's' : ''}.`;
}

function kept({ info: { units, enough } }: LayerFindings): string {
  if (!enough) return '';
  const { for95, for99 } = enough;
  if (for95 === units)
    return words`It takes ${units === 2 ? 'both' : `all ${units}`} nodes there to keep 95% of the accuracy; a node
      left out is held at its mean.`;
  return words`With all but ${for95} of its ${units} nodes held at their means the net keeps 95% of its accuracy,
    ${for99 === units ? 'and it takes all of them' : for99 === for95 ? 'and even 99%' : `with all but ${for99}`}${for99 === for95 ? '' : ' for 99%'}.`;
}

function alike({ info: { dead, duplicates, nearest } }: LayerFindings): string {
  const repeating = new Set(duplicates.map(({ node }) => node)).size;
  const silent = dead.length === 0 ? 'None is dead' : `${plural(dead.length, 'node is', 'nodes are')} dead`;
  if (repeating > 0)
    return `${silent}; ${plural(repeating, 'repeats', 'repeat')} another (correlation above ${DUPLICATE}).`;
  return nearest
    ? words`${silent}, and none repeats another: the nearest, ${nearest.of} and ${nearest.node}, correlate by
      ${fixed(nearest.correlation, 2)} (the limit is ${DUPLICATE}).`
    : `${silent}.`;
}

/** Nodes by falling loss of the margin without them, where that was not measured by information on the class; of equals the first. */
function inOrder(layer: LayerFindings): number[] {
  const loss = layer.node(priced(layer) ? 'marginZero' : 'information');
  return loss.map((_, node) => node).sort((a, b) => loss[b] - loss[a] || a - b);
}

const priced = ({ info }: LayerFindings): boolean => info.sampled.ablation > 0;

/** Id of the element that holds a layer's nodes for the page's script. */
const dataOf = ({ info }: LayerFindings): string => `nodes-${info.name}`;

async function layerBlock(
  layer: LayerFindings,
  context: Context,
): Promise<{ readonly block: Markup; readonly packed: PackedNodes | undefined }> {
  const { info } = layer;
  const { names } = context;
  const { topNodes: page, interactive } = context.params;
  const order = inOrder(layer);
  const cards = cardsOf(layer, names.length, context);
  const colours = names.map((_, c) => classColour(c));
  const all = cards.map(({ node }) => tiles(layer, node, context));
  const anchor = nodeAnchor(context.experiment.nodes?.layers.length ?? 1, Number(info.name.slice(6)));
  const lines = nodeLines(layer, names);
  const shown = order.slice(0, page).map((node) => {
    const tile = tileOf(layer, node, { line: lines(node).line, anchor }, all[node], context);
    return nodeTile(tile, nodeCard(cards[node], pictures(all[node], node), names, colours));
  });
  const sortable = interactive && info.units > 1;
  const [files, packed] = await Promise.all([
    nodeFiles(layer, cards, all, order.slice(0, page), context),
    sortable
      ? pack(layer, cards, all, { lines, anchor, strip: context.experiment.images.shown.height }, context.hands)
      : undefined,
  ]);
  const block = html`<h3>Hidden layer ${info.name.slice(6)}: ${plural(info.units, 'node')}</h3>
${info.line && lineNote(info.line, names)}${matrix(layer, context, sortable)}
<div class="node-tiles" id="node-list-${info.name}" ${sortable && html`data-list="${dataOf(layer)}" data-anchor="${anchor}"`}>${shown}</div>
    ${
      !interactive &&
      info.units > page &&
      html`<p class="note">The ${page} nodes
    ${priced(layer) ? 'whose loss costs most' : 'that tell most of the class'}, of ${count(info.units)}.</p>`
    }
<details class="note"><summary>About the layer</summary><p class="note">${layerNote(layer)}</p></details>
${files}`;
  return { block, packed };
}

function layerNote(layer: LayerFindings): string {
  const { dead, duplicates, nearest, effectiveRank, sampled, accuracy, preferredInput } = layer.info;
  const lost = priced(layer)
    ? words`What the loss of a node costs is of ${count(sampled.ablation)} images, of which the whole net tells
      ${percent(accuracy ?? NaN, 2)} right.`
    : 'What the loss of a node costs was not measured: too much to compute on enough images.';
  const found =
    'exact' in preferredInput
      ? 'Preferred inputs are exact: of all images from black to white those with the highest activation.'
      : words`Preferred inputs by ${preferredInput.steps} steps of gradient ascent within black and white from
        ${preferredInput.starts} starts; weights composed along the active paths of ${count(sampled.weights)} images.`;
  const repeated = [...new Set(duplicates.map(({ node }) => node))];
  const flagged = [
    dead.length > 0 && `Dead: ${nodeList(dead)}.`,
    repeated.length > 0 && `Repeat another (correlation above ${DUPLICATE}): ${nodeList(repeated)}.`,
    nearest &&
      `Nearest to each other: ${nearest.of} and ${nearest.node} (correlation ${fixed(nearest.correlation, 3)}).`,
  ];
  return [`Effective rank of the activations ${fixed(effectiveRank, 1)}.`, lost, found, ...flagged]
    .filter(Boolean)
    .join(' ');
}

const nodeList = (nodes: readonly number[]): string =>
  nodes.length > 12 ? plural(nodes.length, 'node') : `${nodes.length === 1 ? 'node' : 'nodes'} ${listed(nodes)}`;

function lineNote(
  { classes, overlaps, bins }: NonNullable<LayerFindings['info']['line']>,
  names: readonly string[],
): Markup {
  const pairs = overlaps.map((value, i) => `${names[classes[i]]} and ${names[classes[i + 1]]} ${percent(value, 0)}`);
  return html`<p class="note">On the line of the one node the classes follow each other as
    ${listed(classes.map((c) => names[c]))}; overlap of the histograms of neighbours in ${bins} bins of equal counts
    (0% apart, 100% alike): ${listed(pairs)}.</p>`;
}

/** Classes by nodes, both ordered by likeness: area under the ROC curve around one half. */
function matrix({ info, classes }: LayerFindings, { names, shelf }: Context, sortable: boolean): Markup {
  const area = classes('area');
  const K = names.length;
  const values = info.classOrder.flatMap((c) =>
    info.nodeOrder.map((h) => (Number.isNaN(area[h * K + c]) ? 0 : area[h * K + c] - 0.5)),
  );
  const image = signedImage(values, info.units, K);
  const strongest = values.reduce((top, value) => Math.max(top, Math.abs(value)), 0);
  const cells = info.classOrder.flatMap((c) => info.nodeOrder.map((h) => ({ c, h })));
  const data = {
    class: texts(cells.map(({ c }) => names[c])),
    node: ints(cells.map(({ h }) => h)),
    area: reals(cells.map(({ c, h }) => area[h * K + c])),
  };
  const files = pictureFiles(
    shelf.addPicture(
      picture(
        `nodes-${info.name}`,
        `Classes by nodes of ${info.name}: area under the ROC curve around one half`,
        image,
        data,
      ),
    ),
  );
  const alt = words`Matrix of ${info.units} nodes by ${K} classes, like ones together; rows from top:
    ${listed(info.classOrder.map((c) => names[c]))}`;
  return html`<figure class="node-matrix"><div style="--nodes:${info.units}">${
    K <= 20 &&
    html`<ol>
    ${info.classOrder.map((c) => html`<li>${names[c]}</li>`)}</ol>
    `
  }<img class="map" src="${pngUrl(image)}" alt="${alt}" width="${info.units}" height="${K}"></div>
    <figcaption>Nodes (columns) by classes (rows), like ones side by
    side${sortable && ' (choose one to open it)'}: <b class="positive">blue</b> where
    the node is more active for the class than for the others, <b class="negative">orange</b> where it is less, in
    full colour where the AUC is ${fixed(strongest, 2)} from ½. ${files}</figcaption></figure>`;
}
