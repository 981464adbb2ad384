import { element } from './elements.js';

/** What the matrix of a layer leads to: nodes are its columns, classes its rows. */
interface Leads {
  readonly columns: readonly number[];
  readonly rows: readonly number[];
  /** A node and a class in words, with the node's picture as HTML. */
  readonly tell: (node: number, c: number) => { readonly picture: string; readonly words: string };
  readonly paint: (within: Element) => void;
  readonly open: (node: number) => void;
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Makes a matrix of classes by nodes something to find nodes by: the pointer or the arrow keys tell of one, a click or Enter opens it. */
export function matrixNavigation(figure: Element, { columns, rows, tell, paint, open }: Leads): void {
  const image = figure.querySelector('img');
  if (!image) return;
  const field = element('div', 'matrix-field');
  const mark = element('i');
  mark.hidden = true;
  const told = element('p', 'matrix-told');
  told.setAttribute('aria-live', 'polite');
  told.textContent = 'Point at the matrix, or move in it by the arrow keys.';
  image.replaceWith(field);
  field.append(image, mark);
  figure.querySelector('figcaption')?.before(told);
  Object.assign(field, { tabIndex: 0 });
  field.setAttribute('role', 'group');
  field.setAttribute('aria-label', 'Matrix of classes by nodes: arrow keys move, Enter opens the node');
  let at: readonly [number, number] = [0, 0];

  const move = (x: number, y: number): void => {
    const next = [Math.max(0, Math.min(columns.length - 1, x)), Math.max(0, Math.min(rows.length - 1, y))] as const;
    if (told.childElementCount > 0 && next[0] === at[0] && next[1] === at[1]) return;
    at = next;
    mark.hidden = false;
    const [left, top] = [(100 * at[0]) / columns.length, (100 * at[1]) / rows.length];
    mark.style.cssText = `left:${left}%;top:${top}%;width:${100 / columns.length}%;height:${100 / rows.length}%`;
    const { picture, words } = tell(columns[at[0]], rows[at[1]]);
    told.innerHTML = picture;
    told.append(element('span', '', words));
    paint(told);
  };
  const pointed = ({ clientX, clientY }: PointerEvent | MouseEvent): void => {
    const { left, top, width, height } = image.getBoundingClientRect();
    move(Math.floor(((clientX - left) / width) * columns.length), Math.floor(((clientY - top) / height) * rows.length));
  };
  field.addEventListener('pointermove', pointed);
  field.addEventListener('click', (event) => {
    pointed(event);
    open(columns[at[0]]);
  });
  field.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (event.key === 'Enter') open(columns[at[0]]);
    else if (step) move(at[0] + step[0], at[1] + step[1]);
    else return;
    event.preventDefault();
  });
}
