/// <reference lib="dom" />
import type { PackedNodes } from '../payloads/node-list.js';
import type { NodeCard, nodeCard } from '../plots/node-card.js';

/**
 * Sorting, paging and scale of the lists of nodes, each once it comes near the screen. Taken into the page as text: it
 * must not refer to anything outside itself.
 */
export function nodePages({
  card,
  names,
  colours,
}: {
  card: typeof nodeCard;
  names: readonly string[];
  colours: readonly string[];
}): void {
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        seen.unobserve(target);
        const source = document.querySelector(`script[data-node-list="${target.id}"]`);
        if (source) open(target as HTMLElement, JSON.parse(source.textContent ?? '') as PackedNodes);
      }
    },
    { rootMargin: '600px' },
  );
  for (const source of document.querySelectorAll<HTMLElement>('script[data-node-list]')) {
    const list = document.getElementById(source.dataset['nodeList'] ?? '');
    if (list) seen.observe(list);
  }

  function open(list: HTMLElement, packed: PackedNodes): void {
    const floats = new Float32Array(Uint8Array.from(atob(packed.figures), (c) => c.charCodeAt(0)).buffer);
    const { classes: C, byClass } = packed;
    const width = 7 + (11 + byClass.length) * C;
    /** Of the numbers by class those from the `from`-th C on, so many times C. */
    const part = (node: number, from: number, times = 1): number[] =>
      Array.from(floats.subarray(node * width + 7 + from * C, node * width + 7 + (from + times) * C));
    const figure = (node: number, at: number): number => floats[node * width + at] as number;
    const cardOf = (node: number): NodeCard => ({
      ...{
        node,
        sentence: packed.sentences[node] as string,
        zeros: figure(node, 0),
        information: figure(node, 1),
        reached: figure(node, 2),
        largest: figure(node, 3),
        share: figure(node, 4),
        marginMean: figure(node, 5),
      },
      classes: part(node, 0),
      byClass: Object.fromEntries(
        byClass.map((name, i) => [name, part(node, 1 + i)]),
      ) as unknown as NodeCard['byClass'],
      ...{ truth: part(node, 1 + byClass.length, 5), predicted: part(node, 6 + byClass.length, 5) },
    });
    const sheets = Object.entries(packed.sheets).map(([kind, sheet]) => {
      const image = new Image();
      image.src = sheet.url;
      return { kind, ...sheet, image, ready: image.decode() };
    });
    const picture = (kind: string, node: number): string => {
      const sheet = packed.sheets[kind as 'weights'];
      return `<canvas class="${sheet.ink ? 'ink' : 'map'}" width="${sheet.width}" height="${sheet.height}" data-tile="${kind},${node}" role="img" aria-label="${kind} of node ${node}"></canvas>`;
    };
    const paint = (): void => {
      for (const canvas of list.querySelectorAll<HTMLCanvasElement>('canvas[data-tile]')) {
        const [kind, node] = (canvas.dataset['tile'] ?? '').split(',') as [string, string];
        const sheet = sheets.find((candidate) => candidate.kind === kind);
        if (!sheet) continue;
        const [x, y] = [(+node % packed.columns) * sheet.width, Math.floor(+node / packed.columns) * sheet.height];
        void sheet.ready.then(() =>
          canvas
            .getContext('2d')
            ?.drawImage(sheet.image, x, y, sheet.width, sheet.height, 0, 0, sheet.width, sheet.height),
        );
      }
    };
    const nodes = packed.sentences.map((_, node) => node);
    const falling = (at: number) => (): number[] => [...nodes].sort((a, b) => figure(b, at) - figure(a, at) || a - b);
    const priced = nodes.every((node) => Number.isFinite(figure(node, 6)));
    const orders: Record<string, () => number[]> = {
      ...(priced && { 'what its loss costs': falling(6) }),
      'information on the class': falling(1),
      'largest activation': falling(3),
      'share of zeros': falling(0),
      likeness: () => [...packed.order],
      number: () => nodes,
    };
    let order = (Object.values(orders)[0] as () => number[])();
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
      list.innerHTML = order
        .slice(from, to)
        .map((node) =>
          card(
            cardOf(node),
            {
              weights: picture('weights', node),
              preferredInput: picture('preferredInput', node),
              images: picture('images', node),
            },
            names,
            colours,
          ),
        )
        .join('');
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
      select('Scale of weights', ['each node', 'layer'], (value) =>
        list.classList.toggle('one-scale', value === 'layer'),
      ),
    );
    if (pages > 1) controls.append(before, place, after);
    place.textContent = `1 to ${Math.min(nodes.length, packed.page)} of ${nodes.length}`;
    before.disabled = true;
    after.disabled = pages < 2;
    list.before(controls);
  }
}
