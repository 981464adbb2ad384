import { confusedPairs, confusion, type ConfusedPair, type Confusion } from '../analysis/confusion.js';
import { rowsOfCell } from '../analysis/errors.js';
import { confusionDrawing, confusionImage } from '../figures/confusion.js';
import { ints, texts } from '../figures/columns.js';
import { inkSheet } from '../figures/digits.js';
import { picture } from '../figures/picture.js';
import { draw } from '../figures/vega.js';
import { count, percent, words } from '../page/format.js';
import { areLong } from '../page/names.js';
import { html, type Content, type Markup } from '../page/html.js';
import { figureBlock, pictureBlock, pixelImage, row } from './blocks.js';
import type { Chapter, Context, Section } from './section.js';

/** Classes of which a matrix is a table of numbers; of more it is an image. */
const MOST_CELLS = 24;

/** Confusion matrices on test and train, the most confused pairs, and digits of the worst of them. */
export const confusionChapter: Chapter = { id: 'confusion', order: 300, title: 'Confusions', make: confusionSection };

async function confusionSection(context: Context): Promise<Section> {
  const { experiment, names } = context;
  const { test, train } = experiment;
  const matrices = { test: confusion(test, names.length), train: confusion(train, names.length) };
  const blocks: Content[] = [];
  const splits = [test, train].filter(({ rows }) => rows > 0);
  const draws = names.length > MOST_CELLS ? drawImage : drawMatrices;
  const drawn = await Promise.all(splits.map(({ name }) => draws(matrices[name as 'test' | 'train'], name, context)));
  for (const [i, split] of splits.entries()) {
    const name = split.name === 'train' ? 'training' : split.name;
    const shown = drawn[i]();
    blocks.push(html`<h3>On ${count(split.rows)} ${name} images</h3>${shown}`);
  }
  const pairs = confusedPairs(matrices.test);
  const most = pairs.slice(0, names.length > MOST_CELLS ? 25 : 10);
  return {
    lead:
      test.rows > 0
        ? lead(pairs, names, test.rows, 'test')
        : `There are no test images. ${lead(confusedPairs(matrices.train), names, train.rows, 'training')}`,
    body: html`${blocks}${
      pairs[0] &&
      row(
        panel(context, pairs[0]),
        pairs.length > 1 && html`<div><h3>The most confused pairs</h3>${pairTable(most, names)}</div>`,
      )
    }`,
  };
}

/** A matrix of many classes. @returns what keeps it and shows it */
async function drawImage(matrix: Confusion, split: string, { shelf, names, hands }: Context): Promise<() => Markup> {
  const figure = await confusionImage(matrix, names, split, altOf(split), hands);
  const { left, top, width } = figure.plot;
  const caption = words`Rows are true classes, columns predicted ones, in the order of the table of classes; log colour
    scale. A click shows the images of a cell.`;
  const place = html`data-matrix="${split}" data-plot="${left},${top},${width}"`;
  return () => html`<div class="row">${figureBlock(shelf.add(figure), caption, place)}</div>`;
}

/** A matrix of few classes, in images and in per cent. @returns what keeps it and shows it */
async function drawMatrices(matrix: Confusion, split: string, { shelf, names, hands }: Context): Promise<() => Markup> {
  const alt = `Confusion matrix on ${split} images, per cent of the true class`;
  const [counts, shares] = await Promise.all([
    draw(confusionDrawing(matrix, names, split, 'count', altOf(split)), hands),
    draw(confusionDrawing(matrix, names, split, 'share', alt), hands),
  ]);
  return () => {
    shelf.add(counts);
    shelf.add({ ...shares, dataName: `confusion-${split}` });
    const tables = row(matrixTable(matrix, names, split, 'count'), matrixTable(matrix, names, split, 'share'));
    return html`${tables}${links(split)}`;
  };
}

const altOf = (split: string): string => `Confusion matrix on ${split} images, counts on a log colour scale`;

function lead(pairs: readonly ConfusedPair[], names: readonly string[], rows: number, split: string): string {
  const [first, second] = pairs;
  if (!first) return `None of the ${count(rows)} ${split} images is taken for another class.`;
  const total = pairs.reduce((sum, pair) => sum + pair.ab + pair.ba, 0);
  const also = second
    ? `, followed by ${names[second.a]} and ${names[second.b]} (${count(second.ab + second.ba)})`
    : '';
  return words`${names[first.a]} and ${names[first.b]} are confused most: ${count(first.ab + first.ba)} of the
    ${count(total)} mistakes on ${split} images (${percent((first.ab + first.ba) / total, 1)})${also}.`;
}

function links(split: string): Markup {
  const drawing = (name: string, what: string): Markup =>
    html`${what} <a href="figures/${name}.svg">SVG</a> <a href="figures/${name}.vl.json">Vega-Lite</a>`;
  return html`<p class="note">Rows are true classes, columns predicted
    ones. <span class="files">${drawing(`confusion-${split}`, 'Images:')},
    ${drawing(`confusion-${split}-shares`, 'per cent:')},
    both: <a href="figures/confusion-${split}.parquet">Parquet</a></span></p>`;
}

function matrixTable(
  { classes, counts }: Confusion,
  names: readonly string[],
  split: string,
  kind: 'count' | 'share',
): Markup {
  const top = Math.log1p(counts.reduce((a, b) => Math.max(a, b), 1));
  const cell = (truth: number, guess: number): Markup => {
    const n = counts[truth * classes + guess];
    const total = counts.slice(truth * classes, (truth + 1) * classes).reduce((a, b) => a + b, 0);
    const share = total === 0 ? 0 : n / total;
    const heat = kind === 'count' ? Math.log1p(n) / top : share;
    const shown =
      n === 0
        ? '·'
        : kind === 'count'
          ? n
          : share < 0.0005
            ? '<0.1'
            : share >= 0.9995
              ? '100'
              : (share * 100).toFixed(1);
    return html`<td class="heat${heat > 0.55 && ' strong'}${truth === guess ? ' right' : ''}"
      style="--v:${heat.toFixed(2)}"
      ${kind === 'count' && n > 0 && html`data-cell="${split},${truth},${guess}"`}>${shown}</td>`;
  };
  const caption = kind === 'count' ? 'Images, log colour scale' : 'Per cent of the true class';
  return html`<table class="matrix${areLong(names) && ' named'}"><caption>${caption}</caption>
    <thead><tr><th scope="col"><span class="sr">true class</span></th>
    ${names.map((name) => html`<th scope="col"><span>${name}</span></th>`)}</tr></thead><tbody>${names.map(
      (name, truth) => html`<tr><th scope="row">${name}</th>${names.map((_, guess) => cell(truth, guess))}</tr>`,
    )}</tbody></table>`;
}

const LIMIT = 25;

function panel({ experiment: { test, images }, shelf, names }: Context, { a, b }: ConfusedPair): Markup {
  const { width, height } = images.shown;
  const cells = [
    [a, a],
    [a, b],
    [b, a],
    [b, b],
  ].map(([truth, guess]) => ({
    truth: truth,
    guess: guess,
    rows: rowsOfCell(test, truth, guess, LIMIT),
  }));
  const imagesOf = (rows: readonly number[]): (Uint8Array | undefined)[] =>
    rows.map((i) => images.shown.at('test', test.id[i]));
  const sheet = ({ truth, guess, rows }: (typeof cells)[number]): Markup => {
    const shown = inkSheet(imagesOf(rows), width, height, 5, 2);
    const caption = `${names[truth]} taken for ${names[guess]}`;
    return html`<figure class="sheet ${truth === guess ? 'right' : 'wrong'}">${
      rows.length > 0
        ? html`<div
      class="frame">${pixelImage(shown, `${rows.length} test images of ${caption}`)}</div>
      `
        : html`<p class="note">none</p>`
    }<figcaption>${truth === guess ? `${names[truth]}, recognised` : caption}:
      ${rows.length === LIMIT ? `the first ${LIMIT}` : rows.length}</figcaption></figure>`;
  };
  const all = cells.flatMap(({ truth, guess, rows }) => rows.map((place) => ({ truth, guess, place })));
  const data = {
    id: ints(all.map(({ place }) => test.id[place])),
    true: texts(all.map(({ truth }) => names[truth])),
    predicted: texts(all.map(({ guess }) => names[guess])),
  };
  const whole = shelf.addPicture(
    picture(
      'confused-pair',
      `${names[a]} and ${names[b]}, test images`,
      inkSheet(panelOrder(cells.map(({ rows }) => imagesOf(rows))), width, height, 11, 2),
      data,
    ),
  );
  return html`<div><h3>The most confused pair: ${names[a]} and ${names[b]}</h3>
    ${pictureBlock(whole, html`<div class="panel">${cells.map(sheet)}</div>`)}</div>`;
}

/** Four grids of 5 x 5 images as one of 11 x 11, a row and a column empty between them. */
function panelOrder(grids: readonly (readonly (Uint8Array | undefined)[])[]): (Uint8Array | undefined)[] {
  return Array.from({ length: 121 }, (_, at) => {
    const [x, y] = [at % 11, Math.floor(at / 11)];
    return x === 5 || y === 5 ? undefined : grids[(y > 5 ? 2 : 0) + (x > 5 ? 1 : 0)]?.[(y % 6) * 5 + (x % 6)];
  });
}

function pairTable(pairs: readonly ConfusedPair[], names: readonly string[]): Markup {
  return html`<table class="narrow"><caption>Mistakes on test images, in either direction</caption>
    <thead><tr><th scope="col">pair</th><th scope="col">mistakes</th><th scope="col">first as second</th>
    <th scope="col">second as first</th></tr></thead><tbody>${pairs.map(
      ({ a, b, ab, ba }) =>
        html`<tr><th scope="row">${names[a]}, ${names[b]}</th><td>${ab + ba}</td><td>${ab}</td><td>${ba}</td></tr>`,
    )}</tbody></table>`;
}
