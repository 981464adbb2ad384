/// <reference lib="dom" />
import type { Gallery } from '../payloads/gallery.js';
import type { boxPlot } from '../plots/box-plot.js';

/** What the page hands to its script. */
export interface PageTools {
  readonly boxPlot: typeof boxPlot;
  readonly colours: readonly string[];
  readonly names: readonly string[];
}

/**
 * The page's script, taken into the page as text: it must not refer to anything outside itself.
 * Adds digits on hover to maps, digits on click to confusion cells, and, once they come near the screen, sorting and paging to grids of box plots.
 */
export function pageScript({ boxPlot, colours, names }: PageTools): void {
  const bytes = (text: string): ArrayBuffer =>
    Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer as ArrayBuffer;
  const element = <K extends keyof HTMLElementTagNameMap>(
    tag: K,
    className = '',
    text = '',
  ): HTMLElementTagNameMap[K] => Object.assign(document.createElement(tag), { className, textContent: text });
  const SPLITS = ['training', 'validation', 'test'];

  function openGallery() {
    const source = document.getElementById('gallery');
    if (!source) return undefined;
    const gallery = JSON.parse(source.textContent ?? '') as Gallery;
    const sheet = new Image();
    sheet.src = `data:image/png;base64,${gallery.sheet}`;
    const split = new Uint8Array(bytes(gallery.split));
    const id = new Uint32Array(bytes(gallery.id));
    const label = new Uint16Array(bytes(gallery.label));
    const predicted = new Uint16Array(bytes(gallery.predicted));
    const { width, height, columns } = gallery;
    const paint = (canvas: HTMLCanvasElement, entry: number, x: number, y: number): void => {
      canvas
        .getContext('2d')
        ?.drawImage(
          sheet,
          (entry % columns) * width,
          Math.floor(entry / columns) * height,
          width,
          height,
          x,
          y,
          width,
          height,
        );
    };
    return { ...gallery, split, id, label, predicted, paint, ready: sheet.decode() };
  }
  let opened: ReturnType<typeof openGallery>;
  const theGallery = () => (opened ??= openGallery());

  function hoverMaps(): void {
    const tip = element('div', 'tip');
    tip.setAttribute('aria-hidden', 'true');
    tip.hidden = true;
    const canvas = element('canvas', 'ink');
    const words = element('span');
    tip.append(canvas, words);
    document.body.append(tip);
    for (const figure of document.querySelectorAll<HTMLElement>('figure[data-map]'))
      hoverMap(figure, tip, canvas, words);
  }

  function hoverMap(figure: HTMLElement, tip: HTMLElement, canvas: HTMLCanvasElement, words: HTMLElement): void {
    const svg = figure.querySelector('svg');
    if (!svg) return;
    const [left, top, side] = (figure.dataset['plot'] ?? '').split(',').map(Number) as [number, number, number];
    let points: { entry: Uint32Array; x: Uint16Array; y: Uint16Array } | undefined;
    const move = (event: PointerEvent): void => {
      const gallery = theGallery();
      const packed = gallery?.maps[figure.dataset['map'] ?? ''];
      if (!gallery || !packed) return;
      points ??= {
        entry: new Uint32Array(bytes(packed.entry)),
        x: new Uint16Array(bytes(packed.x)),
        y: new Uint16Array(bytes(packed.y)),
      };
      const box = svg.getBoundingClientRect();
      const scale = svg.viewBox.baseVal.width / box.width;
      const px = (((event.clientX - box.left) * scale - left) / side) * 65535;
      const py = (((event.clientY - box.top) * scale - top) / side) * 65535;
      let best = -1;
      let least = 2600 * 2600;
      for (let i = 0; i < points.entry.length; i++) {
        const d = ((points.x[i] as number) - px) ** 2 + ((points.y[i] as number) - py) ** 2;
        if (d < least) {
          least = d;
          best = i;
        }
      }
      if (best < 0) {
        tip.hidden = true;
        return;
      }
      const entry = points.entry[best] as number;
      canvas.width = gallery.width;
      canvas.height = gallery.height;
      void gallery.ready.then(() => gallery.paint(canvas, entry, 0, 0));
      const [truth, guess] = [gallery.label[entry] as number, gallery.predicted[entry] as number];
      words.textContent = `${SPLITS[gallery.split[entry] as number]} image ${gallery.id[entry]}: ${names[truth]}${truth === guess ? '' : `, taken for ${names[guess]}`}`;
      tip.hidden = false;
      tip.style.left = `${Math.max(4, Math.min(innerWidth - 150, event.clientX + 14))}px`;
      tip.style.top = `${event.clientY > innerHeight - 170 ? event.clientY - 160 : event.clientY + 14}px`;
    };
    svg.addEventListener('pointermove', move);
    svg.addEventListener('pointerdown', move);
    svg.addEventListener('pointerleave', () => (tip.hidden = true));
  }

  function clickCells(): void {
    for (const cell of document.querySelectorAll<HTMLElement>('td[data-cell]')) {
      const [split, truth, guess] = (cell.dataset['cell'] ?? '').split(',') as [string, string, string];
      const button = element('button', '', cell.textContent ?? '');
      button.type = 'button';
      button.setAttribute(
        'aria-label',
        `${cell.textContent} ${split} images of ${names[+truth]} taken for ${names[+guess]}: show`,
      );
      cell.replaceChildren(button);
      button.addEventListener('click', () => showCell(cell, split, +truth, +guess));
    }
  }

  function clickMatrices(): void {
    for (const figure of document.querySelectorAll<HTMLElement>('figure[data-matrix]')) {
      const svg = figure.querySelector('svg');
      const [left, top, side] = (figure.dataset['plot'] ?? '').split(',').map(Number) as [number, number, number];
      svg?.addEventListener('click', (event) => {
        const box = svg.getBoundingClientRect();
        const scale = svg.viewBox.baseVal.width / box.width;
        const [guess, truth] = [(event.clientX - box.left) * scale - left, (event.clientY - box.top) * scale - top].map(
          (at) => Math.floor((at / side) * names.length),
        ) as [number, number];
        if (truth in names && guess in names) showCell(figure, figure.dataset['matrix'] as string, truth, guess);
      });
    }
  }

  function showCell(cell: HTMLElement, split: string, truth: number, guess: number): void {
    const gallery = theGallery();
    const row = cell.closest('.row');
    if (!gallery || !row) return;
    let panel = row.nextElementSibling as HTMLElement | null;
    if (!panel?.classList.contains('cell-images')) {
      panel = element('div', 'cell-images');
      panel.setAttribute('aria-live', 'polite');
      row.after(panel);
    }
    for (const other of row.querySelectorAll('.shown')) other.classList.remove('shown');
    cell.classList.add('shown');
    const code = split === 'test' ? 2 : 0;
    const entries = Array.from(gallery.id.keys())
      .filter((i) => gallery.split[i] === code && gallery.label[i] === truth && gallery.predicted[i] === guess)
      .slice(0, 25);
    const total = cell.tagName === 'TD' ? Number((cell.textContent ?? '').replace(/\D/g, '')) : entries.length;
    const what = truth === guess ? `${names[truth]}, recognised` : `${names[truth]} taken for ${names[guess]}`;
    const figures = entries.map((entry) => {
      const item = element('figure');
      const canvas = element('canvas', 'ink');
      canvas.width = gallery.width;
      canvas.height = gallery.height;
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', `${SPLITS[code]} image ${gallery.id[entry]}`);
      void gallery.ready.then(() => gallery.paint(canvas, entry, 0, 0));
      item.append(canvas, element('figcaption', '', String(gallery.id[entry])));
      return item;
    });
    panel.replaceChildren(
      element(
        'p',
        '',
        `${what}: ${entries.length < total ? `${entries.length} of ` : ''}${total} ${SPLITS[code]} ${total === 1 ? 'image' : 'images'}`,
      ),
      ...figures,
    );
  }

  function nodeGrids(): void {
    const seen = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          seen.unobserve(target);
          nodeGrid(target as HTMLElement);
        }
      },
      { rootMargin: '600px' },
    );
    for (const grid of document.querySelectorAll<HTMLElement>('[data-nodes]')) seen.observe(grid);
  }

  function nodeGrid(grid: HTMLElement): void {
    const source = document.getElementById(grid.dataset['nodes'] ?? '');
    if (!source) return;
    const data = JSON.parse(source.textContent ?? '') as {
      width: number;
      predicted: string;
      truth: string;
      overlap: [number[], number[]];
    };
    const boxes = [data.predicted, data.truth].map((text) => new Float32Array(bytes(text))) as [
      Float32Array,
      Float32Array,
    ];
    const state = { by: 0 as 0 | 1, sort: 0, page: 0 };
    const size = 12;
    const pages = Math.ceil(data.width / size);
    const plots = element('div', 'nodes');
    const place = element('span', 'place');
    place.setAttribute('aria-live', 'polite');
    const show = (): void => {
      const order = Array.from({ length: data.width }, (_, i) => i);
      const overlap = data.overlap[state.by];
      if (state.sort === 0) order.sort((a, b) => (overlap[a] as number) - (overlap[b] as number) || a - b);
      plots.replaceChildren(
        ...order.slice(state.page * size, (state.page + 1) * size).map((node) => {
          const figure = element('figure', 'node');
          figure.innerHTML = boxPlot(
            `Node ${node}: activation by class`,
            boxes[state.by].subarray(node * 5 * names.length, (node + 1) * 5 * names.length),
            names,
            colours,
            state.by === 0 ? 'predicted class' : 'true class',
          );
          figure.append(element('figcaption', '', `node ${node} · overlap ${(overlap[node] as number).toFixed(2)}`));
          return figure;
        }),
      );
      place.textContent = `page ${state.page + 1} of ${pages}`;
    };
    const choice = (label: string, options: readonly string[], set: (value: number) => void): HTMLElement => {
      const box = element('label', '', `${label} `);
      const select = element('select');
      options.forEach((text, i) => select.append(Object.assign(element('option', '', text), { value: String(i) })));
      select.addEventListener('change', () => {
        set(Number(select.value));
        state.page = 0;
        show();
      });
      box.append(select);
      return box;
    };
    const turn = (text: string, step: number): HTMLElement => {
      const button = element('button', '', text);
      button.type = 'button';
      button.addEventListener('click', () => {
        state.page = (state.page + step + pages) % pages;
        show();
      });
      return button;
    };
    const controls = element('div', 'controls');
    controls.append(
      choice('Sort by', ['separation', 'number'], (value) => (state.sort = value)),
      choice('Group by', ['predicted class', 'true class'], (value) => (state.by = value as 0 | 1)),
      turn('Previous', -1),
      place,
      turn('Next', 1),
    );
    grid.replaceChildren(controls, plots);
    show();
  }

  hoverMaps();
  clickCells();
  clickMatrices();
  nodeGrids();
  // Chapters that come near the screen take their true height only then; browsers without scroll anchoring would end beside the chapter asked for.
  addEventListener('hashchange', () => {
    let frames = 6;
    const land = (): void => {
      document.getElementById(location.hash.slice(1))?.scrollIntoView();
      if (--frames > 0) requestAnimationFrame(land);
    };
    land();
  });
  addEventListener('beforeprint', () =>
    document.querySelectorAll('details').forEach((details) => (details.open = true)),
  );
}
