import { CLASS_FIGURES, type ClassFigure, type NodeCard, type NodePictures } from '../plots/node-figures.js';
import type { NodeLine } from '../analysis/node-line.js';
import type { NodeTile } from '../plots/node-tile.js';
import type { PackedNodes } from '../payloads/node-list.js';
import type { LayerFindings } from '../data/nodes.js';
import { inkSheet, signedPixels, together } from '../figures/digits.js';
import type { IndexedImage } from '@layerwise/images/indexed-png';
import { base64 } from '../payloads/base64.js';
import type { Hands } from '../figures/hands.js';
import { sheetUrl } from '../figures/png.js';
import type { Markup } from '../page/html.js';
import { pixelImage } from './blocks.js';
import type { Context } from './section.js';

/** Real images in a row of a card: strongest, median, least. */
export const IMAGES = 4;
/** Layers of more nodes show only a node's strongest images. */
export const MANY = 512;
const SHEET_COLUMNS = 32;
/** Classes on a card; of more those whose area is farthest from one half. */
export const MOST_CLASSES = 30;

const QUANTILES = ['q05', 'q25', 'q50', 'q75', 'q95'] as const;
const NODE_FIGURES = ['zeros', 'information', 'reached', 'largest', 'marginMean'] as const;

/** What the cards of a layer say. @param K number of classes */
export function cardsOf(layer: LayerFindings, K: number, { experiment: { images } }: Context): NodeCard[] {
  const size = images.width * images.height;
  const nodes = Object.fromEntries(NODE_FIGURES.map((name) => [name, layer.node(name)])) as Record<
    (typeof NODE_FIGURES)[number],
    number[]
  >;
  const classes = Object.fromEntries(CLASS_FIGURES.map((name) => [name, layer.classes(name)])) as Record<
    ClassFigure,
    number[]
  >;
  const [truth, predicted] = [
    QUANTILES.map((name) => layer.classes(name)),
    QUANTILES.map((name) => layer.classes(`predictedQ${name.slice(1)}`)),
  ];
  const strengths = layer.sentences.map((_, node) =>
    layer.weights.subarray(node * size, (node + 1) * size).reduce((top, w) => Math.max(top, Math.abs(w)), 0),
  );
  const strongest = strengths.reduce((top, value) => Math.max(top, value), 0);
  return layer.sentences.map((sentence, node): NodeCard => {
    const shown = mostDecided(classes.area.slice(node * K, (node + 1) * K));
    const places = shown.map((c) => node * K + c);
    const fives = (columns: readonly number[][]): number[] =>
      places.flatMap((place) => columns.map((values) => values[place]));
    return {
      ...{
        node,
        sentence,
        share: strongest > 0 ? strengths[node] / strongest : 0,
        classes: shown,
        truth: fives(truth),
        predicted: fives(predicted),
      },
      ...{
        zeros: nodes.zeros[node],
        information: nodes.information[node],
        reached: nodes.reached[node],
        largest: nodes.largest[node],
        marginMean: nodes.marginMean[node],
      },
      byClass: Object.fromEntries(
        CLASS_FIGURES.map((name) => [name, places.map((place) => classes[name][place])]),
      ) as unknown as NodeCard['byClass'],
    };
  });
}

/** The classes whose areas are farthest from one half, of equals the first; ascending. */
function mostDecided(areas: readonly number[]): number[] {
  const distance = (c: number): number => Math.abs(areas[c] - 0.5) || 0;
  const all = [...areas.keys()];
  return areas.length <= MOST_CLASSES
    ? all
    : all
        .sort((a, b) => distance(b) - distance(a) || a - b)
        .slice(0, MOST_CLASSES)
        .sort((a, b) => a - b);
}

/** A picture of a node; `ink` ones are inverted on dark ground, the others are signed. */
export interface Tile {
  readonly image: IndexedImage;
  readonly ink: boolean;
}

/** The pictures of one node: those of its card, and what images that activate it most have in common. */
export type NodeImages = Readonly<Record<keyof NodePictures | 'active', Tile>>;

/** The pictures of one node. */
export function tiles(layer: LayerFindings, node: number, { experiment: { images } }: Context): NodeImages {
  const { width, height, shown } = images;
  const size = width * height;
  const own = (values: Float32Array): Float32Array => values.subarray(node * size, (node + 1) * size);
  const ids = (list: Uint32Array): (Uint8Array | undefined)[] =>
    Array.from({ length: IMAGES }, (_, i) => {
      const id = shownId(layer, list, node, i);
      return id === undefined ? undefined : images.shown.at('train', id);
    });
  const rows = layer.info.units > MANY ? [layer.strongest] : [layer.strongest, layer.median, layer.least];
  const preferredInput = images.shown.of(
    Uint8Array.from(own(layer.preferredInputs), (value) => Math.round(255 * value)),
  );
  return {
    weights: { image: signedPixels(own(layer.weights), width, height), ink: false },
    active: { image: signedPixels(own(layer.active), width, height), ink: false },
    preferredInput: { image: inkSheet([preferredInput], shown.width, shown.height, 1), ink: true },
    images: { image: inkSheet(rows.flatMap(ids), shown.width, shown.height, IMAGES), ink: true },
  };
}

/** The `i`-th image of a row of a card: evenly spaced among those that are known; undefined past the last. */
export function shownId({ shown }: LayerFindings, list: Uint32Array, node: number, i: number): number | undefined {
  const few = Math.min(IMAGES, shown);
  return i < few ? list[node * shown + Math.floor((i * shown) / few)] : undefined;
}

/** The pictures of one node as they stand in its card. */
export function pictures(found: NodeImages, node: number): NodePictures {
  const picture = (kind: keyof NodePictures, alt: string): Markup =>
    pixelImage(found[kind].image, `${alt} of node ${node}`, found[kind].ink ? 'ink' : 'map');
  return {
    weights: picture('weights', 'weights'),
    preferredInput: picture('preferredInput', 'preferred input'),
    images: picture('images', 'images that activate it most, around the median and least,'),
  };
}

/** A node as a tile. @param anchor what the ids of the layer's nodes begin with */
export function tileOf(
  layer: LayerFindings,
  node: number,
  { line, anchor }: { readonly line: string; readonly anchor: string },
  found: NodeImages,
  { experiment: { images } }: Context,
): NodeTile {
  const ids = Array.from({ length: IMAGES }, (_, i) => shownId(layer, layer.strongest, node, i));
  const { shown } = images;
  const strip = inkSheet(
    ids.map((id) => (id === undefined ? undefined : shown.at('train', id))),
    shown.width,
    shown.height,
    IMAGES,
  );
  return {
    ...{ node, line, anchor: `${anchor}${node}` },
    active: pixelImage(found.active.image, `what images that activate node ${node} most have in common`, 'map'),
    strongest: pixelImage(strip, `images that activate node ${node} most`),
  };
}

/** The figures of cards, see {@link PackedNodes.figures}. */
function figuresOf(layer: LayerFindings, cards: readonly NodeCard[]): string {
  const overall = layer.node('marginZero');
  const figures = cards.map((c) => [
    c.zeros,
    c.information,
    c.reached,
    c.largest,
    c.share,
    c.marginMean,
    overall[c.node],
    ...c.classes,
    ...CLASS_FIGURES.flatMap((name) => c.byClass[name]),
    ...c.truth,
    ...c.predicted,
  ]);
  return base64(new Uint8Array(Float32Array.from(figures.flat()).buffer));
}

/** All nodes of a layer for the page's script. */
export async function pack(
  layer: LayerFindings,
  cards: readonly NodeCard[],
  all: readonly NodeImages[],
  { lines, anchor, strip }: { readonly lines: NodeLine; readonly anchor: string; readonly strip: number },
  hands: Hands,
): Promise<PackedNodes> {
  const sheet = async (kind: keyof NodeImages): Promise<PackedNodes['sheets'][typeof kind]> => {
    const { width, height } = all[0][kind].image;
    return {
      url: await sheetUrl(
        together(
          all.map((tile) => tile[kind].image),
          SHEET_COLUMNS,
        ),
        hands,
      ),
      width,
      height,
      ink: all[0][kind].ink,
    };
  };
  const [weights, preferredInput, active, images] = await Promise.all(
    (['weights', 'preferredInput', 'active', 'images'] as const).map(sheet),
  );
  return {
    ...{
      name: layer.info.name,
      units: layer.info.units,
      anchor,
      sentences: layer.sentences,
      lines: cards.map(({ node }) => lines(node).line),
      standsFor: cards.map(({ node }) => lines(node).classes),
      order: layer.info.nodeOrder,
      classOrder: layer.info.classOrder,
      area: base64(new Uint8Array(Float32Array.from(layer.classes('area')).buffer)),
      strip,
      columns: SHEET_COLUMNS,
    },
    ...{
      classes: cards[0].classes.length,
      byClass: CLASS_FIGURES,
      figures: figuresOf(layer, cards),
    },
    sheets: { weights, preferredInput, active, images },
  };
}
