import type { ResultTable } from '@layerwise/contracts';
import type { SplitName } from '../data/images.js';
import { select } from '../analysis/boxes.js';
import { classCounts } from '../analysis/histogram.js';
import { apart, type Spot } from './badges.js';
import { reals, texts } from './columns.js';
import { areLong } from '../page/names.js';
import type { Figure } from './figure.js';
import type { Hands } from './hands.js';
import type { IndexedImage } from '@layerwise/images/indexed-png';
import type { DenseLayer } from '@layerwise/nets';
import type { PointCloud } from './raster.js';
import { classColour, lightTextOn } from '../page/colours.js';
import { draw } from './vega.js';

/** A scatter of many rows, coloured by class. */
export interface Scatter {
  readonly name: string;
  readonly title: string;
  readonly subtitle?: string;
  readonly alt: string;
  /** Axis names with units. */
  readonly axes: readonly [string, string];
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly id: Uint32Array;
  /** Class of each point, for its colour. */
  readonly group: Uint16Array;
  readonly classes: readonly string[];
  /** One unit is as long on both axes. */
  readonly equal?: boolean;
  /** Share of the points that may be cut at the far end of each axis, so that a few do not squeeze the rest. */
  readonly trim?: number;
  /** Radius of a point in raster pixels; by default smaller the more points there are. */
  readonly radius?: number;
  /** Axis numbers mean something. */
  readonly numbered?: boolean;
  /** The layer whose largest output owns a place of the plane. */
  readonly region?: DenseLayer;
  /** All numbers behind the figure, kept under a name that figures may share. */
  readonly table: { readonly name: string; readonly data: ResultTable };
}

/** Paints over a finished image, such as thumbnails. */
export type Overlay = (image: IndexedImage, place: Place) => IndexedImage;

/** What is painted over a scatter, and the name that it has then. */
export interface Over {
  readonly name: string;
  readonly overlay: Overlay;
}

/** From data to pixels of the raster. */
export interface Place {
  readonly px: Float32Array;
  readonly py: Float32Array;
}

/** A drawn scatter: the figure, the raster as a file, and where the plot lies in the SVG. */
export interface ScatterFigure extends Figure {
  readonly png: Uint8Array;
  readonly plot: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
    readonly x: Domain;
    readonly y: Domain;
  };
}

/** A scatter that can be hovered: where its points lie, by row id. */
export interface HoverMap {
  readonly figure: ScatterFigure;
  readonly split: SplitName;
  readonly id: Uint32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
}

type Domain = readonly [number, number];

const SIZE = 370;
/** Diameter of a class's badge. */
const BADGE = 19;
/** More classes than these have neither a name on the map nor a legend. */
const MOST_NAMED = 40;
/** Raster pixels per figure pixel. */
const SHARPNESS = 2;

/**
 * Draws all points into a raster and puts axes, class labels at the medians, and a legend around it.
 * @param over the same under another name, with something painted over its image
 * @returns the scatter, and the other
 */
export async function drawScatter(
  scatter: Scatter,
  over: Over | undefined,
  hands: Hands,
): Promise<readonly ScatterFigure[]> {
  const { x, y } = domains(scatter);
  const places = badges(scatter, x, y);
  const cloud = cloudOf(scatter, x, y);
  const { image, png } = await hands.do({ kind: 'cloud', cloud });
  const figureOf = async (name: string, picture: Uint8Array): Promise<ScatterFigure> => {
    const { alt, table } = scatter;
    const drawing = { name, alt, data: places, spec: spec(scatter, x, y, `${name}.png`), png: picture };
    const figure = await draw(drawing, hands);
    const [left, top] = origin(figure.file);
    return {
      ...figure,
      png: picture,
      data: table.data,
      dataName: table.name,
      plot: { left, top, width: SIZE, height: SIZE, x, y },
    };
  };
  const overlaid = async ({ name, overlay }: Over): Promise<ScatterFigure> => {
    const painted = overlay(image, { px: cloud.x, py: cloud.y });
    return figureOf(name, await hands.do({ kind: 'png', image: painted }));
  };
  return Promise.all([figureOf(scatter.name, png), ...(over ? [overlaid(over)] : [])]);
}

function cloudOf(scatter: Scatter, x: Domain, y: Domain): PointCloud {
  const side = Math.round(SIZE * SHARPNESS);
  const px = new Float32Array(scatter.x.length);
  const py = new Float32Array(scatter.y.length);
  for (let i = 0; i < px.length; i++) {
    px[i] = ((scatter.x[i] - x[0]) / (x[1] - x[0])) * (side - 1);
    py[i] = (1 - (scatter.y[i] - y[0]) / (y[1] - y[0])) * (side - 1);
  }
  const { region } = scatter;
  return {
    x: px,
    y: py,
    group: scatter.group,
    classes: scatter.classes.length,
    width: side,
    height: side,
    radius: scatter.radius ?? (scatter.id.length > 20000 ? 1 : scatter.id.length > 3000 ? 1.5 : 3),
    ...(region && { ground: { layer: region, x, y } }),
  };
}

function domains({ x, y, equal, trim = 0 }: Scatter): { x: Domain; y: Domain } {
  const [dx, dy] = [extent(x, trim), extent(y, trim)];
  if (!equal) return { x: widen(dx, 0.03), y: widen(dy, 0.03) };
  const span = Math.max(dx[1] - dx[0], dy[1] - dy[0]);
  return { x: widen(around(dx, span), 0.03), y: widen(around(dy, span), 0.03) };
}

function extent(values: Float32Array, trim: number): Domain {
  if (trim > 0 && values.length > 0) {
    const sorted = Float32Array.from(values).sort();
    const [first, last] = [sorted[0], sorted[Math.floor((1 - trim) * (sorted.length - 1))]];
    if (last > first) return [first, last];
  }
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low < high ? [low, high] : Number.isFinite(low) ? [low - 0.5, low + 0.5] : [0, 1];
}

function around([low, high]: Domain, span: number): Domain {
  const middle = (low + high) / 2;
  return [middle - span / 2, middle + span / 2];
}

function widen([low, high]: Domain, share: number): Domain {
  return [low - (high - low) * share, high + (high - low) * share];
}

/** Where the classes' names stand: at their medians, moved apart where they would hide each other; nowhere if all medians are one place. */
function badges({ x, y, group, classes }: Scatter, [left, right]: Domain, [bottom, top]: Domain) {
  const counts = classCounts(group, classes.length);
  const present = counts.flatMap((n, c) => (n > 0 ? [c] : []));
  const [middleX, middleY] = [medians(x, group, counts), medians(y, group, counts)];
  const [scaleX, scaleY] = [SIZE / (right - left), SIZE / (top - bottom)];
  const spots = present.map((c) => ({
    x: ((middleX[c] as number) - left) * scaleX,
    y: ((middleY[c] as number) - bottom) * scaleY,
  }));
  const together =
    spots.length > 2 &&
    spots.every((spot) => Math.abs(spot.x - (spots[0] as Spot).x) < 1 && Math.abs(spot.y - (spots[0] as Spot).y) < 1);
  const places = together ? [] : areLong(classes) || classes.length > MOST_NAMED ? spots : apart(spots, BADGE);
  const within = (at: number): number => Math.min(SIZE - BADGE / 2, Math.max(BADGE / 2, at));
  return {
    class: texts(places.map((_, i) => classes[present[i]])),
    x: reals(places.map((spot) => left + within(spot.x) / scaleX)),
    y: reals(places.map((spot) => bottom + within(spot.y) / scaleY)),
  };
}

/** Of each class the middle one of its values, of two the higher. */
function medians(values: Float32Array, group: Uint16Array, counts: readonly number[]): (number | undefined)[] {
  const parts = counts.map((n) => new Float32Array(n));
  const next = new Uint32Array(counts.length);
  for (let i = 0; i < group.length; i++) {
    const c = group[i];
    const place = next[c];
    next[c] = place + 1;
    (parts[c] as Float32Array)[place] = values[i];
  }
  return parts.map((part) => {
    const middle = part.length >> 1;
    select(part, 0, part.length - 1, middle);
    return part[middle];
  });
}

function spec({ title, subtitle, axes, classes, numbered = true }: Scatter, x: Domain, y: Domain, url: string): object {
  const axis = numbered ? { grid: true, tickCount: 5 } : { grid: false, labels: false, ticks: false };
  const position = {
    x: { field: 'x', type: 'quantitative', title: axes[0], axis, scale: { domain: x, nice: false, zero: false } },
    y: { field: 'y', type: 'quantitative', title: axes[1], axis, scale: { domain: y, nice: false, zero: false } },
  };
  const range = classes.map((_, c) => classColour(c));
  const [long, many] = [areLong(classes), classes.length > MOST_NAMED];
  const columns = long
    ? Math.max(1, Math.floor(SIZE / (30 + 6.5 * Math.max(...classes.map((name) => name.length)))))
    : 10;
  const legend = many ? null : { columns, symbolType: 'circle', symbolSize: 80, columnPadding: 7, symbolOffset: 0 };
  const color = { field: 'class', type: 'nominal', title: null, sort: null, legend, scale: { domain: classes, range } };
  return {
    title: { text: title, ...(subtitle && { subtitle }) },
    width: SIZE,
    height: SIZE,
    resolve: { scale: { color: 'independent' } },
    layer: [
      {
        data: { values: [{}] },
        mark: { type: 'image', url, width: SIZE, height: SIZE, aspect: false },
        encoding: { x: { value: SIZE / 2 }, y: { value: SIZE / 2 } },
      },
      {
        mark: {
          type: 'point',
          filled: true,
          opacity: many ? 0 : 1,
          size: long ? 70 : 230,
          stroke: '#fff',
          strokeWidth: 1.2,
        },
        encoding: { ...position, color },
      },
      ...(many ? [] : [namesLayer(classes, position)]),
    ],
  };
}

/** Names of classes on their badges, above them where they are long. */
function namesLayer(classes: readonly string[], position: object): object {
  const long = areLong(classes);
  const range = classes.map((_, c) => (lightTextOn(classColour(c)) ? '#fff' : '#111'));
  const ink = { field: 'class', type: 'nominal', legend: null, scale: { domain: classes, range } };
  return {
    mark: {
      type: 'text',
      fontWeight: 700,
      fontSize: 11,
      baseline: long ? 'bottom' : 'middle',
      dy: long ? -5 : 0.5,
    },
    encoding: { ...position, text: { field: 'class' }, color: long ? { value: 'currentColor' } : ink },
  };
}

function origin(svg: string): [number, number] {
  const found = /transform="translate\(([\d.-]+),([\d.-]+)\)"/.exec(svg);
  return [Number(found?.[1]), Number(found?.[2])];
}
