import { classification, confusion } from '../analysis/confusion.js';
import { probabilityHistogram } from '../analysis/histogram.js';
import type { Split } from '../data/experiment.js';
import { probabilityDrawing } from '../figures/bars.js';
import { inkImage } from '../figures/digits.js';
import { firstProbabilitiesDrawing } from '../figures/first-probabilities.js';
import { draw } from '../figures/vega.js';
import { fixed, percent, plural, words } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { areLong } from '../page/names.js';
import { figureBlock, pixelImage } from './blocks.js';
import type { Chapter, Context, Section } from './section.js';

const FIRST = 20;
const BINS = 20;
/** Classes with a histogram, and columns of the table, at most. */
const MOST_DRAWN = 20;
/** Classes named for an image where there are more. */
const NAMED = 5;

/** Probabilities of the first test images, and how sure the net is of each class. */
export const probabilitiesChapter: Chapter = {
  id: 'probabilities',
  order: 600,
  title: 'Probabilities',
  make: probabilitiesSection,
};

async function probabilitiesSection({ experiment, shelf, names, hands }: Context): Promise<Section | undefined> {
  const { test } = experiment;
  if (test.rows === 0) return undefined;
  const K = names.length;
  const drawings = drawnClasses(experiment, K).map((c) => {
    const name = names[c];
    const { own, others } = probabilityHistogram(test, K, c, BINS);
    const values = ownProbabilities(test, K, c);
    const rivals = test.predicted.reduce((n, predicted, i) => n + (predicted === c && test.label[i] !== c ? 1 : 0), 0);
    const caption =
      values.length > 0
        ? words`Half of its images get at least ${fixed(Math.floor(values[values.length >> 1] * 1000) / 1000, 3)};
          ${plural(rivals, 'other')} taken for it.`
        : 'No images of this class.';
    const alt = `Histogram of the probability of class ${name} for its own ${values.length} images and for all others. ${caption}`;
    return { drawn: draw(probabilityDrawing(name, c, own, others, alt), hands), caption };
  });
  const drawn = await Promise.all(drawings.map((drawing) => drawing.drawn));
  const figures = drawn.map((figure, i) => figureBlock(shelf.add(figure), drawings[i].caption));
  const unsure = countUnsure(test.probabilities, K);
  return {
    lead: words`${unsure === 0 ? 'Every test image has a' : plural(unsure, 'of the test images has no', 'of the test images have no')}
      class above a probability of one half; ${firstLead(experiment, K)}`,
    body: html`${firstTable(experiment, names)}${K <= MOST_DRAWN && (await firstFiles({ experiment, shelf, names, hands }))}${oneVector(experiment, names)}<h3>
      How sure the net is of ${K > MOST_DRAWN ? `the ${MOST_DRAWN} classes it knows least` : 'each class'}</h3>
      <div class="grid">${figures}</div>`,
  };
}

/** Classes whose histograms are drawn: all, or of many those with the lowest F1. */
function drawnClasses({ test }: Context['experiment'], K: number): number[] {
  const all = Array.from({ length: K }, (_, c) => c);
  if (K <= MOST_DRAWN) return all;
  const scores = classification(confusion(test, K)).perClass;
  return all
    .filter((c) => (scores[c]?.support ?? 0) > 0)
    .sort((a, b) => (scores[a]?.f1 ?? 0) - (scores[b]?.f1 ?? 0) || a - b)
    .slice(0, MOST_DRAWN);
}

/** P(class) of the images of the class, ascending. */
function ownProbabilities({ rows, label, probabilities }: Split, K: number, c: number): Float32Array {
  const own: number[] = [];
  for (let i = 0; i < rows; i++) if (label[i] === c) own.push(probabilities[i * K + c]);
  return Float32Array.from(own).sort();
}

function countUnsure(probabilities: Float32Array, K: number): number {
  let unsure = 0;
  for (let i = 0; i < probabilities.length; i += K) if (Math.max(...probabilities.subarray(i, i + K)) < 0.5) unsure++;
  return unsure;
}

function firstLead({ test }: Context['experiment'], K: number): string {
  const n = Math.min(FIRST, test.rows);
  const right = Array.from({ length: n }, (_, i) => i).filter((i) => test.label[i] === test.predicted[i]).length;
  const least = Array.from({ length: n }, (_, i) => test.probabilities[i * K + test.predicted[i]]);
  return words`${right} of the first ${n} are right, with probabilities from ${percent(Math.min(...least), 1)} to
    ${percent(Math.max(...least), 1)}.`;
}

function firstTable({ test, images }: Context['experiment'], names: readonly string[]): Markup {
  const K = names.length;
  const columns = K <= MOST_DRAWN ? names.map((_, c) => c) : [];
  const rows = Array.from({ length: Math.min(FIRST, test.rows) }, (_, i) => {
    const pixels = images.shown.at('test', test.id[i]);
    const label = test.label[i];
    const cells =
      K > MOST_DRAWN
        ? html`<td class="words">${likeliest(test, K, i)
            .map((c) => `${names[c]} ${percent(test.probabilities[i * K + c], 1)}`)
            .join(', ')}</td>`
        : columns.map((c) => {
            const name = names[c];
            const p = test.probabilities[i * K + c];
            const text = p < 0.005 ? '·' : p >= 0.995 ? '100' : String(Math.round(p * 100));
            return html`<td class="heat${p > 0.55 && ' strong'}${c === label && ' right'}"
              style="--v:${p.toFixed(2)}" title="P(${name}) = ${fixed(p)}">${text}</td>`;
          });
    return html`<tr class="${test.predicted[i] === label ? '' : 'wrong'}"><th scope="row">
      ${pixels && pixelImage(inkImage(pixels, images.shown.width, images.shown.height), `test image ${test.id[i]}`)} <span>
      ${names[label]}</span></th>${cells}</tr>`;
  });
  return html`<table class="${K <= MOST_DRAWN && 'matrix '}first${areLong(names) && ' named'}"><caption>The first
    ${rows.length} test images:
    ${K <= MOST_DRAWN ? 'probability of each class, per cent (the true class is framed)' : `the ${NAMED} most probable classes`}</caption>
    <thead><tr><th scope="col">true</th>${
      K > MOST_DRAWN
        ? html`<th scope="col" class="words">most probable</th>
    `
        : columns.map((c) => html`<th scope="col"><span>${names[c]}</span></th>`)
    }</tr></thead><tbody>${rows}</tbody>
    </table>`;
}

/** Keeps the table as a figure. */
async function firstFiles({
  experiment: { test },
  shelf,
  names,
  hands,
}: Pick<Context, 'experiment' | 'shelf' | 'names' | 'hands'>): Promise<Markup> {
  const n = Math.min(FIRST, test.rows);
  const rows = Array.from({ length: n }, (_, i) => i);
  const truth = rows.map((i) => names[test.label[i]]);
  const alt = words`Heat map of the probabilities of the first ${n} test images by class; the net's answers:
    ${rows.map((i) => names[test.predicted[i]]).join(', ')}; the true classes: ${truth.join(', ')}`;
  const { name } = shelf.add(
    await draw(
      firstProbabilitiesDrawing(
        {
          id: rows.map((i) => test.id[i]),
          truth,
          names,
          probabilities: test.probabilities.subarray(0, n * names.length),
        },
        alt,
      ),
      hands,
    ),
  );
  return html`<p class="note"><span class="files"><a href="figures/${name}.svg">SVG</a> <a
    href="figures/${name}.vl.json">Vega-Lite</a> <a href="figures/${name}.parquet">Parquet</a></span></p>`;
}

function oneVector({ test }: Context['experiment'], names: readonly string[]): Markup {
  const values = names.map((name, c) => `${name}: ${test.probabilities[c].toPrecision(3)}`);
  const vector = html`Test image ${test.id[0]}, in full: <code>${values.join(', ')}</code>`;
  return names.length <= MOST_DRAWN
    ? html`<p class="note">${vector}</p>`
    : html`<details><summary>All ${names.length} probabilities of one image</summary><p class="note">${vector}</p></details>`;
}

/** The most probable classes of a row, ties to the lower class. */
function likeliest({ probabilities }: Split, K: number, row: number): number[] {
  const own = probabilities.subarray(row * K, (row + 1) * K);
  return Array.from(own.keys())
    .sort((a, b) => own[b] - own[a] || a - b)
    .slice(0, NAMED);
}
