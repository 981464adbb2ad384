/// <reference lib="dom" />
import type { contributions, largest, respond } from '@layerwise/nets/forward';
import type { drawn } from '@layerwise/scan/drawn';
import type { Familiar, familiarity } from '@layerwise/scan/familiarity';
import type { formOf, normalise } from '@layerwise/scan/normalise';
import type { Pad } from '../payloads/pad.js';
import type { unpackNet } from '../payloads/net.js';

/** What the page hands to its draw pad. */
export interface PadTools {
  readonly drawn: typeof drawn;
  readonly normalise: typeof normalise;
  readonly formOf: typeof formOf;
  readonly respond: typeof respond;
  readonly contributions: typeof contributions;
  readonly largest: typeof largest;
  readonly familiarity: typeof familiarity;
  /** Percentile above which a drawing is called unlike the training images. */
  readonly unlike: number;
  readonly unpackNet: typeof unpackNet;
  /** Width of the pen, of a digit 20 pixels long. */
  readonly pen: number;
  readonly colours: readonly string[];
}

/**
 * The draw pad: what the net says of a drawing while it is drawn, and which hidden nodes it lights. The net is opened
 * when the pad comes into view. Taken into the page as text: it must not refer to anything outside itself.
 */
export function drawPad({
  drawn,
  normalise,
  formOf,
  respond,
  contributions,
  largest,
  familiarity,
  unlike,
  unpackNet,
  pen,
  colours,
}: PadTools): void {
  const pad = document.getElementById('draw-pad');
  const source = document.getElementById('pad-net');
  if (!pad || !source) return;
  pad.hidden = false;
  const part = <T extends HTMLElement>(name: string): T => pad.querySelector(`.pad-${name}`) as T;
  const [board, sees, answer] = [part<HTMLCanvasElement>('board'), part<HTMLCanvasElement>('sees'), part('answer')];
  const [undo, clear] = [part<HTMLButtonElement>('undo'), part<HTMLButtonElement>('clear')];
  const bars = Array.from(pad.querySelectorAll<HTMLElement>('.pad-bars li'));
  const brush = board.getContext('2d') as CanvasRenderingContext2D;
  const strokes: number[][] = [];
  let drawing: number[] | undefined;
  let due = 0;

  function setUp() {
    const { net: packed, layers, familiar: like } = JSON.parse(source?.textContent ?? '') as Pad;
    const net = unpackNet(packed);
    const lit = Array.from(pad?.querySelectorAll<HTMLElement>('.pad-layer') ?? []).map((block, l) => {
      const most = new Float32Array(bytesOf(layers[l]?.largest ?? '').buffer);
      const cells = new Map<number, HTMLElement>();
      for (const row of block.querySelectorAll<HTMLElement>('[data-home]')) {
        layers[l]?.home.forEach((home, node) => {
          if (home !== Number(row.dataset['home'])) return;
          const cell = Object.assign(document.createElement('i'), { title: `node ${node}` });
          cell.style.setProperty('--c', colours[home] as string);
          cells.set(node, cell);
          row.append(cell);
        });
      }
      return { most, cells, words: block.querySelector('.pad-words') as HTMLElement };
    });
    return { net, names: net.dataset.classes, side: net.dataset.width, lit, familiar: like && openFamiliar(like) };
  }
  function bytesOf(text: string): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  }
  function openFamiliar({ width, bytes, low, step, usual }: NonNullable<Pad['familiar']>): Familiar {
    const [from, by, distances] = [low, step, usual].map((text) => new Float32Array(bytesOf(text).buffer)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    return {
      width,
      reference: Float32Array.from(
        bytesOf(bytes),
        (byte, i) => (from[i % width] as number) + byte * (by[i % width] as number),
      ),
      usual: distances,
    };
  }
  let opened: ReturnType<typeof setUp> | undefined;
  const open = (): ReturnType<typeof setUp> => (opened ??= setUp());

  function paint(): void {
    brush.clearRect(0, 0, board.width, board.height);
    brush.lineWidth = (pen / 28) * board.width;
    brush.lineCap = brush.lineJoin = 'round';
    brush.beginPath();
    for (const stroke of strokes) {
      brush.moveTo(stroke[0] as number, stroke[1] as number);
      for (let i = 0; i < stroke.length; i += 2) brush.lineTo(stroke[i] as number, stroke[i + 1] as number);
    }
    brush.stroke();
    undo.disabled = clear.disabled = strokes.length === 0;
  }

  function show(): void {
    due = 0;
    paint();
    const { net, names, side, lit, familiar } = open();
    const image = normalise(drawn(strokes), formOf(side));
    const seen = sees.getContext('2d') as CanvasRenderingContext2D;
    const ink = seen.createImageData(side, side);
    image.forEach((value, p) => (ink.data[4 * p + 3] = value));
    seen.putImageData(ink, 0, 0);
    const empty = strokes.length === 0;
    const response = respond(net, image);
    const order = Array.from(response.probabilities.keys()).sort(
      (a, b) => (response.probabilities[b] as number) - (response.probabilities[a] as number),
    );
    bars.forEach((bar, at) => {
      const c = bars.length === names.length ? at : (order[at] as number);
      const value = empty ? 0 : (response.probabilities[c] as number);
      bar.style.setProperty('--p', value.toFixed(4));
      bar.style.setProperty('--c', colours[c] as string);
      bar.classList.toggle('best', !empty && c === order[0]);
      (bar.children[0] as HTMLElement).textContent = empty && bars.length < names.length ? '' : (names[c] as string);
      (bar.children[2] as HTMLElement).textContent = empty ? '' : percent(value);
    });
    lit.forEach(({ most, cells, words }, l) => {
      const values = response.hidden[l] as Float64Array;
      let active = 0;
      for (const [node, cell] of cells) {
        const value = empty ? 0 : (values[node] as number);
        if (value !== 0) active++;
        const share = most[node] ? Math.min(1, Math.abs(value) / (most[node] as number)) : 0;
        cell.style.setProperty('--a', share.toFixed(3));
        cell.title = `node ${node}: ${value.toFixed(2)}${most[node] ? `, ${Math.round(share * 100)}% of its largest` : ', silent for every training image'}`;
      }
      const loudest = largest(values);
      words.textContent = empty
        ? ''
        : `${active} of ${cells.size} ${cells.size === 1 ? 'node' : 'nodes'} active; strongest: node ${loudest} with ${(values[loudest] as number).toFixed(2)}.`;
    });
    part('voices').textContent =
      empty || lit.length === 0
        ? ''
        : voices(
            contributions(net, response, order[0] as number).at(-1) as Float64Array,
            names[order[0] as number] as string,
          );
    if (!drawing)
      compare(
        empty || !familiar ? undefined : familiarity(familiar, response.hidden.at(-1) as Float64Array).percentile,
      );
    if (!drawing)
      answer.textContent = empty
        ? 'Nothing drawn yet.'
        : said(order.map((c) => [names[c] as string, response.probabilities[c] as number]));
  }

  /** How like the training images the drawing is. @param percentile of their own distances; none without a drawing */
  function compare(percentile?: number): void {
    const far = percentile !== undefined && percentile > unlike;
    part('like').classList.toggle('far', far);
    const share = percentile?.toFixed(far && percentile < 100 ? 1 : 0);
    part('like').textContent =
      share === undefined
        ? ''
        : far
          ? `Unlike the training images: in the last hidden layer ${share}% of them have a nearer neighbour. Trust the answer less.`
          : `In the last hidden layer ${share}% of the training images have a nearer neighbour.`;
  }
  const percent = (share: number): string =>
    share >= 0.9995 ? '>99.9%' : share < 0.0005 ? '<0.1%' : `${(share * 100).toFixed(1)}%`;
  const said = ([first, second]: (readonly [string, number])[]): string => {
    if (!first) return '';
    const rest = second && second[1] >= 0.005 ? `, next ${second[0]} with ${percent(second[1])}` : '';
    return `The net says ${first[0]} with ${percent(first[1])}${rest}.`;
  };
  /** The nodes of the last hidden layer that spoke most for a class and against it. */
  const voices = (spoke: Float64Array, name: string): string => {
    const order = Array.from(spoke.keys()).sort((a, b) => (spoke[b] as number) - (spoke[a] as number));
    const some = (nodes: number[], wanted: (value: number) => boolean): string =>
      nodes
        .filter((h) => wanted(spoke[h] as number))
        .slice(0, 3)
        .map((h) => `${h} (${(spoke[h] as number).toFixed(2).replace('-', '−')})`)
        .join(', ');
    const [pro, contra] = [some(order, (value) => value > 0), some(order.reverse(), (value) => value < 0)];
    return [pro && `For ${name} spoke nodes ${pro}.`, contra && `Against it ${contra}.`].filter(Boolean).join(' ');
  };

  const later = (): void => {
    due ||= requestAnimationFrame(show);
  };
  const place = (event: PointerEvent): [number, number] => {
    const box = board.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * board.width,
      ((event.clientY - box.top) / box.height) * board.height,
    ];
  };
  board.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || drawing) return;
    event.preventDefault();
    board.setPointerCapture(event.pointerId);
    drawing = [...place(event)];
    strokes.push(drawing);
    later();
  });
  board.addEventListener('pointermove', (event) => {
    if (!drawing) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length > 0 ? all : [event]) drawing.push(...place(each));
    later();
  });
  const lift = (): void => {
    if (!drawing) return;
    drawing = undefined;
    later();
  };
  board.addEventListener('pointerup', lift);
  board.addEventListener('pointercancel', lift);
  undo.addEventListener('click', () => {
    strokes.pop();
    later();
  });
  clear.addEventListener('click', () => {
    strokes.length = 0;
    later();
  });
  new IntersectionObserver(
    (entries, observer) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      later();
    },
    { rootMargin: '300px' },
  ).observe(pad);
}
