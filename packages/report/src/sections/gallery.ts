import { inkSheet } from '../figures/digits.js';
import type { Hands } from '../figures/hands.js';
import { base64 } from '../payloads/base64.js';
import type { HoverMap } from '../figures/scatter.js';
import type { Gallery, GalleryMap } from '../payloads/gallery.js';
import type { Experiment, Split } from '../data/experiment.js';

/** Images per row of the sheet. */
const COLUMNS = 100;
/** Images kept per cell of a confusion matrix. */
const PER_CELL = 25;
/** Images kept for all cells: those taken for another class come first. */
const MOST_CELLS = 6000;
/** Pixels of all hovered images. */
const MOST_PIXELS = 12e6;
const SPLITS = ['train', 'validation', 'test'] as const;

/** Collects the images of hovered maps and of confusion cells, each once, as many as a page can hold. */
export async function gallery(
  experiment: Experiment,
  maps: readonly HoverMap[],
  hoverImages: number,
  hands: Hands,
): Promise<Gallery> {
  const { images, dataset } = experiment;
  const places = new Map<number, number>();
  const keyOf = (split: number, id: number): number => id * SPLITS.length + split;
  const entries: { split: number; id: number; row: number }[] = [];
  const include = (split: number, id: number, row: number): void => {
    const key = keyOf(split, id);
    if (places.has(key)) return;
    places.set(key, entries.length);
    entries.push({ split, id, row });
  };
  const most = Math.floor(MOST_PIXELS / (images.shown.width * images.shown.height));
  hoverIds(maps, Math.min(hoverImages, most)).forEach((ids, split) => {
    const rows = rowsOf(ids, experiment[SPLITS[split] as 'train'].id);
    for (const id of ids) if (rows.has(id)) include(split, id, rows.get(id) as number);
  });
  for (const wrong of [true, false]) {
    for (const split of [2, 0]) {
      const rows = experiment[SPLITS[split] as 'train'];
      for (const row of cellRows(rows, dataset.classes.length, wrong))
        if (entries.length < most + MOST_CELLS) include(split, rows.id[row], row);
    }
  }
  const of = (pick: (split: Split, row: number) => number): number[] =>
    entries.map(({ split, row }) => pick(experiment[SPLITS[split] as 'train'], row));
  const sheet = inkSheet(
    entries.map(({ split, id }) => images.shown.at(SPLITS[split] as 'train', id)),
    images.shown.width,
    images.shown.height,
    COLUMNS,
  );
  const png = hands.do({ kind: 'png', image: sheet });
  const points = Object.fromEntries(
    maps.map((map) => [map.figure.name, mapPoints(map, (id) => places.get(keyOf(SPLITS.indexOf(map.split), id)))]),
  );
  return {
    columns: COLUMNS,
    width: images.shown.width,
    height: images.shown.height,
    sheet: base64(await png),
    split: pack(Uint8Array.from(entries, (entry) => entry.split)),
    id: pack(Uint32Array.from(entries, (entry) => entry.id)),
    label: pack(Uint16Array.from(of((split, row) => split.label[row]))),
    predicted: pack(Uint16Array.from(of((split, row) => split.predicted[row]))),
    maps: points,
  };
}

/** Per split, the ids of its smallest map, at most `limit`. */
function hoverIds(maps: readonly HoverMap[], limit: number): Uint32Array[] {
  return SPLITS.map((name) => {
    const [smallest] = maps.filter((map) => map.split === name).sort((a, b) => a.id.length - b.id.length);
    return smallest ? smallest.id.subarray(0, limit) : new Uint32Array(0);
  });
}

/** Where some ids stand among those of a split, of equal ones the last. */
function rowsOf(ids: Uint32Array, among: Uint32Array): Map<number, number> {
  const wanted = new Set(ids);
  const rows = new Map<number, number>();
  for (let row = 0; row < among.length; row++) if (wanted.has(among[row])) rows.set(among[row], row);
  return rows;
}

/** The first rows of each cell off (`wrong`) or on the diagonal, in file order. */
function cellRows({ rows, label, predicted }: Split, classes: number, wrong: boolean): number[] {
  const kept = new Map<number, number>();
  const found: number[] = [];
  for (let row = 0; row < rows; row++) {
    if ((label[row] !== predicted[row]) !== wrong) continue;
    const cell = label[row] * classes + predicted[row];
    const n = kept.get(cell) ?? 0;
    if (n < PER_CELL) found.push(row);
    kept.set(cell, n + 1);
  }
  return found;
}

function mapPoints({ id, x, y, figure: { plot } }: HoverMap, placeOf: (id: number) => number | undefined): GalleryMap {
  const { x: across, y: up } = plot;
  const rows: number[] = [];
  const entries: number[] = [];
  for (let row = 0; row < id.length; row++) {
    if (!(x[row] >= across[0] && x[row] <= across[1] && y[row] >= up[0] && y[row] <= up[1])) continue;
    const place = placeOf(id[row]);
    if (place === undefined) continue;
    rows.push(row);
    entries.push(place);
  }
  const scaled = (value: number, [low, high]: readonly [number, number]): number =>
    Math.round(((value - low) / (high - low)) * 65535);
  return {
    entry: pack(Uint32Array.from(entries)),
    x: pack(Uint16Array.from(rows, (row) => scaled(x[row], across))),
    y: pack(Uint16Array.from(rows, (row) => 65535 - scaled(y[row], up))),
  };
}

function pack(array: Uint8Array | Uint16Array | Uint32Array): string {
  return base64(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
}
