import { html, type Content, type Markup } from '../page/html.js';

/** What is seen of a node before it is opened. */
export interface NodeTile {
  readonly node: number;
  /** Id of its element. */
  readonly anchor: string;
  readonly line: string;
  /** What images that activate it most have more and less of than others. */
  readonly active: Markup;
  /** Four of the images that activate it most. */
  readonly strongest: Markup;
}

/** A node as a tile that opens on its figures, when the report is made and again in the page. @param card its figures; the page's script puts them in later */
export function nodeTile({ node, anchor, line, active, strongest }: NodeTile, card?: Content): Markup {
  return html`<details class="node-tile" id="${anchor}" data-node="${node}"><summary><span class="tile-pictures">${active}${strongest}</span>
<span class="tile-words"><b>Node ${node}</b> ${line}</span></summary>${card}</details>`;
}
