import { bytesOf } from '../src/payloads/decode.js';
import type { PackedNodes } from '../src/payloads/node-list.js';
import { html, type Markup } from '../src/page/html.js';
import { nodeCard } from '../src/plots/node-card.js';
import type { NodeCard, NodePictures } from '../src/plots/node-figures.js';
import { colours, names } from './classes.js';
import { button, choice, element, json, liveText, onceNear } from './elements.js';

type Kind = keyof NodePictures;
const KINDS = ['weights', 'preferredInput', 'images'] as const;

/** Sorting, paging and scale of the lists of nodes, each once it comes near the screen. */
export function nodeLists(): void {
  onceNear(document.querySelectorAll('[data-list]'), (list) => {
    const packed = json<PackedNodes>(list.dataset['list'] ?? '');
    if (packed) list.before(new NodeCards(list, packed).controls);
  });
}

/** What is known of a layer's nodes, unpacked. */
class Nodes {
  private readonly floats: Float32Array;
  private readonly width: number;
  readonly all: readonly number[];

  constructor(private readonly packed: PackedNodes) {
    this.floats = new Float32Array(bytesOf(packed.figures).buffer);
    this.width = 7 + (11 + packed.byClass.length) * packed.classes;
    this.all = packed.sentences.map((_, node) => node);
  }

  /** The `at`-th of the numbers of a node as a whole. */
  figure(node: number, at: number): number {
    return this.floats[node * this.width + at];
  }

  /** Of the numbers by class those from the `from`-th C on, so many times C. */
  private part(node: number, from: number, times = 1): number[] {
    const [start, C] = [node * this.width + 7, this.packed.classes];
    return Array.from(this.floats.subarray(start + from * C, start + (from + times) * C));
  }

  card(node: number): NodeCard {
    const { byClass, sentences } = this.packed;
    const [zeros, information, reached, largest, share, marginMean] = [0, 1, 2, 3, 4, 5].map((at) =>
      this.figure(node, at),
    );
    return {
      ...{ node, sentence: sentences[node], zeros, information, reached, largest, share, marginMean },
      classes: this.part(node, 0),
      byClass: Object.fromEntries(
        byClass.map((name, i) => [name, this.part(node, 1 + i)]),
      ) as unknown as NodeCard['byClass'],
      truth: this.part(node, 1 + byClass.length, 5),
      predicted: this.part(node, 6 + byClass.length, 5),
    };
  }

  private falling(at: number): number[] {
    return [...this.all].sort((a, b) => this.figure(b, at) - this.figure(a, at) || a - b);
  }

  /** Orders of the nodes, by name, the first of which is that of the page as it comes. */
  orders(): readonly (readonly [string, () => readonly number[]])[] {
    const isPriced = this.all.every((node) => Number.isFinite(this.figure(node, 6)));
    return [
      ...(isPriced ? [['what its loss costs', () => this.falling(6)] as const] : []),
      ['information on the class', () => this.falling(1)],
      ['largest activation', () => this.falling(3)],
      ['share of zeros', () => this.falling(0)],
      ['likeness', () => this.packed.order],
      ['number', () => this.all],
    ];
  }
}

/** Pictures of all nodes of a layer, of which a card shows its own. */
class Sheets {
  private readonly images: Readonly<Record<Kind, { readonly image: HTMLImageElement; readonly ready: Promise<void> }>>;

  constructor(private readonly packed: PackedNodes) {
    this.images = Object.fromEntries(
      KINDS.map((kind) => {
        const image = new Image();
        image.src = packed.sheets[kind].url;
        return [kind, { image, ready: image.decode() }];
      }),
    ) as unknown as typeof this.images;
  }

  /** Canvases for the pictures of a node, still empty. */
  markup(node: number): NodePictures {
    const canvas = (kind: Kind): Markup => {
      const { ink, width, height } = this.packed.sheets[kind];
      return html`<canvas class="${ink ? 'ink' : 'map'}" width="${width}" height="${height}"
        data-tile="${kind},${node}" role="img" aria-label="${kind} of node ${node}"></canvas>`;
    };
    return { weights: canvas('weights'), preferredInput: canvas('preferredInput'), images: canvas('images') };
  }

  /** Paints the canvases in a list. */
  paint(list: HTMLElement): void {
    for (const canvas of list.querySelectorAll<HTMLCanvasElement>('canvas[data-tile]')) {
      const [kind, node] = (canvas.dataset['tile'] ?? '').split(',');
      const { width, height } = this.packed.sheets[kind as Kind];
      const { image, ready } = this.images[kind as Kind];
      const [x, y] = [(+node % this.packed.columns) * width, Math.floor(+node / this.packed.columns) * height];
      void ready.then(() => canvas.getContext('2d')?.drawImage(image, x, y, width, height, 0, 0, width, height));
    }
  }
}

/** The cards of a layer's nodes, a page of them at a time. */
class NodeCards {
  private readonly nodes: Nodes;
  private readonly sheets: Sheets;
  private readonly pages: number;
  readonly controls = element('div', 'controls');
  private readonly place = liveText();
  private readonly before = button('Previous', () => this.show(this.page - 1));
  private readonly after = button('Next', () => this.show(this.page + 1));
  private order: readonly number[];
  private page = 0;

  constructor(
    private readonly list: HTMLElement,
    private readonly packed: PackedNodes,
  ) {
    this.nodes = new Nodes(packed);
    this.sheets = new Sheets(packed);
    this.pages = Math.ceil(this.nodes.all.length / packed.page);
    const orders = this.nodes.orders();
    this.order = orders[0][1]();
    this.controls.append(
      choice(
        'Sort by',
        orders.map(([name]) => name),
        (place) => {
          this.order = orders[place][1]();
          this.show(0);
        },
      ),
      choice('Scale of weights', ['each node', 'layer'], (place) => list.classList.toggle('one-scale', place === 1)),
    );
    if (this.pages > 1) this.controls.append(this.before, this.place, this.after);
    this.tellPlace();
  }

  private show(wanted: number): void {
    this.page = Math.max(0, Math.min(this.pages - 1, wanted));
    const size = this.packed.page;
    this.list.innerHTML = this.order
      .slice(this.page * size, (this.page + 1) * size)
      .map((node) => nodeCard(this.nodes.card(node), this.sheets.markup(node), names, colours).text)
      .join('');
    this.sheets.paint(this.list);
    this.tellPlace();
  }

  private tellPlace(): void {
    const [from, all] = [this.page * this.packed.page, this.nodes.all.length];
    this.place.textContent = `${from + 1} to ${Math.min(all, from + this.packed.page)} of ${all}`;
    this.before.disabled = this.page === 0;
    this.after.disabled = this.page === this.pages - 1;
  }
}
