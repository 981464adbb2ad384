import { names } from './classes.js';
import { button, element } from './elements.js';
import { SPLITS, theGallery, type OpenGallery } from './gallery.js';
import { placeInPlot } from './plot.js';

/** Images of a cell that are shown. */
const MOST_SHOWN = 25;

/** Makes the cells of confusion matrices show their images, in tables and in figures. */
export function confusionImages(): void {
  for (const cell of document.querySelectorAll<HTMLElement>('td[data-cell]')) clickCell(cell);
  for (const figure of document.querySelectorAll<HTMLElement>('figure[data-matrix]')) clickMatrix(figure);
}

function clickCell(cell: HTMLElement): void {
  const [split, truth, guess] = (cell.dataset['cell'] ?? '').split(',');
  const shown = cell.textContent;
  const made = button(shown, () => showCell(cell, split, +truth, +guess));
  made.setAttribute('aria-label', `${shown} ${split} images of ${names[+truth]} taken for ${names[+guess]}: show`);
  cell.replaceChildren(made);
}

function clickMatrix(figure: HTMLElement): void {
  const svg = figure.querySelector('svg');
  svg?.addEventListener('click', (event) => {
    const [guess, truth] = placeInPlot(figure, svg, event).map((share) => Math.floor(share * names.length));
    if (truth in names && guess in names) showCell(figure, figure.dataset['matrix'] ?? '', truth, guess);
  });
}

function showCell(cell: HTMLElement, split: string, truth: number, guess: number): void {
  const gallery = theGallery();
  const row = cell.closest<HTMLElement>('.row');
  if (!gallery || !row) return;
  for (const other of row.querySelectorAll('.shown')) other.classList.remove('shown');
  cell.classList.add('shown');
  const code = split === 'test' ? 2 : 0;
  const entries = Array.from(gallery.id.keys())
    .filter((i) => gallery.split[i] === code && gallery.label[i] === truth && gallery.predicted[i] === guess)
    .slice(0, MOST_SHOWN);
  const total = cell.tagName === 'TD' ? Number(cell.textContent.replace(/\D/g, '')) : entries.length;
  const what = truth === guess ? `${names[truth]}, recognised` : `${names[truth]} taken for ${names[guess]}`;
  const some = entries.length < total ? `${entries.length} of ` : '';
  const images = `${some}${total} ${SPLITS[code]} ${total === 1 ? 'image' : 'images'}`;
  panelAfter(row).replaceChildren(
    element('p', '', `${what}: ${images}`),
    ...entries.map((entry) => imageOf(gallery, entry)),
  );
}

function panelAfter(row: HTMLElement): HTMLElement {
  const next = row.nextElementSibling;
  if (next instanceof HTMLElement && next.classList.contains('cell-images')) return next;
  const panel = element('div', 'cell-images');
  panel.setAttribute('aria-live', 'polite');
  row.after(panel);
  return panel;
}

function imageOf(gallery: OpenGallery, entry: number): HTMLElement {
  const item = element('figure');
  const canvas = gallery.canvasOf(entry);
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', `${SPLITS[gallery.split[entry]]} image ${gallery.id[entry]}`);
  item.append(canvas, element('figcaption', '', String(gallery.id[entry])));
  return item;
}
