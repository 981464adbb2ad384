import type { ResultTable } from '@layerwise/contracts';
import type { NodeCard, NodePictures } from '../plots/node-figures.js';
import type { LayerFindings } from '../data/nodes.js';
import { ints, reals } from '../figures/columns.js';
import { contactSheet } from '../figures/contact-sheet.js';
import { nodeClassesDrawing, nodeClassesTable } from '../figures/node-classes.js';
import { draw } from '../figures/vega.js';
import { html, type Markup } from '../page/html.js';
import { IMAGES, MANY, shownId, type NodeImages } from './node-cards.js';
import type { Context } from './section.js';

/** Nodes on one sheet. */
const SHEET = 256;

type Kind = keyof NodePictures;
const TITLES: Readonly<Record<Kind, string>> = {
  weights: 'incoming weights',
  preferredInput: 'inputs that activate most',
  images: 'some of the training images that activate most',
};

/**
 * Keeps what the cards of a layer show in figures/: sheets of all nodes' pictures, and their figures by class.
 * @param drawn the nodes whose figures by class are drawn; the table has all
 * @returns links to the files
 */
export async function nodeFiles(
  layer: LayerFindings,
  cards: readonly NodeCard[],
  all: readonly NodeImages[],
  drawn: readonly number[],
  { shelf, names, hands }: Context,
): Promise<Markup> {
  const { name } = layer.info;
  const byClass = draw(
    nodeClassesDrawing(
      name,
      drawn.map((node) => cards[node]),
      names,
    ),
    hands,
  );
  const sheets = (['weights', 'preferredInput', 'images'] as const).flatMap((kind) =>
    Array.from({ length: Math.ceil(cards.length / SHEET) }, async (_, p) => {
      const nodes = cards.slice(p * SHEET, (p + 1) * SHEET).map(({ node }) => node);
      const part = cards.length > SHEET ? `-${p + 1}` : '';
      const sheet = await contactSheet(
        `nodes-${name}-${kind === 'preferredInput' ? 'preferred-input' : kind}${part}`,
        `Nodes of ${name}: ${titleOf(kind, layer)}`,
        nodes,
        nodes.map((node) => all[node][kind].image),
        aboutOf(kind, layer, nodes),
        hands,
      );
      const which = part && `, nodes ${p * SHEET} to ${p * SHEET + nodes.length - 1}`;
      return { sheet, link: html`<br>${TITLES[kind]}${which}: ${fileLinks(sheet.name, ['svg', 'png'])}` };
    }),
  );
  const [figureByClass, ...others] = await Promise.all([byClass, ...sheets] as const);
  const figure = shelf.add({ ...figureByClass, data: nodeClassesTable(cards, names) });
  const links = others.map(({ sheet, link }) => {
    shelf.add(sheet);
    return link;
  });
  return html`<details class="note"><summary>Files of these figures</summary>
    <p class="note">Each number of the cards by class, of all nodes: ${fileLinks(figure.name, ['svg'])}${links}</p>
    <p class="note">The numbers of the images: <a href="../nodes/${name}.arrow">nodes/${name}.arrow</a>.</p></details>`;
}

/** The images of wide layers are only those that activate most; see `tiles`. */
function titleOf(kind: Kind, { info }: LayerFindings): string {
  return kind === 'images' && info.units <= MANY
    ? 'some of the training images that activate most, around the median and least'
    : TITLES[kind];
}

function aboutOf(kind: Kind, layer: LayerFindings, nodes: readonly number[]): ResultTable {
  const column = (name: string) => {
    const values = layer.node(name);
    return reals(nodes.map((node) => values[node]));
  };
  if (kind === 'weights') return { marginZero: column('marginZero'), information: column('information') };
  if (kind === 'preferredInput') return { reached: column('reached'), largest: column('largest') };
  const ids = (list: Uint32Array, name: string): ResultTable =>
    Object.fromEntries(
      Array.from({ length: Math.min(IMAGES, layer.shown) }, (_, i) => [
        `${name}${i + 1}`,
        ints(nodes.map((node) => shownId(layer, list, node, i) as number)),
      ]),
    );
  return {
    ...ids(layer.strongest, 'strongest'),
    ...(layer.info.units <= MANY && { ...ids(layer.median, 'median'), ...ids(layer.least, 'least') }),
  };
}

function fileLinks(name: string, extensions: readonly string[]): Markup {
  return html`<span class="files">${extensions.map(
    (extension) => html`<a href="figures/${name}.${extension}">
    ${extension.toUpperCase()}</a> `,
  )}<a href="figures/${name}.vl.json">Vega-Lite</a> <a
    href="figures/${name}.parquet">Parquet</a></span>`;
}
