import { bytesOf } from '../src/payloads/decode.js';
import type { PackedNodes } from '../src/payloads/node-list.js';
import { html, type Markup } from '../src/page/html.js';
import { several } from '../src/page/names.js';
import { nodeCard } from '../src/plots/node-card.js';
import type { NodeCard, NodePictures } from '../src/plots/node-figures.js';
import { nodeTile, type NodeTile } from '../src/plots/node-tile.js';
import { colours, names } from './classes.js';
import { button, choice, element, json, liveText, onceNear } from './elements.js';
import { matrixNavigation } from './node-matrix.js';

const KINDS = ['weights', 'preferredInput', 'active', 'images'] as const;
type Kind = (typeof KINDS)[number];
/** Tiles on a page. */
const PAGE = 48;
/** Most classes that have a button each. */
const MOST_CHIPS = 20;

/** Lists of nodes to look through, each once it comes near the screen or a link leads to one of its nodes. */
export function nodeExplorers(): void {
  const lists = [...document.querySelectorAll<HTMLElement>('[data-list]')];
  const made = new Map<HTMLElement, NodeExplorer>();
  const explorerOf = (list: HTMLElement): NodeExplorer | undefined => {
    const packed = made.has(list) ? undefined : json<PackedNodes>(list.dataset['list'] ?? '');
    if (packed) made.set(list, new NodeExplorer(list, packed));
    return made.get(list);
  };
  onceNear(lists, explorerOf);
  const follow = (): void => {
    const asked = location.hash.slice(1);
    for (const list of lists) {
      const [, node] = new RegExp(`^${list.dataset['anchor'] ?? ''}(\\d+)$`).exec(asked) ?? [];
      if (node !== undefined) explorerOf(list)?.open(Number(node));
    }
  };
  addEventListener('hashchange', follow);
  follow();
}

/** What is known of a layer's nodes, unpacked. */
class Nodes {
  private readonly floats: Float32Array;
  private readonly width: number;
  private readonly areas: Float32Array;
  readonly all: readonly number[];

  constructor(private readonly packed: PackedNodes) {
    this.floats = new Float32Array(bytesOf(packed.figures).buffer);
    this.areas = new Float32Array(bytesOf(packed.area).buffer);
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

  /** Area under the ROC curve of a class. */
  area(node: number, c: number): number {
    return this.areas[node * names.length + c];
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

/** Pictures of all nodes of a layer, of which a tile and its card show their own. */
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

  /** A canvas for a picture of a node, still empty. @param height of it, from the top */
  canvas(kind: Kind, node: number, label: string, height = this.packed.sheets[kind].height): Markup {
    const { ink, width } = this.packed.sheets[kind];
    return html`<canvas class="${ink ? 'ink' : 'map'}" width="${width}" height="${height}"
      data-tile="${kind},${node}" role="img" aria-label="${label} node ${node}"></canvas>`;
  }

  /** For the pictures of a card. */
  markup(node: number): NodePictures {
    return {
      weights: this.canvas('weights', node, 'weights of'),
      preferredInput: this.canvas('preferredInput', node, 'preferred input of'),
      images: this.canvas('images', node, 'images that activate it most, around the median and least, of'),
    };
  }

  /** Paints the canvases in an element. */
  paint(within: Element): void {
    for (const canvas of within.querySelectorAll<HTMLCanvasElement>('canvas[data-tile]')) {
      const [kind, node] = (canvas.dataset['tile'] ?? '').split(',');
      const { width, height } = this.packed.sheets[kind as Kind];
      const { image, ready } = this.images[kind as Kind];
      const [x, y] = [(+node % this.packed.columns) * width, Math.floor(+node / this.packed.columns) * height];
      const tall = canvas.height;
      void ready.then(() => canvas.getContext('2d')?.drawImage(image, x, y, width, tall, 0, 0, width, tall));
    }
  }
}

/** The nodes of a layer as tiles, a page at a time: sorted, filtered by class, found by number, opened. */
class NodeExplorer {
  private readonly nodes: Nodes;
  private readonly sheets: Sheets;
  private readonly controls = element('div', 'controls node-controls');
  private readonly place = liveText();
  private readonly before = button('Previous', () => this.show(this.page - 1));
  private readonly after = button('Next', () => this.show(this.page + 1));
  private readonly chips: HTMLButtonElement[];
  private sorted: () => readonly number[];
  private onlyFor: number | undefined;
  private order: readonly number[] = [];
  private page = 0;

  constructor(
    private readonly list: HTMLElement,
    private readonly packed: PackedNodes,
  ) {
    this.nodes = new Nodes(packed);
    this.sheets = new Sheets(packed);
    const orders = this.nodes.orders();
    this.sorted = orders[0][1];
    this.chips = names.map((name, c) => this.chip(name, c));
    this.controls.append(...this.choices(orders), this.before, this.place, this.after);
    list.before(this.controls);
    // Opening is not told to those around.
    list.addEventListener('toggle', ({ target }) => this.toggled(target as HTMLDetailsElement), true);
    this.arrange();
    const matrix = list.previousElementSibling?.previousElementSibling;
    if (matrix?.matches('.node-matrix'))
      matrixNavigation(matrix, {
        columns: packed.order,
        rows: packed.classOrder,
        tell: (node, c) => this.tell(node, c),
        paint: (within) => this.sheets.paint(within),
        open: (node) => this.open(node),
      });
  }

  private choices(orders: ReturnType<Nodes['orders']>): readonly HTMLElement[] {
    const jump = element('label', '', 'Node ');
    const number = Object.assign(element('input'), { type: 'number', min: '0', max: String(this.packed.units - 1) });
    number.addEventListener('change', () => number.checkValidity() && number.value && this.open(Number(number.value)));
    jump.append(number);
    const chips = element('span', 'chips');
    chips.setAttribute('role', 'group');
    chips.setAttribute('aria-label', 'Only nodes that stand for');
    chips.append(...this.chips);
    const only = choice('Stand for', ['any class', ...names], (at) => this.filter(at === 0 ? undefined : at - 1));
    return [
      names.length <= MOST_CHIPS ? chips : only,
      jump,
      choice(
        'Sort by',
        orders.map(([name]) => name),
        (at) => {
          this.sorted = orders[at][1];
          this.arrange();
        },
      ),
      choice('Scale of weights', ['each node', 'layer'], (at) => this.list.classList.toggle('one-scale', at === 1)),
    ];
  }

  private chip(name: string, c: number): HTMLButtonElement {
    const chip = button(several(name), () => this.filter(this.onlyFor === c ? undefined : c));
    chip.setAttribute('aria-pressed', 'false');
    return chip;
  }

  /** Shows only nodes that stand for a class; undefined for all. */
  private filter(c: number | undefined): void {
    this.onlyFor = c;
    this.chips.forEach((chip, i) => chip.setAttribute('aria-pressed', String(i === c)));
    this.arrange();
  }

  private arrange(): void {
    const { onlyFor } = this;
    const all = this.sorted();
    this.order = onlyFor === undefined ? all : all.filter((node) => this.packed.standsFor[node].includes(onlyFor));
    this.show(0);
  }

  /** Opens a node, brings it into view. */
  open(node: number): void {
    if (node >= this.packed.units) return;
    if (!this.order.includes(node)) this.filter(undefined);
    const page = Math.floor(this.order.indexOf(node) / PAGE);
    if (page !== this.page) this.show(page);
    const tile = document.getElementById(`${this.packed.anchor}${node}`) as HTMLDetailsElement;
    tile.open = true;
    tile.scrollIntoView();
    tile.querySelector('summary')?.focus({ preventScroll: true });
  }

  private toggled(tile: HTMLDetailsElement): void {
    const node = Number(tile.dataset['node']);
    if (Number.isNaN(node) || !tile.open) return;
    history.replaceState(null, '', `#${tile.id}`);
    if (tile.querySelector('.node-card')) return;
    const card = nodeCard(this.nodes.card(node), this.sheets.markup(node), names, colours);
    tile.insertAdjacentHTML('beforeend', card.text);
    this.sheets.paint(tile);
  }

  /** A node and a class in words, with the node's picture. */
  private tell(node: number, c: number): { readonly picture: string; readonly words: string } {
    const area = this.nodes.area(node, c);
    const of = Number.isNaN(area) ? 'no images' : `AUC ${area.toFixed(2)}`;
    return {
      picture: this.sheets.canvas('active', node, 'what images have in common that activate most').text,
      words: `Node ${node}, ${several(names[c])}: ${of}. It stands for ${this.packed.lines[node]}.`,
    };
  }

  private tile(node: number): NodeTile {
    const { anchor, lines, strip } = this.packed;
    return {
      ...{ node, anchor: `${anchor}${node}`, line: lines[node] },
      active: this.sheets.canvas('active', node, 'what images have in common that activate most'),
      strongest: this.sheets.canvas('images', node, 'images that activate most', strip),
    };
  }

  private show(wanted: number): void {
    const pages = Math.max(1, Math.ceil(this.order.length / PAGE));
    this.page = Math.max(0, Math.min(pages - 1, wanted));
    const shown = this.order.slice(this.page * PAGE, (this.page + 1) * PAGE);
    this.list.innerHTML = shown.map((node) => nodeTile(this.tile(node)).text).join('');
    this.sheets.paint(this.list);
    const from = this.page * PAGE;
    this.place.textContent =
      shown.length === 0
        ? 'no node stands for it'
        : `${from + 1} to ${from + shown.length} of ${this.order.length} nodes`;
    this.before.disabled = this.page === 0;
    this.after.disabled = this.page === pages - 1;
    this.before.hidden = this.after.hidden = pages === 1;
  }
}
