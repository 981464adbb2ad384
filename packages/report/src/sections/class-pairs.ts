import type { BetweenFigures, ClassFindings, PairFinding } from '../data/classes.js';
import { shrunk } from '../data/shrink.js';
import { evidenceImage } from '../figures/evidence.js';
import { outline } from '../figures/outline.js';
import { count, fixed, plural } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { several, splitName, withArticle } from '../page/names.js';
import { inkedImage, pixelImage } from './blocks.js';
import { confusionOf, pairNumbers, pairPictures } from './class-pair.js';
import type { Context } from './section.js';

/** Pairs that are shown. */
const SHOWN = 3;

/** The pairs of classes that are taken for each other most often: where they are told apart, and by which nodes. */
export function pairBlocks(findings: ClassFindings, context: Context): Markup | undefined {
  const { names } = context;
  const confused = confusedMost(findings).slice(0, SHOWN);
  if (confused.length === 0) return undefined;
  const split = splitName(findings.info.held.split);
  const way = (pair: PairFinding): Markup =>
    html`<div class="class-first">${pairPictures(findings, pair, context)}
      <div class="class-words"><p>${pair.sentence}</p><p class="note">${pairNumbers(pair, findings, names)}</p></div></div>
      ${tippedBlock(findings, pair, context)}`;
  return html`<h3>The pairs confused most</h3>${confused.map(({ both, told }) => {
    const [a, b] = both.map((pair) => several(names[pair.class]));
    const [there, back] = both.map(({ heldTold }) => count(heldTold));
    return html`<details class="class-pair"><summary>${a} and ${b}: ${plural(told, `${split} image`)} taken for the other
      (${there} ${a}, ${back} ${b})</summary>${both.map(way)}${between(findings, both[0], context)}</details>`;
  })}`;
}

/** What tips images of a class that are told as the other: where they have more ink than those told right, and where less. */
function tippedBlock(
  findings: ClassFindings,
  pair: PairFinding,
  { experiment: { images }, names }: Context,
): Markup | undefined {
  const confused = confusionOf(findings, pair);
  const { class: c, rival } = pair;
  if (!confused) return undefined;
  const [name, told] = [names[c], names[rival]];
  const label = `what tips ${several(name)} that are told as ${several(told)}, by pixel`;
  const map = pixelImage(evidenceImage(confused.tipped, images), label, 'map');
  const small = shrunk(findings.classes[c].image, images.width, images.height);
  return html`<div class="class-first"><div class="class-pictures"><figure class="class-map"><div class="over">${map}${outline(small)}</div>
<figcaption>${name} told as ${told}: <b class="positive">more ink</b>, <b class="negative">less ink</b></figcaption></figure></div>
<div class="class-words"><p>${confused.sentence}</p></div></div>`;
}

/** Images of either class that the net hardly tells apart. */
function between(
  { classes, info: { held } }: ClassFindings,
  { class: c, rival }: PairFinding,
  { experiment, names }: Context,
): Markup | undefined {
  const { shown } = experiment.images;
  const [low, high] = c < rival ? [c, rival] : [rival, c];
  const found = classes[low].between.filter((image) => image.rival === high);
  if (found.length === 0) return undefined;
  const split = splitName(held.split);
  const item = ({ id, label, margin }: BetweenFigures): Markup => {
    const pixels = shown.at(held.split, id);
    const told = margin >= 0 ? low : high;
    const alt = `${split} image ${id}, ${withArticle(names[label])}`;
    return html`<li>${pixels && inkedImage(pixels, shown, alt)}<span>${names[label]} → <b>${names[told]}</b></span>
<small>by ${fixed(Math.abs(margin), 2)}</small></li>`;
  };
  return html`<h4>Images between them</h4><ol class="digits wrong">${found.map(item)}</ol>
<p class="note">The ${split} images of either class that are told least clearly as one of them: what they are, what the net tells
them as, and by how much the one logit exceeds the other.</p>`;
}

/** Pairs of which both ways were looked at, that with most held images taken for the other first, of equals the first. */
function confusedMost({ classes }: ClassFindings): { readonly both: readonly PairFinding[]; readonly told: number }[] {
  const all = classes.flatMap(({ pairs }) => pairs).filter(({ evidence }) => evidence);
  return all
    .filter((pair) => pair.class < pair.rival)
    .flatMap((pair) => {
      const back = all.find((other) => other.class === pair.rival && other.rival === pair.class);
      return back ? [{ both: [pair, back], told: pair.heldTold + back.heldTold }] : [];
    })
    .filter(({ told }) => told > 0)
    .sort((a, b) => b.told - a.told);
}
