import type { ResultTable } from '@layerwise/contracts';
import { rowsOf } from './vega.js';
import { encodeIndexedPng, type IndexedImage } from '@layerwise/images/indexed-png';

/** A picture of pixels, kept in `figures/` as PNG, as a specification that shows the PNG, and with what is on it as its table. */
export interface Picture {
  readonly name: string;
  readonly png: Uint8Array;
  readonly spec: object;
  readonly data: ResultTable;
}

/** Width of the picture in its specification, in pixels. */
const WIDTH = 400;
/** A specification holds the rows of tables no longer than this; the Parquet file holds all. */
const MOST_ROWS = 20_000;

/** A picture on white ground, for `figures/`. @param data what is on the picture */
export function picture(name: string, title: string, image: IndexedImage, data: ResultTable): Picture {
  const height = Math.round((WIDTH * image.height) / image.width);
  const shown = {
    mark: { type: 'image', url: `${name}.png`, width: WIDTH, height, aspect: false },
    encoding: { x: { value: WIDTH / 2 }, y: { value: height / 2 } },
  };
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: { text: title },
    width: WIDTH,
    height,
    background: '#fff',
    view: { stroke: null },
    data: { name: 'table', values: (Object.values(data)[0]?.values.length ?? 0) > MOST_ROWS ? [{}] : rowsOf(data) },
    transform: [{ sample: 1 }],
    ...shown,
  };
  return { name, png: encodeIndexedPng(image), spec, data };
}
