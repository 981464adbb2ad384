import type { MapPurity, ResultTable } from '@layerwise/contracts';
import type { Experiment, Split, View } from '../data/experiment.js';
import { ints, reals } from '../figures/columns.js';
import { drawScatter, type HoverMap, type Over, type Overlay, type Scatter } from '../figures/scatter.js';
import { layThumbnails } from '../figures/thumbnails.js';
import { count, fixed, listed, percent, words } from '../page/format.js';
import { html, type Content, type Markup } from '../page/html.js';
import { figureBlock } from './blocks.js';
import type { Chapter, Context, Section } from './section.js';

/** Maps of the rows: two nodes as a plane, fixed pixels, principal components, t-SNE. */
export const mapsChapter: Chapter = { id: 'maps', order: 1200, title: 'Maps of the images', make: mapsSection };

async function mapsSection(context: Context): Promise<Section | undefined> {
  const maps: HoverMap[] = [];
  const blocks: Content[] = [];
  const found: Group[] = [];
  const all = groups(context).map((group) => ({
    group,
    drawn: group.plots.map(async ({ scatter, over }) => drawScatter(scatter, over, context.hands)),
  }));
  await Promise.all(all.flatMap(({ drawn }) => drawn));
  for (const { group, drawn } of all) {
    const figures: Markup[] = [];
    for (const [p, { scatter, split, captions }] of group.plots.entries()) {
      for (const [i, figure] of (await drawn[p]).entries()) {
        context.shelf.add(figure);
        maps.push({ figure, split, id: scatter.id, x: scatter.x, y: scatter.y });
        const { left, top, width } = figure.plot;
        const place = html`data-map="${figure.name}" data-plot="${left},${top},${width}"`;
        figures.push(figureBlock(figure, captions[i], place));
      }
    }
    found.push(group);
    blocks.push(html`<h3>${group.title}</h3><p class="lead">${group.lead}</p><div class="row">${figures}</div>`);
  }
  if (blocks.length === 0) return undefined;
  return {
    maps,
    lead: mapsLead(found),
    body: html`<p class="note">A place takes the colour of the class found there most often, stronger where images
      lie closer; badges stand at each class's median, side by side where medians fall together.</p>${blocks}`,
  };
}

/** Which map keeps classes together best, and which least; of maps whose purity is not known nothing. */
function mapsLead(found: readonly Group[]): string {
  const known = found
    .flatMap(({ title, purity }) => (purity ? [{ title, purity }] : []))
    .sort((a, b) => b.purity.share - a.purity.share);
  const [best, worst] = [known[0], known[known.length - 1]];
  if (!best || !worst) return `${found.length === 1 ? 'One map' : `${found.length} maps`} of the training images.`;
  const share = ({ purity }: typeof best): string =>
    `(${percent(purity.share, 1)} of the ${purity.neighbours} nearest neighbours of an image are of its own class)`;
  if (best === worst) return `${best.title} ${share(best)}.`;
  return words`Of these ${known.length} maps “${best.title}” keeps the true classes together best ${share(best)} and
    “${worst.title}” least (${percent(worst.purity.share, 1)}).`;
}

interface Plot {
  readonly scatter: Scatter;
  readonly split: View['split'];
  /** The same map under another name with images laid over it. */
  readonly over?: Over;
  /** Of the map, and of the other. */
  readonly captions: readonly Content[];
}
interface Group {
  readonly title: string;
  readonly lead: string;
  readonly purity?: MapPurity | undefined;
  readonly plots: readonly Plot[];
}

function groups({ experiment, names }: Context): Group[] {
  const plane = planeGroup(experiment, names);
  const views = shownViews(experiment.views).filter(
    (view) => !(plane && view.method === 'columns' && view.source === plane.layer),
  );
  return [...(plane ? [plane] : []), ...views.map((view) => viewGroup(view, experiment, names))];
}

/** Views with rows; of two and three principal components of one source only the three, whose first map is the other. */
function shownViews(views: readonly View[]): View[] {
  const within = (a: View, b: View): boolean =>
    a.method === 'pca' &&
    b.method === 'pca' &&
    a.source === b.source &&
    a.split === b.split &&
    a.dimensions < b.dimensions;
  return views.filter((view) => view.rows > 0 && view.dimensions > 1 && !views.some((other) => within(view, other)));
}

function planeTable({ id, label, predicted }: Split, x: Float32Array, y: Float32Array): ResultTable {
  return { id: ints(id), node0: reals(x), node1: reals(y), true: ints(label), predicted: ints(predicted) };
}

/** The plane of a two-node layer, the output layer's regions behind it where it reads the plane. */
function planeGroup(
  { train, network, evaluation, views }: Experiment,
  names: readonly string[],
): (Group & { readonly layer: string }) | undefined {
  const index = train.hidden.findIndex((layer) => layer.width === 2);
  if (index < 0 || train.rows === 0) return undefined;
  const layer = train.hidden[index];
  const next = network.layers[index + 1];
  const isLast = index === train.hidden.length - 1;
  const region = isLast ? next : undefined;
  const x = new Float32Array(train.rows).map((_, i) => layer.data[2 * i]);
  const y = new Float32Array(train.rows).map((_, i) => layer.data[2 * i + 1]);
  const purity = views.find(
    (view) => view.source === layer.name && view.method === 'columns' && view.dimensions === 2,
  )?.purity;
  const lead = purity
    ? `On the plane of the two nodes ${together(purity, names)}`
    : `${count(train.rows)} training images by the two nodes.`;
  const scatter: Scatter = {
    name: `plane-${layer.name}`,
    title: 'The plane of the two nodes',
    subtitle: `${count(train.rows)} training images, by predicted class`,
    alt: `Scatter plot of node 0 against node 1 of ${layer.name}. ${lead}`,
    axes: ['activation of node 0', 'activation of node 1'],
    table: { name: `plane-${layer.name}`, data: planeTable(train, x, y) },
    x,
    y,
    id: train.id,
    group: train.predicted,
    classes: names,
    trim: 0.005,
    ...(region && { region }),
  };
  const caption = html`${region && 'The ground shows which class the output layer gives to each place. '}Training
    accuracy ${percent(evaluation.train.accuracy, 1)}. Cut where 99.5% of the images have been passed on each axis.`;
  const byTruth: Scatter = {
    ...scatter,
    name: `plane-${layer.name}-true`,
    subtitle: `${count(train.rows)} training images, by true class`,
    group: train.label,
  };
  return {
    title: `Hidden layer ${index + 1} as a plane`,
    layer: layer.name,
    lead,
    purity,
    plots: [
      { scatter, split: 'train', captions: [caption] },
      { scatter: byTruth, split: 'train', captions: ['The same places, coloured by what the images are.'] },
    ],
  };
}

function viewGroup(view: View, experiment: Experiment, names: readonly string[]): Group {
  const what = view.method === 'columns' ? `${view.source} ${listed(view.columns ?? [])}` : sourceName(view.source);
  const pairs =
    view.dimensions === 3
      ? [
          [0, 1],
          [0, 2],
          [1, 2],
        ]
      : [[0, 1]];
  const axis = (d: number): string => {
    if (view.method === 'columns')
      return `${view.source === 'pixels' ? 'pixel' : 'column'} ${view.columns?.[d] ?? d} (scaled value, no unit)`;
    if (view.method === 'tsne') return `t-SNE ${d + 1} (no unit)`;
    const share = view.explained?.[d];
    return `component ${d + 1}${share === undefined ? '' : ` (${percent(share, 1)} of variance)`}`;
  };
  const columns = Array.from({ length: view.dimensions }, (_, d) => columnOf(view, d));
  const lead = viewLead(view, columns[0], columns[1], names, what);
  const table: ResultTable = {
    id: ints(view.id),
    class: ints(view.label),
    ...Object.fromEntries(columns.map((values, d) => [`position${d + 1}`, reals(values)])),
  };
  const plots = pairs.map(([a, b]): Plot => {
    const scatter: Scatter = {
      name: `${view.name}${pairs.length > 1 ? `-${a + 1}${b + 1}` : ''}`,
      title: shortTitle(view),
      subtitle: `${count(view.rows)} ${view.split === 'train' ? 'training' : view.split} images, by true class`,
      alt: `Scatter plot: ${methodName(view)} of ${what}. ${lead}`,
      table: { name: view.name, data: table },
      axes: [axis(a), axis(b)],
      x: columns[a],
      y: columns[b],
      id: view.id,
      group: view.label,
      classes: names,
      equal: view.method !== 'columns',
      ...(view.method === 'columns' && { radius: 3 }),
      numbered: view.method !== 'tsne',
    };
    return {
      scatter,
      split: view.split,
      captions: [captionOf(view, experiment.images.width), 'The same map with images laid where there is room.'],
      ...(view.method === 'tsne' && {
        over: { name: `${scatter.name}-digits`, overlay: thumbnails(scatter, view, experiment) },
      }),
    };
  });
  const title =
    view.method === 'columns'
      ? `Two raw ${what}`
      : `${methodName(view)} of ${what}${view.method === 'tsne' ? `, ${count(view.rows)} images` : ''}`;
  return { title, lead, purity: view.purity, plots };
}

function columnOf({ rows, dimensions, position }: View, d: number): Float32Array {
  const values = new Float32Array(rows);
  for (let i = 0; i < rows; i++) values[i] = position[i * dimensions + d];
  return values;
}

function methodName({ method }: View): string {
  return { pca: 'Principal components', tsne: 't-SNE', columns: 'Two columns' }[method];
}

function shortTitle({ method, source, columns = [] }: View): string {
  const name = source.replace(/^hidden(\d+)$/, 'hidden layer $1');
  if (method === 'columns') return `${name.charAt(0).toUpperCase()}${name.slice(1)} ${listed(columns)}`;
  return `${method === 'pca' ? 'PCA' : 't-SNE'} of ${name}`;
}

function sourceName(source: string): string {
  const hidden = /^hidden(\d+)$/.exec(source);
  return hidden ? `the activations of hidden layer ${hidden[1]}` : `the ${source}`;
}

function captionOf(
  { method, source, columns = [], perplexity, iterations, klDivergence, explained, components, dimensions }: View,
  width: number,
): string {
  if (method === 'tsne')
    return words`${components ? `Of the first ${components} principal components. ` : ''}Perplexity
      ${perplexity ?? '–'}, ${count(iterations)} iterations, KL divergence ${fixed(klDivergence, 3)}. Distances
      between far groups mean little.`;
  if (method === 'columns')
    return words`Values as preprocessing scales
      them.${source === 'pixels' ? ` Places: ${listed(columns.map((pixel) => `row ${Math.floor(pixel / width)}, column ${pixel % width}`))}.` : ''}`;
  return explained
    ? `The ${dimensions} components together explain ${percent(
        explained.reduce((a, b) => a + b, 0),
        1,
      )} of the variance.`
    : '';
}

function thumbnails(scatter: Scatter, view: View, { images }: Experiment): Overlay {
  return (image, place) =>
    layThumbnails(
      faded(image),
      place,
      scatter.group,
      (row) => images.shown.at(view.split, view.id[row]),
      images.shown,
      Math.max(images.shown.width, images.shown.height) * 1.15,
    );
}

function faded<T extends { readonly palette: readonly (readonly [number, number, number, number])[] }>(image: T): T {
  return { ...image, palette: image.palette.map(([r, g, b, a]) => [r, g, b, Math.round(a * 0.18)] as const) };
}

function viewLead(view: View, x: Float32Array, y: Float32Array, names: readonly string[], what: string): string {
  const { dimensions, explained, purity, method } = view;
  const whole =
    dimensions > 2 ? `In all ${dimensions} ${method === 'pca' ? 'components' : 'dimensions'} together` : 'Here';
  const neighbours = purity && `${whole} ${together(purity, names)}`;
  const first =
    method === 'columns'
      ? columnsLead(view, x, y)
      : explained &&
        `The first ${dimensions} components hold ${percent(
          explained.reduce((a, b) => a + b, 0),
          1,
        )} of the variance of ${what}.`;
  return [first, neighbours].filter(Boolean).join(' ') || `${count(view.rows)} images.`;
}

function columnsLead({ rows, source }: View, x: Float32Array, y: Float32Array): string {
  const nought = x.reduce((n, value, i) => n + (value === 0 && y[i] === 0 ? 1 : 0), 0);
  return words`${count(rows - nought)} of ${count(rows)} images are not zero in at least one of these two
    ${source === 'pixels' ? 'pixels' : 'columns'}.`;
}

/** Which true classes keep to themselves, after the words that say where. */
function together({ neighbours, share, classes }: MapPurity, names: readonly string[]): string {
  const ranked = [...classes].sort((a, b) => b.share - a.share || a.class - b.class);
  const [best, second] = ranked;
  const worst = ranked[ranked.length - 1];
  if (!best || !second || !worst) return 'all images are of one class.';
  const name = ({ class: c }: { readonly class: number }): string => names[c];
  const mixed = worst.rival === null ? '' : `, mixed mostly with ${names[worst.rival]}`;
  return words`${percent(share, 1)} of the ${neighbours} nearest neighbours of an image are of its own true class:
    ${name(best)} and ${name(second)} keep to themselves best (${percent(best.share, 1)} and
    ${percent(second.share, 1)}), ${name(worst)} least (${percent(worst.share, 1)})${mixed}.`;
}
