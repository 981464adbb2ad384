/// <reference lib="dom" />
import type { NodeCard, nodeCard } from './node-card.js';

/** The nodes of a layer as the page holds them. H nodes, K classes. */
export interface PackedNodes {
  readonly name: string;
  readonly units: number;
  readonly page: number;
  readonly sentences: readonly string[];
  /** base64 of float32[H][7 + 10 K]: zeros, information, reached, largest, share, costMean, overall cost, then area, areaLow, areaHigh, gradient, cost per class, then five quantiles for each class. */
  readonly figures: string;
  /** Nodes by likeness. */
  readonly order: readonly number[];
  /** Sheets of `columns` tiles a row: data addresses, width and height of a tile. */
  readonly columns: number;
  readonly sheets: Readonly<Record<'weights' | 'maximiser' | 'images', { readonly url: string; readonly width: number; readonly height: number; readonly ink: boolean }>>;
}

/** Sorting, paging and scale of the lists of nodes, each once it comes near the screen. Taken into the page as text: it must not refer to anything outside itself. */
export function nodePages({ card, names, colours }: { card: typeof nodeCard; names: readonly string[]; colours: readonly string[] }): void {
  const K = names.length;
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      const source = document.querySelector(`script[data-node-list="${target.id}"]`);
      if (source) open(target as HTMLElement, JSON.parse(source.textContent ?? '') as PackedNodes);
    }
  }, { rootMargin: '600px' });
  for (const source of document.querySelectorAll<HTMLElement>('script[data-node-list]')) {
    const list = document.getElementById(source.dataset['nodeList'] ?? '');
    if (list) seen.observe(list);
  }

  function open(list: HTMLElement, packed: PackedNodes): void {
    const floats = new Float32Array(Uint8Array.from(atob(packed.figures), (c) => c.charCodeAt(0)).buffer);
    const width = 7 + 10 * K;
    const part = (node: number, from: number, to = from + 1): number[] => Array.from(floats.subarray(node * width + 7 + from * K, node * width + 7 + to * K));
    const figure = (node: number, at: number): number => floats[node * width + at] as number;
    const cardOf = (node: number): NodeCard => ({
      ...{ node, sentence: packed.sentences[node] as string, zeros: figure(node, 0), information: figure(node, 1), reached: figure(node, 2), largest: figure(node, 3), share: figure(node, 4), costMean: figure(node, 5) },
      ...{ area: part(node, 0), areaLow: part(node, 1), areaHigh: part(node, 2), gradient: part(node, 3), cost: part(node, 4), quantiles: part(node, 5, 10) },
    });
    const sheets = Object.entries(packed.sheets).map(([kind, sheet]) => {
      const image = new Image();
      image.src = sheet.url;
      return { kind, ...sheet, image, ready: image.decode() };
    });
    const picture = (kind: string, node: number): string => {
      const sheet = packed.sheets[kind as 'weights'];
      return `<canvas class="${sheet.ink ? 'ink' : 'map'}" width="${sheet.width}" height="${sheet.height}" data-tile="${kind},${node}" role="img" aria-label="${kind} of node ${node + 1}"></canvas>`;
    };
    const paint = (): void => {
      for (const canvas of list.querySelectorAll<HTMLCanvasElement>('canvas[data-tile]')) {
        const [kind, node] = (canvas.dataset['tile'] ?? '').split(',') as [string, string];
        const sheet = sheets.find((candidate) => candidate.kind === kind);
        if (!sheet) continue;
        const [x, y] = [(+node % packed.columns) * sheet.width, Math.floor(+node / packed.columns) * sheet.height];
        void sheet.ready.then(() => canvas.getContext('2d')?.drawImage(sheet.image, x, y, sheet.width, sheet.height, 0, 0, sheet.width, sheet.height));
      }
    };
    const nodes = packed.sentences.map((_, node) => node);
    const falling = (at: number) => (): number[] => [...nodes].sort((a, b) => figure(b, at) - figure(a, at) || a - b);
    const orders: Record<string, () => number[]> = { 'accuracy it costs': falling(6), 'information on the class': falling(1), 'largest activation': falling(3), 'share of zeros': falling(0), likeness: () => [...packed.order], number: () => nodes };
    let order = orders['accuracy it costs']!();
    let page = 0;
    const pages = Math.ceil(nodes.length / packed.page);
    const controls = document.createElement('div');
    controls.className = 'controls';
    const select = (label: string, options: readonly string[], changed: (value: string) => void): HTMLLabelElement => {
      const made = document.createElement('select');
      for (const option of options) made.add(new Option(option));
      made.addEventListener('change', () => changed(made.value));
      const around = document.createElement('label');
      around.append(`${label} `, made);
      return around;
    };
    const button = (text: string, by: number): HTMLButtonElement => {
      const made = document.createElement('button');
      made.type = 'button';
      made.textContent = text;
      made.addEventListener('click', () => show(page + by));
      return made;
    };
    const place = document.createElement('span');
    place.setAttribute('aria-live', 'polite');
    const [before, after] = [button('Previous', -1), button('Next', 1)];
    const show = (wanted: number): void => {
      page = Math.max(0, Math.min(pages - 1, wanted));
      const [from, to] = [page * packed.page, Math.min(nodes.length, (page + 1) * packed.page)];
      list.innerHTML = order.slice(from, to).map((node) => card(cardOf(node), { weights: picture('weights', node), maximiser: picture('maximiser', node), images: picture('images', node) }, names, colours)).join('');
      place.textContent = `${from + 1} to ${to} of ${nodes.length}`;
      before.disabled = page === 0;
      after.disabled = page === pages - 1;
      paint();
    };
    controls.append(
      select('Sort by', Object.keys(orders), (value) => {
        order = (orders[value] as () => number[])();
        show(0);
      }),
      select('Scale', ['of each node', 'of the layer'], (value) => list.classList.toggle('one-scale', value === 'of the layer')),
      before,
      place,
      after,
    );
    place.textContent = `1 to ${Math.min(nodes.length, packed.page)} of ${nodes.length}`;
    before.disabled = true;
    after.disabled = pages < 2;
    list.before(controls);
  }
}
