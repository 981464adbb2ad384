import type { PackedPair, PackedRivals } from '../src/payloads/rivals.js';
import { several } from '../src/page/names.js';
import { names } from './classes.js';
import { choice, element, json } from './elements.js';

/** In each panel of a class a choice of the rival that it is told from; and the panel of a link is opened. */
export function classPanels(): void {
  const packed = json<PackedRivals>('rivals');
  const panels = document.querySelectorAll<HTMLElement>('.class-panel');
  if (packed) {
    const sheets = new Sheets(packed);
    for (const panel of panels) addChoice(panel, packed.pairs[Number(panel.dataset['class'])], sheets);
  }
  const open = (): void => {
    const asked = document.getElementById(location.hash.slice(1))?.closest('.class-panel');
    asked?.querySelector('details')?.setAttribute('open', '');
  };
  addEventListener('hashchange', open);
  open();
}

/** The pictures of all pairs. */
class Sheets {
  private readonly maps: HTMLImageElement;
  private readonly means: HTMLImageElement;

  constructor(private readonly packed: PackedRivals) {
    [this.maps, this.means] = [packed.maps, packed.means].map((src) => Object.assign(new Image(), { src }));
  }

  /** A tile of the maps or the means, in the place of an image. */
  show(kind: 'maps' | 'means', tile: number, image: Element, label: string): void {
    const { width, height, columns } = this.packed;
    const canvas = Object.assign(element('canvas', kind === 'maps' ? 'map' : 'ink'), { width, height });
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', label);
    image.replaceWith(canvas);
    if (tile < 0) return;
    const [x, y] = [(tile % columns) * width, Math.floor(tile / columns) * height];
    const sheet = this[kind];
    void sheet.decode().then(() => canvas.getContext('2d')?.drawImage(sheet, x, y, width, height, 0, 0, width, height));
  }
}

function addChoice(panel: HTMLElement, pairs: readonly PackedPair[], sheets: Sheets): void {
  const [words, pictures] = ['.class-words', '.class-pictures'].map((name) => panel.querySelector(name));
  if (!words || !pictures || pairs.length < 2) return;
  const controls = element('div', 'controls');
  const scope = element('p', 'note scope');
  scope.setAttribute('aria-live', 'polite');
  scope.hidden = true;
  controls.append(
    choice(
      'Told from',
      pairs.map(({ rival }) => names[rival]),
      (place) => {
        show(panel, pictures, pairs[place], sheets);
        scope.hidden = place === 0;
        scope.replaceChildren(place === 0 ? '' : scopeOf(pairs[place], pairs[0]));
      },
    ),
  );
  words.append(controls, scope);
}

/** What of a panel is about the chosen rival, and what stays about the most frequent one. */
const scopeOf = ({ rival }: PackedPair, main: PackedPair): string =>
  [
    `Sentence, map and the figures of the pair are now about the ${several(names[rival])}.`,
    `The nodes and the images below are the same, and the test is still the one against the ${several(names[main.rival])}.`,
  ].join(' ');

function show(
  panel: HTMLElement,
  pictures: Element,
  { rival, tile, sentence, figures, title }: PackedPair,
  sheets: Sheets,
): void {
  const [, map, other] = pictures.querySelectorAll('figure');
  const drawn = map.querySelector('img, canvas');
  const mean = other.querySelector('img, canvas');
  if (drawn) sheets.show('maps', tile, drawn, title);
  if (mean) sheets.show('means', rival, mean, `mean image of ${several(names[rival])}`);
  map.querySelector('figcaption')?.firstChild?.replaceWith(title);
  other.querySelector('figcaption')?.replaceChildren(`mean of the ${several(names[rival])}`);
  const says = panel.querySelector('.says');
  says?.replaceChildren(sentence);
  panel.querySelector('.pair-figures')?.replaceChildren(figures);
}
