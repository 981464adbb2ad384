import { largest } from '@layerwise/nets';
import { classCounts } from '../analysis/histogram.js';
import { validatesOnTest } from '../data/experiment.js';
import type { RawRows, Images } from '../data/images.js';
import { classCountDrawing } from '../figures/bars.js';
import { ints, reals, texts } from '../figures/columns.js';
import { shrunk } from '../data/shrink.js';
import { inkSheet } from '../figures/digits.js';
import { picture } from '../figures/picture.js';
import { draw } from '../figures/vega.js';
import { count, percent, plural, words } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { withArticle } from '../page/names.js';
import { table } from '../page/table.js';
import { figureBlock, inkedImage, pictureBlock, row } from './blocks.js';
import type { Chapter, Context, Section } from './section.js';

/** What the data look like: shapes, class counts, sample images, one image as numbers. */
export const datasetChapter: Chapter = { id: 'data', order: 1300, title: 'Data', make: datasetSection };

async function datasetSection(context: Context): Promise<Section> {
  const { experiment, shelf, names, hands } = context;
  const { images, dataset, train, validation, test } = experiment;
  const counts = classCounts(images.train.label, names.length);
  const [most, least] = [largest(counts), largest(counts.map((n) => -n))];
  const each =
    names.length > MOST_SHOWN
      ? `${names.length} classes, from ${count(counts[least])} to ${count(counts[most])} images`
      : names.map((name, i) => `${name} ${counts[i]}`).join(', ');
  const alt = `Bar chart of training images per class: ${each}`;
  const bars = shelf.add(
    await draw(classCountDrawing(names, counts, 'class-counts', 'Images per class, training file', alt), hands),
  );
  const shapes = [
    ['training file', count(images.train.rows)],
    ['– used to train', count(train.rows)],
    ...(validatesOnTest(experiment)
      ? []
      : [
          [
            dataset.validationRows ? '– for validation, which came with the data' : '– kept for validation',
            count(validation.rows),
          ],
        ]),
    [dataset.testSplitOff ? 'test images, split off the training images' : 'test file', count(images.test.rows)],
    [validatesOnTest(experiment) ? '– used to test, and to validate' : '– used to test', count(test.rows)],
    ['pixels', `${images.width} × ${images.height}, 0 to 255`],
  ];
  return {
    lead: words`${origin(dataset)}${dataset.name} holds ${plural(images.train.rows, 'training image')} and
      ${plural(images.test.rows, 'test image')}; the most frequent class, ${names[most]}, has ${count(counts[most])}
      training images (${percent(counts[most] / images.train.rows, 1)}), the rarest, ${names[least]},
      ${count(counts[least])}.`,
    body: html`${row(
      figureBlock(bars, dataset.origin),
      html`<div>
      ${table('Rows and their use', ['part', 'images'], shapes)}${perClass(experiment)}</div>`,
    )}
${
  images.train.rows > 0 &&
  html`<h3>The first images of the training file</h3>${samples(context)}
<h3>Each class: an image drawn at random, and the mean</h3>${classImages(context)}`
}
${
  images.train.rows > 0 &&
  html`<details><summary>One image as numbers</summary>
      ${asNumbers(images, names)}</details>`
}`,
  };
}

function origin({ testSplitOff, validationRows }: Context['experiment']['dataset']): string {
  const parts = [
    testSplitOff &&
      `${count(testSplitOff)} test images were split off the training images, as many of each class as its share`,
    validationRows && `${count(validationRows)} validation images came with the data`,
  ].filter(Boolean);
  return parts.length === 0 ? '' : `${parts.join('; ')}. `;
}

/** Classes that are shown by images. */
const MOST_SHOWN = 50;

function perClass({ images, validation, dataset: { classes: names } }: Context['experiment']): Markup {
  const [train, held, test] = [images.train.label, validation.label, images.test.label].map((label) =>
    classCounts(label, names.length),
  ) as [number[], number[], number[]];
  const rows = names.map((name, i) => [name, count(train[i]), count(held[i]), count(test[i])]);
  return html`<details><summary>Class counts as a table</summary>
    ${table('Images per class', ['class', 'training file', 'of these validation', 'test file'], rows)}</details>`;
}

/** Sample images. */
const SAMPLES = 50;
/** Images in a row of a file. */
const COLUMNS = 10;

function samples({
  experiment: {
    images: { train, shown },
  },
  shelf,
  names,
}: Context): Markup {
  const some = Array.from({ length: Math.min(SAMPLES, train.rows) }, (_, i) => i);
  const sheet = inkSheet(
    some.map((i) => shown.of(train.of(i))),
    shown.width,
    shown.height,
    COLUMNS,
    2,
  );
  const data = {
    id: ints(some.map((i) => train.id[i])),
    class: texts(some.map((i) => names[train.label[i]])),
  };
  return pictureBlock(
    shelf.addPicture(picture('samples', `The first ${some.length} training images`, sheet, data)),
    html`<ol class="digits samples">${some.map((i) => digit(train, i, shown, names))}</ol>`,
    'Under each image: its class.',
  );
}

function digit(file: RawRows, i: number, shown: Images['shown'], names: readonly string[]): Markup {
  const label = names[file.label[i]];
  const alt = `training image ${file.id[i]}, ${withArticle(label)}`;
  return html`<li>${inkedImage(shown.of(file.of(i)), shown, alt)}<span>${label}</span></li>`;
}

function classImages({
  experiment: {
    images: { train, width, height, shown },
  },
  shelf,
  names,
}: Context): Markup {
  const size = width * height;
  const means = classMeans(train, size, names.length, Math.min(names.length, MOST_SHOWN));
  const examples = means.flatMap((mean, c) => {
    const place = drawn(train.label, c);
    return place === undefined
      ? []
      : [
          {
            name: names[c],
            one: shown.of(train.of(place)),
            mean: shrunk(mean, width, height).values,
          },
        ];
  });
  const rounded = (mean: ArrayLike<number>): Uint8Array => Uint8Array.from(mean, Math.round);
  const sheet = inkSheet(
    examples.flatMap(({ one, mean }) => [one, rounded(mean)]),
    shown.width,
    shown.height,
    COLUMNS,
    2,
  );
  const data = {
    class: texts(examples.flatMap(({ name, one }) => Array.from(one, () => name))),
    pixel: ints(examples.flatMap(({ one }) => [...one.keys()])),
    image: ints(examples.flatMap(({ one }) => [...one])),
    mean: reals(examples.flatMap(({ mean }) => Array.from(mean))),
  };
  const list = html`<ol class="digits pairs">${examples.map(
    ({ name, one, mean }) =>
      html`<li>${inkedImage(one, shown, `one ${name}, drawn at random`)}
        ${inkedImage(rounded(mean), shown, `mean of all training images of class ${name}`)}<span>${name}</span></li>`,
  )}</ol>`;
  return pictureBlock(
    shelf.addPicture(picture('classes', 'Each class: an image drawn at random, and the mean', sheet, data)),
    list,
    names.length > MOST_SHOWN && `The first ${MOST_SHOWN} of ${count(names.length)} classes.`,
  );
}

/** A row of a class, drawn at random by a generator that starts from the class's number; undefined without rows. */
function drawn(label: Uint16Array, c: number): number | undefined {
  const rows: number[] = [];
  for (let i = 0; i < label.length; i++) if (label[i] === c) rows.push(i);
  const random = ((Math.imul(c + 1, 2654435761) ^ 0x9e3779b9) >>> 0) / 2 ** 32;
  return rows[Math.floor(random * rows.length)];
}

/** Rows that are added up at once. */
const BLOCK = 1024;

function classMeans(file: RawRows, size: number, classes: number, wanted: number): Float64Array[] {
  const { rows, label } = file;
  const sums = Array.from({ length: wanted }, () => new Float64Array(size));
  const counts = classCounts(label, classes);
  for (let from = 0; from < rows; from += BLOCK) {
    const end = Math.min(rows, from + BLOCK);
    const pixels = file.of(from, end - from);
    for (let i = from, at = 0; i < end; i++, at += size) {
      const sum = sums[label[i]];
      if (!sum) continue;
      for (let p = 0; p < size; p++) sum[p] = sum[p] + pixels[at + p];
    }
  }
  return sums.map((sum, c) => sum.map((value) => value / Math.max(1, counts[c])));
}

/** Rows and columns of the image that is shown as numbers. */
const MOST_NUMBERS = 28;

function asNumbers({ train, width }: Images, names: readonly string[]): Markup {
  const pixels = train.of(0);
  const inked = Array.from(pixels.keys()).filter((p) => pixels[p] > 0);
  const xs = inked.map((p) => p % width);
  const [left, top] = [xs.reduce((a, b) => Math.min(a, b), width), Math.floor((inked[0] ?? 0) / width)];
  const right = Math.min(
    left + MOST_NUMBERS - 1,
    xs.reduce((a, b) => Math.max(a, b), 0),
  );
  const bottom = Math.min(top + MOST_NUMBERS - 1, Math.floor((inked[inked.length - 1] ?? -1) / width));
  const whole = inked.every((p) => p % width <= right && Math.floor(p / width) <= bottom);
  const rows = Array.from({ length: Math.max(0, bottom - top + 1) }, (_, y) =>
    Array.from({ length: right - left + 1 }, (_, x) => pixels[(top + y) * width + left + x]),
  );
  return html`<table class="numbers"><caption>Training image 0, ${withArticle(names[train.label[0]])}: rows ${top}
    to ${bottom}, columns ${left} to ${right}${whole ? '; every other pixel is 0' : ''}</caption><tbody>${rows.map(
      (values) =>
        html`<tr>${values.map(
          (value) => html`<td class="heat${value > 140 && ' strong'}"
    style="--v:${(value / 255).toFixed(2)}">${value || '·'}</td>`,
        )}</tr>`,
    )}</tbody></table>`;
}
