import { bytesOf } from '../src/payloads/decode.js';
import type { GalleryMap } from '../src/payloads/gallery.js';
import { names } from './classes.js';
import { element } from './elements.js';
import { SPLITS, theGallery, type OpenGallery } from './gallery.js';
import { placeInPlot } from './plot.js';

/** Points of a map, on a grid of 65535 by 65535 across its plot. */
interface Points {
  readonly entry: Uint32Array;
  readonly x: Uint16Array;
  readonly y: Uint16Array;
}

const GRID = 65535;
/** A point is meant that lies no farther away than this. */
const NEAR = 2600;

/** Shows the image of the point of a map that is pointed at. */
export function hoverMaps(): void {
  const tip = element('div', 'tip');
  tip.setAttribute('aria-hidden', 'true');
  tip.hidden = true;
  document.body.append(tip);
  for (const figure of document.querySelectorAll<HTMLElement>('figure[data-map]')) hoverMap(figure, tip);
}

function hoverMap(figure: HTMLElement, tip: HTMLElement): void {
  const svg = figure.querySelector('svg');
  if (!svg) return;
  let points: Points | undefined;
  const move = (event: PointerEvent): void => {
    const gallery = theGallery();
    const packed = gallery?.maps[figure.dataset['map'] ?? ''];
    if (!gallery || !packed) return;
    points ??= unpacked(packed);
    const [x, y] = placeInPlot(figure, svg, event);
    const best = nearest(points, x * GRID, y * GRID);
    tip.hidden = best === undefined;
    if (best === undefined) return;
    const entry = points.entry[best];
    tip.replaceChildren(gallery.canvasOf(entry), element('span', '', wordsOf(gallery, entry)));
    tip.style.left = `${Math.max(4, Math.min(innerWidth - 150, event.clientX + 14))}px`;
    tip.style.top = `${event.clientY > innerHeight - 170 ? event.clientY - 160 : event.clientY + 14}px`;
  };
  svg.addEventListener('pointermove', move);
  svg.addEventListener('pointerdown', move);
  svg.addEventListener('pointerleave', () => (tip.hidden = true));
}

function unpacked({ entry, x, y }: GalleryMap): Points {
  return {
    entry: new Uint32Array(bytesOf(entry).buffer),
    x: new Uint16Array(bytesOf(x).buffer),
    y: new Uint16Array(bytesOf(y).buffer),
  };
}

function nearest({ entry, x, y }: Points, px: number, py: number): number | undefined {
  let best: number | undefined;
  let least = NEAR * NEAR;
  for (let i = 0; i < entry.length; i++) {
    const distance = (x[i] - px) ** 2 + (y[i] - py) ** 2;
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best;
}

function wordsOf({ split, id, label, predicted }: OpenGallery, entry: number): string {
  const [truth, guess] = [label[entry], predicted[entry]];
  const taken = truth === guess ? '' : `, taken for ${names[guess]}`;
  return `${SPLITS[split[entry]]} image ${id[entry]}: ${names[truth]}${taken}`;
}
