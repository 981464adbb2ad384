import { overlapBins } from '@layerwise/kernels/overlap';
import { boxPlot } from '../plots/box-plot.js';
import { bySeparation, farthestPair, layerBoxes, type NodeBoxes } from '../analysis/boxes.js';
import type { HiddenLayer } from '../data/experiment.js';
import type { Hands } from '../figures/hands.js';
import { boxesDrawing, boxesTable } from '../figures/boxes.js';
import { base64 } from '../payloads/base64.js';
import type { PackedBoxes } from '../payloads/boxes.js';
import { classColour } from '../page/colours.js';
import { lineDrawing } from '../figures/line.js';
import { largest, weightedSums } from '@layerwise/nets';
import { draw, type Drawing } from '../figures/vega.js';
import { count, fixed, listed, percent, plural, words } from '../page/format.js';
import { html, type Content, type Markup } from '../page/html.js';
import { withArticle } from '../page/names.js';
import { table } from '../page/table.js';
import { figureBlock } from './blocks.js';
import type { Chapter, Context, Section } from './section.js';

/** Boxes of one layer by predicted and by true class. */
interface LayerStudy {
  readonly layer: HiddenLayer;
  readonly predicted: readonly NodeBoxes[];
  readonly truth: readonly NodeBoxes[];
}

/** Box plots of the hidden nodes' activations over all training images, by predicted and by true class. */
export const activationsChapter: Chapter = {
  id: 'activations',
  order: 1000,
  title: 'Hidden activations',
  make: activationsSection,
  wide: true,
};

async function activationsSection(context: Context): Promise<Section | undefined> {
  const { experiment, names, shelf, hands } = context;
  const { topNodes } = context.params;
  const { train } = experiment;
  if (train.rows === 0 || train.hidden.length === 0) return undefined;
  const studies: LayerStudy[] = [];
  for (const layer of train.hidden) {
    const [predicted, truth] = await boxesOf(layer, names.length, hands);
    studies.push({ layer, predicted, truth });
  }
  const blocks: Content[] = [];
  const data: Record<string, PackedBoxes> = {};
  for (const [index, study] of studies.entries()) {
    if (isPaged(study, context)) data[`boxes-${study.layer.name}`] = pack(study);
    const top = bySeparation(study.predicted).slice(0, topNodes);
    const drawn = await draw(
      boxesDrawing(study.layer.name, names.length <= MOST_BOXES ? top : top.slice(0, 3), names),
      hands,
    );
    const kept = (nodes: readonly NodeBoxes[]): readonly NodeBoxes[] =>
      names.length <= MOST_BOXES ? nodes : top.map(({ node }) => nodes[node]);
    shelf.add({ ...drawn, data: boxesTable(kept(study.predicted), kept(study.truth), names) });
    const sampled = study.layer.rows < train.rows;
    blocks.push(
      html`<h3>Hidden layer ${index + 1}: ${plural(study.layer.width, 'node')}</h3>
        ${sampled && html`<p class="note">From ${count(study.layer.rows)} of the ${count(train.rows)} training images, evenly spaced.</p>`}
        ${studies.length > 1 && html`<p class="lead">${layerLead(study, index, names)}</p>`}`,
    );
    if (study.layer.width === 1 && names.length <= MOST_ROWS)
      blocks.push(
        figureBlock(
          shelf.add(await draw(lineOf(study, index, context), hands)),
          'Stronger where more of the class lie; the line is cut where 99.5% of the images have been passed.',
        ),
      );
    blocks.push(layerBlock(study, index, context));
  }
  return {
    lead: studies.length === 1 ? layerLead(studies[0], 0, names) : lead(studies),
    body: html`${blocks}`,
    data,
  };
}

/** Fewest activations of which two threads find boxes faster than one. */
const SHARED_ACTIVATIONS = 1 << 20;

/** Boxes of a layer by predicted and by true class, half of the nodes found by the hands, where there are others. */
async function boxesOf(layer: HiddenLayer, classes: number, hands: Hands): Promise<NodeBoxes[][]> {
  const { data, width } = layer;
  const groupings = [layer.predicted, layer.label];
  if (hands.width === 1 || data.length < SHARED_ACTIVATIONS) return layerBoxes(data, width, groupings, classes);
  const middle = width >> 1;
  const later = hands.do({ kind: 'boxes', data, width, groupings, classes, from: middle, to: width });
  const first = layerBoxes(data, width, groupings, classes, [0, middle]);
  const second = await later;
  return first.map((nodes, g) => [...nodes, ...second[g]]);
}

/** Which layer separates the true classes best, by its best node. */
function lead(studies: readonly LayerStudy[]): string {
  const best = studies.map(({ truth }) => bySeparation(truth)[0]);
  const { pairs } = best[0];
  return words`Of ${pairs} pairs of true classes the node that separates best keeps the boxes apart of
    ${listed(best.map(({ apart }, index) => `${apart} in hidden layer ${index + 1}`))}.`;
}

function layerLead({ layer, truth }: LayerStudy, index: number, names: readonly string[]): string {
  const best = bySeparation(truth)[0];
  const { pairs, most } = best;
  const farthest = farthestPair(best.boxes);
  const overlapping = most
    ? `; ${names[most.a]} and ${names[most.b]} overlap most (${percent(most.overlap, 0)} of their histograms)`
    : '';
  const one = layer.width === 1;
  if (truth.every(({ apart }) => apart === 0))
    return words`${one ? 'The one node' : 'No node'} of hidden layer ${index + 1} keeps the boxes of
      ${one ? 'none' : 'any'} of ${pairs} pairs of true classes apart${one ? overlapping : ''}.`;
  const which = one
    ? `The one node of hidden layer ${index + 1}`
    : `In hidden layer ${index + 1} node ${best.node} separates best: it`;
  return words`${which} keeps the boxes of ${best.apart} of ${pairs} pairs of true classes
    apart${farthest ? `, ${names[farthest.a]} and ${names[farthest.b]} farthest` : ''}${overlapping}.`;
}

function lineOf(
  { layer, truth }: LayerStudy,
  index: number,
  { experiment: { train, network }, names }: Context,
): Drawing {
  const next = network.layers[index + 1];
  const predicted =
    index === train.hidden.length - 1 && next
      ? (value: number): number => largest(weightedSums(next, [value]))
      : undefined;
  const medians = truth[0].boxes.map((box, c) => `${names[c]} ${fixed(box.median, 2)}`);
  return lineDrawing({
    layer: layer.name,
    activation: layer.data,
    label: layer.label,
    names,
    alt: `Heat strips of the activation of the one node by true class; medians: ${medians.join(', ')}`,
    ...(predicted && { predicted }),
  });
}

/** Whether the page's script sorts and pages the box plots of a layer, of which only some are drawn without. */
function isPaged({ layer }: LayerStudy, { params, names }: Context): boolean {
  return params.interactive && names.length <= MOST_BOXES && layer.width > params.topNodes;
}

function layerBlock(study: LayerStudy, index: number, context: Context): Markup {
  const { layer, predicted, truth } = study;
  const { names, params } = context;
  const top = bySeparation(predicted).slice(0, params.topNodes);
  const same = top.map(({ node }) => truth[node]);
  const most = layer.width > params.topNodes && `: the ${top.length} nodes that separate most`;
  const plots =
    layer.width <= Math.min(FEW, params.topNodes)
      ? html`<div class="few">
        ${byClass('predicted', plotsOf(top, names, 'predicted'))}${byClass('true', plotsOf(same, names, 'true'))}</div>`
      : html`<div class="node-grid" ${isPaged(study, context) && html`data-nodes="boxes-${layer.name}"`}>
          <h4>Activation of each node by predicted class${most}</h4>
          ${plotsOf(top, names, 'predicted')}
          <details><summary>By true class</summary>${plotsOf(same, names, 'true')}</details></div>`;
  return html`<div data-figure="boxes-${layer.name}">${layerNote(study, index, context)}${plots}</div>
    ${firstRows(layer, names)}${ranges(top.slice(0, 2), names)}`;
}

/** What the figures of a layer show, and their files. */
function layerNote(
  { layer: { name, width }, truth }: LayerStudy,
  index: number,
  { experiment, names }: Context,
): Markup {
  const { rows } = experiment.train;
  const dead = experiment.evaluation.deadUnits[index] ?? [];
  const which = dead.length > 12 ? `${dead.length} nodes` : `${dead.length === 1 ? 'node' : 'nodes'} ${listed(dead)}`;
  const file = `figures/boxes-${name}`;
  return html`<p class="note">${count(rows)} × ${count(width)} activations, at most ${fixed(highest(truth), 3)}.
    ${dead.length > 0 && `Dead, zero for every training image: ${which}. `}Box: middle half of the images of a class,
    with its median; line: smallest to largest. Overlap: how much of two classes’ histograms is alike, in
    ${overlapBins(rows, names.length)} bins of equal counts, mean over all
    pairs.${names.length > MOST_BOXES && ` Of ${names.length} classes the ${MOST_BOXES} with the highest medians.`}
    ${' '}${fileLinks(file, names.length <= MOST_BOXES ? 'all nodes' : 'these nodes')}</p>`;
}

function fileLinks(file: string, which: string): Markup {
  return html`<span class="files"><a href="${file}.svg">SVG</a> <a href="${file}.vl.json">Vega-Lite</a>
    ${' '}<a href="${file}.parquet">Parquet, ${which}</a></span>`;
}

/** The largest activation of some nodes, of none above zero 0. */
function highest(nodes: readonly NodeBoxes[]): number {
  return nodes.flatMap(({ boxes }) => boxes).reduce((most, { max }) => (max > most ? max : most), 0);
}

function plotsOf(nodes: readonly NodeBoxes[], names: readonly string[], by: 'predicted' | 'true'): Markup {
  const colours = names.map((_, c) => classColour(c));
  return html`<div class="nodes">${nodes.map((node) => nodePlot(node, names, colours, `${by} class`))}</div>`;
}

/** Classes that have a row on the line of one node. */
const MOST_ROWS = 40;
/** Classes in the boxes of a node: of more, those with the highest medians. */
const MOST_BOXES = 30;

/** Layers of so few nodes show both groupings side by side. */
const FEW = 2;

function byClass(kind: string, plots: Markup): Markup {
  return html`<div><h4>Activation by ${kind} class</h4>${plots}</div>`;
}

function nodePlot(node: NodeBoxes, names: readonly string[], colours: readonly string[], grouping: string): Markup {
  const title = `Node ${node.node}: activation by class`;
  const median = (c: number): number => node.boxes[c]?.median ?? NaN;
  const shown =
    names.length <= MOST_BOXES
      ? [...names.keys()]
      : [...names.keys()]
          .filter((c) => !Number.isNaN(median(c)))
          .sort((a, b) => median(b) - median(a) || a - b)
          .slice(0, MOST_BOXES);
  const stats = fiveNumbers({ ...node, boxes: shown.map((c) => node.boxes[c]) });
  return html`<figure class="node">${boxPlot(
    title,
    stats,
    shown.map((c) => names[c]),
    shown.map((c) => colours[c]),
    grouping,
  )}<figcaption>node ${node.node} · overlap ${fixed(node.overlap, 2)}</figcaption></figure>`;
}

function fiveNumbers({ boxes }: NodeBoxes): number[] {
  return boxes.flatMap(({ min, q1, median, q3, max }) => [min, q1, median, q3, max]);
}

/** All boxes of a layer, for the page's script. */
function pack({ layer, predicted, truth }: LayerStudy): PackedBoxes {
  const overlaps = (nodes: readonly NodeBoxes[]): number[] => nodes.map(({ overlap }) => Number(overlap.toFixed(6)));
  return {
    width: layer.width,
    predicted: base64Of(predicted),
    truth: base64Of(truth),
    overlap: [overlaps(predicted), overlaps(truth)],
  };
}

function base64Of(nodes: readonly NodeBoxes[]): string {
  return base64(new Uint8Array(Float32Array.from(nodes.flatMap(fiveNumbers)).buffer));
}

function firstRows(layer: HiddenLayer, names: readonly string[]): Markup {
  const columns = Math.min(5, layer.width);
  const rows = Array.from({ length: Math.min(5, layer.rows) }, (_, i) => [
    `image ${layer.id[i]}, ${withArticle(names[layer.label[i]])}`,
    ...Array.from({ length: columns }, (_, j) => fixed(layer.data[i * layer.width + j], 3)),
  ]);
  const head = ['', ...Array.from({ length: columns }, (_, j) => `node ${j}`)];
  return html`<details><summary>First rows of the activations</summary>
    ${table(`The first ${rows.length} training images${columns < layer.width ? `, the first ${columns} nodes` : ''}`, head, rows)}</details>
    `;
}

function ranges(nodes: readonly NodeBoxes[], names: readonly string[]): Markup {
  return html`<details><summary>Ranges by predicted class</summary><div class="row">${nodes.map(({ node, boxes }) =>
    table(
      `Node ${node}`,
      ['class', 'images', 'min', 'q1', 'median', 'q3', 'max'],
      boxes.map((b, c) => [
        names[c],
        count(b.count),
        ...[b.min, b.q1, b.median, b.q3, b.max].map((value) => fixed(value, 2)),
      ]),
    ),
  )}</div></details>`;
}
