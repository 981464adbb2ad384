import { classCounts } from '../analysis/histogram.js';
import type { RawRows, Images } from '../data/images.js';
import { classCountDrawing } from '../figures/bars.js';
import { inkImage } from '../figures/digits.js';
import { draw } from '../figures/vega.js';
import { count, percent, plural } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { figureBlock, pixelImage, row, table, type Context, type Section } from './section.js';

/** What the data look like: shapes, class counts, sample images, one image as numbers. */
export async function datasetSection({ experiment, shelf, names }: Context): Promise<Section> {
  const { images, dataset, train, validation, test } = experiment;
  const counts = classCounts(images.train.label, names.length);
  const [most, least] = [argmax(counts), argmax(counts.map((n) => -n))];
  const alt = `Bar chart of training images per class: ${names.map((name, i) => `${name} ${counts[i]}`).join(', ')}`;
  const bars = shelf.add(await draw(classCountDrawing(names, counts, 'class-counts', 'Images per class, training file', alt)));
  const shapes = [
    ['training file', count(images.train.rows)],
    ['– used to train', count(train.rows)],
    ['– kept for validation', count(validation.rows)],
    ['test file', count(images.test.rows)],
    ['– used to test', count(test.rows)],
    ['pixels', `${images.width} × ${images.height}, 0 to 255`],
  ];
  return {
    id: 'data',
    title: 'Data',
    lead: `${dataset.name} holds ${plural(images.train.rows, 'training image')} and ${plural(images.test.rows, 'test image')}; the most frequent class, ${names[most]}, has ${count(counts[most])} training images (${percent((counts[most] as number) / images.train.rows, 1)}), the rarest, ${names[least]}, ${count(counts[least])}.`,
    body: html`${row(figureBlock(bars, dataset.origin), html`<div>${table('Rows and their use', ['part', 'images'], shapes)}${perClass(experiment, names)}</div>`)}
<h3>The first images of the training file</h3>${samples(images, names)}
<h3>Each class: its first image and its mean</h3>${classImages(images, names)}
${images.train.rows > 0 && html`<details><summary>One image as numbers</summary>${asNumbers(images, names)}</details>`}`,
  };
}

function perClass({ images, validation }: Context['experiment'], names: readonly string[]): Markup {
  const [train, held, test] = [images.train.label, validation.label, images.test.label].map((label) => classCounts(label, names.length)) as [number[], number[], number[]];
  const rows = names.map((name, i) => [name, count(train[i]), count(held[i]), count(test[i])]);
  return html`<details><summary>Class counts as a table</summary>${table('Images per class', ['class', 'training file', 'of these validation', 'test file'], rows)}</details>`;
}

function samples({ train, width, height }: Images, names: readonly string[]): Markup {
  const some = Array.from({ length: Math.min(50, train.rows) }, (_, i) => i);
  return html`<ol class="digits">${some.map((i) => digit(train, i, width, height, names))}</ol>`;
}

function digit(file: RawRows, i: number, width: number, height: number, names: readonly string[]): Markup {
  const label = names[file.label[i] as number];
  return html`<li>${pixelImage(inkImage(imageOf(file, i, width * height), width, height), `training image ${file.id[i]}, a ${label}`)}<span>${label}</span></li>`;
}

function imageOf(file: RawRows, i: number, size: number): Uint8Array {
  return file.pixels.subarray(i * size, (i + 1) * size);
}

function classImages({ train, width, height }: Images, names: readonly string[]): Markup {
  const size = width * height;
  const means = classMeans(train, size, names.length);
  return html`<ol class="digits pairs">${names.map((name, c) => {
    const first = train.label.indexOf(c);
    if (first < 0) return undefined;
    return html`<li>${pixelImage(inkImage(imageOf(train, first, size), width, height), `the first ${name}`)}${pixelImage(inkImage(means[c] as Uint8Array, width, height), `mean of all training images of class ${name}`)}<span>${name}</span></li>`;
  })}</ol>`;
}

function classMeans({ rows, label, pixels }: RawRows, size: number, classes: number): Uint8Array[] {
  const sums = Array.from({ length: classes }, () => new Float64Array(size));
  const counts = classCounts(label, classes);
  for (let i = 0; i < rows; i++) {
    const sum = sums[label[i] as number] as Float64Array;
    for (let p = 0; p < size; p++) sum[p] = (sum[p] as number) + (pixels[i * size + p] as number);
  }
  return sums.map((sum, c) => Uint8Array.from(sum, (value) => Math.round(value / Math.max(1, counts[c] as number))));
}

function asNumbers({ train, width, height }: Images, names: readonly string[]): Markup {
  const pixels = imageOf(train, 0, width * height);
  const inked = Array.from(pixels.keys()).filter((p) => (pixels[p] as number) > 0);
  const xs = inked.map((p) => p % width);
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.floor((inked[0] ?? 0) / width), Math.floor((inked[inked.length - 1] ?? -1) / width)];
  const rows = Array.from({ length: Math.max(0, bottom - top + 1) }, (_, y) => Array.from({ length: right - left + 1 }, (_, x) => pixels[(top + y) * width + left + x] as number));
  return html`<table class="numbers"><caption>Training image 0, a ${names[train.label[0] as number]}: rows ${top} to ${bottom}, columns ${left} to ${right}; every other pixel is 0</caption><tbody>${rows.map(
    (values) => html`<tr>${values.map((value) => html`<td class="heat${value > 140 && ' strong'}" style="--v:${(value / 255).toFixed(2)}">${value || '·'}</td>`)}</tr>`,
  )}</tbody></table>`;
}

/** Index of the largest value, ties to the first. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
