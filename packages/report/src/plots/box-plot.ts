import { html, type Markup } from '../page/html.js';
import { roundTicks } from './ticks.js';

const [LEFT, TOP, WIDTH, HEIGHT] = [44, 8, 172, 84] as const;
const at = (place: number): string => place.toFixed(1);

/**
 * Draws the boxes of one node as SVG, when the report is made and again in the page.
 * @param stats five numbers per class: min, q1, median, q3, max; NaN for a class without rows
 * @param names class names
 * @param colours class colours
 * @param grouping name of the axis of classes
 */
export function boxPlot(
  title: string,
  stats: ArrayLike<number>,
  names: readonly string[],
  colours: readonly string[],
  grouping: string,
): Markup {
  let [low, high] = [0, 0];
  for (let i = 0; i < stats.length; i++) {
    low = Math.min(low, stats[i] || 0);
    high = Math.max(high, stats[i] || 0);
  }
  if (high === low) high = low + 1;
  const y = (value: number): number => TOP + HEIGHT - ((value - low) / (high - low)) * HEIGHT;
  const step = WIDTH / names.length;
  const isSlanted = names.length > 12 || names.some((name) => name.length > 2);
  const bottom = isSlanted ? 158 : 124;
  const classes = names.map((name, c) => {
    const x = LEFT + step * (c + 0.5);
    const five = Array.from({ length: 5 }, (_, i) => stats[5 * c + i]);
    return html`${classLabel(name.slice(0, 12), x, step, isSlanted)}${boxOf(five, x, step, colours[c], y)}`;
  });
  return html`<svg viewBox="0 0 220 ${bottom}" role="img" aria-label="${title}" font-size="9.5" fill="currentColor">
    ${roundTicks(low, high, 4).map((tick) => tickAt(tick, y(tick)))}${classes}
    <g opacity=".75" text-anchor="middle" font-size="9">
    <text transform="translate(9 ${TOP + HEIGHT / 2}) rotate(-90)">activation</text>
    <text x="${LEFT + WIDTH / 2}" y="${bottom - 3}">${grouping}</text></g></svg>`;
}

function tickAt(tick: number, y: number): Markup {
  return html`<line x1="${LEFT}" x2="${LEFT + WIDTH}" y1="${at(y)}" y2="${at(y)}" stroke="currentColor" opacity=".14"/>
    <text x="${LEFT - 4}" y="${at(y)}" dy="3.5" text-anchor="end">${String(tick).replace('-', '−')}</text>`;
}

function classLabel(name: string, x: number, step: number, isSlanted: boolean): Markup {
  if (!isSlanted) return html`<text x="${at(x)}" y="${TOP + HEIGHT + 13}" text-anchor="middle">${name}</text>`;
  const place = `translate(${at(x + 3)} ${TOP + HEIGHT + 9}) rotate(-50)`;
  return html`<text transform="${place}" text-anchor="end" font-size="${at(Math.min(8, step * 1.1))}">${name}</text>`;
}

/** A line from the least to the largest value, a box over the middle half, and its median; nothing without values. */
function boxOf(
  [min, q1, median, q3, max]: readonly number[],
  x: number,
  step: number,
  colour: string,
  y: (value: number) => number,
): Markup | undefined {
  if (Number.isNaN(min)) return undefined;
  const [left, right] = [at(x - step * 0.36), at(x + step * 0.36)];
  // Of the rounded ends, so that the box ends where its lines do.
  const tall = Math.max(1, Number(at(y(q1))) - Number(at(y(q3))));
  return html`<line x1="${at(x)}" x2="${at(x)}" y1="${at(y(min))}" y2="${at(y(max))}" stroke="${colour}"/>
    <rect x="${left}" width="${at(step * 0.72)}" y="${at(y(q3))}" height="${at(tall)}" fill="${colour}"/>
    <line x1="${left}" x2="${right}" y1="${at(y(median))}" y2="${at(y(median))}" stroke="currentColor" stroke-width="1.6"/>`;
}
