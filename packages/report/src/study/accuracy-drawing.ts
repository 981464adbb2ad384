import { count, percent } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import type { ComparedExperiment, Size } from './compared.js';
import type { Interval } from './interval.js';

/** An experiment on the plot: where its marks stand, at the mean where it was trained from several seeds. */
export interface Point extends Pick<ComparedExperiment, 'name' | 'current'> {
  readonly size: number;
  readonly test: number;
  readonly validation: number;
  /** Every training. */
  readonly runs: readonly Run[];
}

/** One training. */
export interface Run {
  /** NaN where it is not known. */
  readonly seed: number;
  readonly validation: number;
  readonly test: number;
  /** 95% of the test accuracy, by the number of images. */
  readonly interval?: Interval | undefined;
}

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [640, 400, 66, 40, 24, 46] as const;
const COLOURS = { other: '#3f90da', current: '#e76300' } as const;

/** Titles of the axes. */
export const Y_AXIS = 'accuracy (images right; log scale of the error)';
/** Of sizes. */
export const xAxis = ({ unit }: Size): string => `${unit} (log scale)`;

/** From sizes and accuracies to places on the drawing, and what ends the scales: logarithms of sizes, and `scaled` accuracies. */
interface Scales {
  readonly sizes: readonly [number, number];
  readonly accuracies: readonly [number, number];
  readonly x: (size: number) => number;
  readonly y: (accuracy: number) => number;
}

/** A point and where its marks stand across. */
interface Placed {
  readonly point: Point;
  readonly px: number;
}

/** The error of an accuracy on the scale: its logarithm, of no error that of a ten-thousandth. */
const scaled = (accuracy: number): number => -Math.log10(Math.max(1e-4, 1 - accuracy));
const at = (place: number): string => place.toFixed(1);

/** Accuracy against size as SVG. @param points at least one */
export function accuracyDrawing(points: readonly Point[], size: Size): Markup {
  const scales = scalesOf(points);
  const placed = placedApart(points, scales);
  const spread = ({ runs }: Point): string => {
    const tests = runs.map(({ test }) => test);
    const [low, high] = [percent(Math.min(...tests)), percent(Math.max(...tests))];
    return runs.length > 1 ? ` (mean of ${runs.length} seeds, ${low} to ${high})` : '';
  };
  const each = points.map((e) => `${e.name} ${count(e.size)} ${size.unit}, ${percent(e.test)}${spread(e)}`);
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" style="max-width:${WIDTH * 1.25}px" role="img"
    aria-label="Scatter plot of accuracy against size: ${each.join('; ')}" font-size="13" fill="currentColor">
    <text x="4" y="16" font-size="14" font-weight="600">Accuracy against size</text>
    <text x="${LEFT}" y="${TOP - 8}" opacity=".85" font-size="12">${Y_AXIS}</text>
    ${grid(scales)}${ticks(points, scales)}${placed.map((one) => mark(one, scales))}${labels(placed, scales)}
    <text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle" opacity=".85">${xAxis(size)}</text>
    </svg>`;
}

/** The drawing as a file of its own: dark ink on white. */
export function standaloneSvg({ text }: Markup): string {
  const alone = [
    `width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif"`,
    'style="color:#1c1b19;background:#fff"',
  ].join(' ');
  return `${text.replace('<svg ', '<svg xmlns="http://www.w3.org/2000/svg" ').replace(/style="[^"]*"/, alone)}\n`;
}

function scalesOf(points: readonly Point[]): Scales {
  const values = points.flatMap((e) => [e.test, e.validation, ...heights(e)]).filter(Number.isFinite);
  const [low, high] = [scaled(Math.min(...values)), scaled(Math.max(...values))];
  const pad = Math.max(0.03, (high - low) * 0.08);
  const [bottom, top] = [low - pad, high + pad];
  const logs = points.map((e) => Math.log10(e.size));
  const [small, large] = [Math.min(...logs) - 0.15, Math.max(...logs) + 0.15];
  return {
    sizes: [small, large],
    accuracies: [bottom, top],
    x: (size) => LEFT + ((Math.log10(size) - small) / (large - small)) * (WIDTH - LEFT - RIGHT),
    y: (accuracy) => HEIGHT - BOTTOM - ((scaled(accuracy) - bottom) / (top - bottom)) * (HEIGHT - TOP - BOTTOM),
  };
}

/** Marks of two points would hide each other where they are nearer. */
const APART = 12;
/** Nets of one size stand so far from each other, and no farther than this share of the width in all. */
const STEP = 60;
const SHARE = 0.8;

/** Where points stand across: at their sizes, those that would hide each other side by side around theirs, in their order. */
function placedApart(points: readonly Point[], { x }: Pick<Scales, 'x'>): Placed[] {
  const sorted = [...points].sort((a, b) => a.size - b.size);
  const groups: Point[][] = [];
  for (const point of sorted) {
    const last = groups.at(-1);
    if (last && x(point.size) - x(last[last.length - 1].size) < APART) last.push(point);
    else groups.push([point]);
  }
  const room = (SHARE * (WIDTH - LEFT - RIGHT)) / points.length;
  return groups.flatMap((group) => {
    const middle = (x(group[0].size) + x(group[group.length - 1].size)) / 2;
    const step = Math.min(STEP, room);
    return group.map((point, i) => ({
      point,
      px: group.length === 1 ? x(point.size) : middle + (i - (group.length - 1) / 2) * step,
    }));
  });
}

/** Whether some points stand beside their sizes. */
export function areMovedApart(points: readonly Point[]): boolean {
  const scales = scalesOf(points);
  return placedApart(points, scales).some(({ point, px }) => Math.abs(px - scales.x(point.size)) > 1);
}

/** Places on the scale of accuracy, coarse ones first. */
const GRIDS = [
  [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999],
  [
    0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.998,
    0.999,
  ],
  Array.from({ length: 1000 }, (_, i) => i / 1000),
] as const;

function grid({ accuracies: [bottom, top], y }: Scales): Markup[] {
  const inside = GRIDS.map((places) => places.filter((place) => scaled(place) >= bottom && scaled(place) <= top));
  const shown = inside.find((places) => places.length >= 4) ?? inside[2];
  const each = Math.max(1, Math.ceil(shown.length / 8));
  return shown
    .filter((_, i) => i % each === 0)
    .map((place) => {
      const digits = Number.isInteger(Math.round(place * 1e4) / 100) ? 0 : 1;
      return html`<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(place))}" y2="${at(y(place))}"
        stroke="currentColor" opacity=".12"/>
        <text x="${LEFT - 8}" y="${at(y(place))}" dy="4" text-anchor="end" opacity=".85">${percent(place, digits)}</text>`;
    });
}

/** Round sizes; where fewer than two are on the scale, the sizes themselves. */
function ticks(points: readonly Point[], { sizes: [small, large], x }: Scales): Markup[] {
  const candidates = [1, 2, 5]
    .flatMap((m) => [0, 1, 2, 3, 4, 5, 6, 7, 8].map((e) => m * 10 ** e))
    .sort((a, b) => a - b);
  const inside = candidates.filter((n) => Math.log10(n) >= small && Math.log10(n) <= large);
  const round = inside.length > 8 ? inside.filter((n) => String(n).startsWith('1')) : inside;
  const own = points.map(({ size }) => size);
  const shown = round.length >= 2 ? round : [...new Set([Math.min(...own), Math.max(...own)])];
  return shown.map(
    (n) =>
      html`<line x1="${at(x(n))}" x2="${at(x(n))}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM + 4}"
        stroke="currentColor" opacity=".35"/>
        <text x="${at(x(n))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle" opacity=".85">${count(n)}</text>`,
  );
}

const colourOf = ({ current }: Point): string => (current ? COLOURS.current : COLOURS.other);
/** Height of a point: of its test accuracy, else of its validation accuracy. */
const heightOf = ({ test, validation }: Point): number => (Number.isFinite(test) ? test : validation);

/** Test accuracies that are drawn besides the one a point stands at: of each seed, or the ends of the interval of one. */
function heights({ runs }: Point): number[] {
  const interval = runs[0]?.interval;
  if (runs.length > 1) return runs.map(({ test }) => test);
  return interval ? [interval.low, interval.high] : [];
}

function mark({ point, px }: Placed, { y }: Scales): Markup {
  const [cx, colour] = [at(px), colourOf(point)];
  const across = (accuracy: number, half: number, width: number): Markup =>
    html`<line x1="${at(px - half)}" x2="${at(px + half)}" y1="${at(y(accuracy))}" y2="${at(y(accuracy))}"
      stroke="currentColor" stroke-width="${width}"/>`;
  const ring =
    Number.isFinite(point.validation) &&
    html`<circle cx="${cx}" cy="${at(y(point.validation))}" r="5" fill="none" stroke="${colour}" stroke-width="1.6"/>`;
  if (!Number.isFinite(point.test)) return html`${ring}`;
  const ends = heights(point);
  if (point.runs.length > 1) {
    const dots = ends.map(
      (test) => html`<circle cx="${cx}" cy="${at(y(test))}" r="3" fill="${colour}" fill-opacity=".6"/>`,
    );
    return html`${ring}<g class="seeds">${dots}</g>${across(point.test, 9, 2)}`;
  }
  const bar =
    ends.length > 0 &&
    html`<g class="interval"><line x1="${cx}" x2="${cx}" y1="${at(y(ends[0]))}" y2="${at(y(ends[1]))}"
      stroke="currentColor" stroke-width="1.2"/>${ends.map((end) => across(end, 5, 1.2))}</g>`;
  return html`${ring}<circle cx="${cx}" cy="${at(y(point.test))}" r="5" fill="${colour}"/>${bar}`;
}

/** Room that something takes on the drawing: from left to right, and so much above and below a height. */
interface Room {
  readonly left: number;
  readonly right: number;
  readonly y: number;
  readonly half: number;
}

/** Where a name may stand, the end of it that is nearer to its point as its anchor. */
interface Place extends Room {
  readonly anchor: 'start' | 'end';
}

/** Heights of a name above or below its point that are tried, in this order. */
const SHIFTS = [0, -13, 13, -26, 26, -39, 39, -52, 52] as const;

/** Names beside the points; a name moves up or down, or to the other side, until it is clear of the marks and the names before it. */
function labels(placed: readonly Placed[], { y }: Scales): Markup[] {
  const taken: Room[] = placed.flatMap(({ point, px }) =>
    [point.test, point.validation, ...heights(point)]
      .filter(Number.isFinite)
      .map((value) => ({ left: px - 6, right: px + 6, y: y(value), half: 6 })),
  );
  return placed.map((one) => {
    const place = placeOfName(one, y(heightOf(one.point)), taken);
    taken.push(place);
    return nameAt(one, y(heightOf(one.point)), place);
  });
}

function placeOfName({ point, px }: Placed, py: number, taken: readonly Room[]): Place {
  const [width, beside] = [point.name.length * 7, besideOf(point)];
  const places = SHIFTS.flatMap((shift): Place[] => [
    { left: px + beside, right: px + beside + width, y: py + shift, half: 7, anchor: 'start' },
    { left: px - beside - width, right: px - beside, y: py + shift, half: 7, anchor: 'end' },
  ]);
  const inside = places.filter(
    (place) => place.left > LEFT && place.right < WIDTH && place.y > TOP && place.y < HEIGHT - BOTTOM,
  );
  const isFree = (place: Place): boolean =>
    taken.every(
      (other) => Math.abs(other.y - place.y) >= other.half + 6 || place.right < other.left || place.left > other.right,
    );
  return inside.find(isFree) ?? inside[0] ?? places[0];
}

/** Distance of a name from its point. */
const besideOf = ({ runs }: Point): number => (runs.length > 1 ? 14 : 10);

function nameAt({ point, px }: Placed, py: number, place: Place): Markup {
  const side = place.anchor === 'start' ? 1 : -1;
  const leader =
    Math.abs(place.y - py) > 20 &&
    html`<line x1="${at(px + 4 * side)}" x2="${at(px + 9 * side)}" y1="${at(py)}" y2="${at(place.y)}"
      stroke="currentColor" opacity=".35"/>`;
  return html`${leader}<text x="${at(px + besideOf(point) * side)}" y="${at(place.y)}" dy="4"
    text-anchor="${place.anchor}"${point.current && html` font-weight="700"`}>${point.name}</text>`;
}
