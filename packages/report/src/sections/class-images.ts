import type { ClassFinding, ClassFindings, LeastChange, Way, WrongImage } from '../data/classes.js';
import { signedPixels } from '../figures/digits.js';
import { meanImage } from '../figures/evidence.js';
import { count, fixed, listed, percent, plural } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { capital, several, splitName, withArticle } from '../page/names.js';
import { inkedImage, pixelImage } from './blocks.js';
import { signed } from './class-pair.js';
import type { Context } from './section.js';

/** Wrong images that are shown of a class. */
const WRONG = 8;
/** Nodes that are named beside an image. */
const NAMED = 3;

/** Images of a class by themselves: its ways of writing, the least changes that turn some into another class, its errors. */
export function imagesBlock(findings: ClassFindings, finding: ClassFinding, context: Context): Markup | undefined {
  const own = several(context.names[finding.class]);
  const blocks = [
    waysBlock(findings, finding, context),
    leastBlock(findings, finding, context),
    wrongBlock(findings, finding, context),
  ];
  if (blocks.every((block) => block === undefined)) return undefined;
  return html`<details><summary>Images of the ${own}: how they are written, what little turns them, which are told wrongly</summary>
${blocks}</details>`;
}

function waysBlock({ info: { held } }: ClassFindings, finding: ClassFinding, context: Context): Markup | undefined {
  const { written, rows } = finding;
  const own = several(context.names[finding.class]);
  if (written.length === 0) return undefined;
  if (written.length === 1)
    return html`<p class="note">The ${own} are written in one way: in the last hidden layer they fall into no groups.</p>`;
  const split = splitName(held.split);
  const item = (way: Way): Markup => {
    const label = `mean of ${plural(way.rows, `training image`)} written in one way`;
    return html`<li>${pixelImage(meanImage(way.image, context.experiment.images), label)}<b>${percent(way.rows / rows, 0)}</b>
<small>${percent(way.recall, 1)} of ${count(way.heldRows)} told right</small><small>${nodesOf(way)}</small></li>`;
  };
  return html`<h4>${capital(plural(written.length, 'way'))} of writing</h4><ol class="digits ways">${written.map(item)}</ol>
<p class="note">Groups of the training ${own} by what they do in the last hidden layer (mean silhouette
${fixed(written[0].silhouette, 2)}): mean image, share, ${split} images of the group told right, and the nodes that tell it
from the others, by standard deviations.</p>`;
}

function nodesOf({ nodes }: Way): string {
  const named = nodes.slice(0, NAMED).map(({ node, difference }) => `${node} (${signed(difference)})`);
  return named.length === 0 ? '' : `${named.length === 1 ? 'node' : 'nodes'} ${listed(named)}`;
}

const WHICH: Readonly<Record<string, string>> = {
  surest: 'the surest',
  median: 'one in the middle',
  doubtful: 'the most doubtful',
};

function leastBlock({ info: { held } }: ClassFindings, finding: ClassFinding, context: Context): Markup | undefined {
  const { names, experiment } = context;
  const { images } = experiment;
  if (finding.least.length === 0) return undefined;
  const name = names[finding.class];
  const item = (change: LeastChange): Markup => {
    const { before, after, which, id, rival, length, most } = change;
    const difference = after.map((value, p) => value - before[p]);
    const pictures = [
      pixelImage(meanImage(before, images), `${splitName(held.split)} image ${id}, ${withArticle(name)}`),
      pixelImage(signedPixels(difference, images.width, images.height), 'what is changed', 'map'),
      pixelImage(meanImage(after, images), `the same, told as ${withArticle(names[rival])}`),
    ];
    return html`<li>${pictures}<span>${WHICH[which] ?? which}: ${name} → <b>${names[rival]}</b></span>
<small>length ${fixed(length, 2)}, a pixel by ${percent(most, most < 0.1 ? 1 : 0)} at most</small></li>`;
  };
  return html`<h4>The least change that turns one</h4><ol class="digits least">${finding.least.map(item)}</ol>
<p class="note">Three ${splitName(held.split)} ${several(name)} told right, by the margin of the net. Of each: as it is, what is
added (blue) and taken away (orange), and how it is told as another class: the smallest change found from several starts.</p>`;
}

function wrongBlock({ info: { held } }: ClassFindings, finding: ClassFinding, context: Context): Markup | undefined {
  const { names, experiment } = context;
  const { shown } = experiment.images;
  const { tipped, wrong, class: c } = finding;
  if (tipped.length === 0 || wrong.length === 0) return undefined;
  const split = splitName(held.split);
  const [own, name] = [several(names[c]), names[c]];
  const item = ({ id, told, nodes }: WrongImage): Markup => {
    const pixels = shown.at(held.split, id);
    const alt = `${split} image ${id}, ${withArticle(name)} told as ${withArticle(names[told])}`;
    return html`<li>${pixels && inkedImage(pixels, shown, alt)}<span>${name} → <b>${names[told]}</b></span>
<small>${nodes.length === 1 ? 'node' : 'nodes'} ${tips(nodes)}</small></li>`;
  };
  const most = [...wrong].sort((a, b) => b.margin - a.margin || a.id - b.id).slice(0, WRONG);
  const which = most.length < wrong.length ? `; the ${most.length} most wrong of them are shown` : '';
  return html`<h4>What tipped the wrong ones</h4>
<p class="note">${plural(tipped[0].images, `${split} image`)} of the ${own} ${tipped[0].images === 1 ? 'is' : 'are'} told wrongly${which}.
Most often ${tipped.length === 1 ? 'node' : 'nodes'} ${tips(tipped)} tipped them.</p>
<ol class="digits wrong">${most.map(item)}</ol>
<p class="note">Behind each node how much more it gives to the class that was told, against the true one, than on training
${own} told right.</p>`;
}

const tips = (nodes: readonly { readonly node: number; readonly evidence: number }[]): string =>
  listed(nodes.slice(0, NAMED).map(({ node, evidence }) => `${node} (${signed(evidence)})`));
