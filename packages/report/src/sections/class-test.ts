import type { Altered } from '../data/altered.js';
import type { ChangeFigures, ClassFinding, ClassFindings } from '../data/classes.js';
import { shrunk } from '../data/shrink.js';
import { inkImage } from '../figures/digits.js';
import { markImage } from '../figures/evidence.js';
import { outline } from '../figures/outline.js';
import { count, fixed } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { several, splitName, withArticle } from '../page/names.js';
import { table } from '../page/table.js';
import { pixelImage } from './blocks.js';
import { share } from './class-pair.js';
import type { Context } from './section.js';

const ELSEWHERE = 'as much change at other pixels, the mean over random draws and the most of one';

const captionOf = (shown: number, split: string, name: string): string =>
  `${count(shown)} of the ${split} ${several(name)} told right, evenly spaced, before and after; below, what the net tells them as.`;

/** The decisive test of a class: which pixels are changed, what it does to some images and to all, and its control. */
export function testBlock(
  { info }: ClassFindings,
  finding: ClassFinding,
  altered: readonly Altered[],
  { experiment: { images }, names }: Context,
): Markup | undefined {
  const [name, rival] = [names[finding.class], names[finding.rival]];
  const tried = finding.changes.filter(({ rows, erased, inked }) => rows > 0 && erased + inked > 0);
  if (tried.length === 0 || rival === undefined) return undefined;
  const small = shrunk(finding.image, images.width, images.height);
  const { shown } = images;
  const digit = (pixels: Uint8Array, alt: string): Markup =>
    pixelImage(inkImage(shown.of(pixels), shown.width, shown.height), alt);
  const split = splitName(info.held.split);
  const pairs = altered.map(({ id, before, after, told }) => {
    const both = [digit(before, `${split} image ${id}, ${withArticle(name)}`), digit(after, 'the same, changed')];
    const turned = told !== finding.class && html`class="turned"`;
    return html`<li ${turned}>${both}<span>${name} → <b>${names[told]}</b></span></li>`;
  });
  const map = pixelImage(markImage(finding.marks, images), 'the pixels that are erased and inked', 'map');
  const ink = fixed(info.changes.ink, 1);
  return html`<h4>The test: change the pixels that say ${name}, not ${rival}</h4>
<div class="class-test"><figure class="class-map"><div class="over">${map}${outline(small)}</div>
<figcaption><b class="positive">erased</b>, <b class="negative">inked</b> to ${ink}</figcaption></figure>
<ol class="digits pairs before-after">${pairs}</ol></div>
${altered.length > 0 && html`<p class="note">${captionOf(altered.length, split, name)}</p>`}
${table(
  `Told otherwise after the change, of ${count(tried[0].rows)} ${split} ${several(name)} told right; elsewhere: ${ELSEWHERE}`,
  [
    'change',
    `told as ${rival}`,
    `told as anything but ${name}`,
    `elsewhere, as ${rival}`,
    `elsewhere, as anything but ${name}`,
  ],
  tried.map((change) => changeRow(change)),
  'stack',
)}`;
}

function changeRow(change: ChangeFigures): string[] {
  const { kind, erased, inked, toldRival, toldOther, draws } = change;
  const what = kind === 'stroke' ? `one stroke: ${inked} pixels inked` : `${erased} pixels erased, ${inked} inked`;
  const control = (mean: number, most: number): string =>
    draws === 0 ? 'no place for it' : `${share(mean)} (most ${share(most)})`;
  return [
    what,
    share(toldRival),
    share(toldOther),
    control(change.drawsRival, change.drawsRivalMost),
    control(change.drawsOther, change.drawsOtherMost),
  ];
}
