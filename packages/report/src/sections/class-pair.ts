import type { ClassFinding, ClassFindings, Confusion, PairFinding, SpeakingNode } from '../data/classes.js';
import { evidenceImage, meanImage } from '../figures/evidence.js';
import { outline } from '../figures/outline.js';
import { shrunk } from '../data/shrink.js';
import { count, fixed, listed, percent, plural } from '../page/format.js';
import { html, type Content, type Markup } from '../page/html.js';
import { several, withArticle } from '../page/names.js';
import { pixelImage } from './blocks.js';
import type { Context } from './section.js';

/** Nodes that are named for a pair, and against it. */
const NAMED = 4;

/** The pair of a class with its most frequent rival; undefined without one. */
export function mainPair({ pairs, rival }: ClassFinding): PairFinding | undefined {
  return pairs.find((pair) => pair.rival === rival);
}

/** What a class is told from a rival by: evidence by pixel between the mean images of both. @param attributes of the map's figure */
export function pairPictures(
  { classes }: ClassFindings,
  pair: PairFinding,
  { experiment: { images }, names }: Context,
): Markup {
  const [own, rival] = [classes[pair.class], classes[pair.rival]];
  const [name, other] = [names[pair.class], names[pair.rival]];
  const mean = (finding: ClassFinding, of: string): Content =>
    pixelImage(meanImage(finding.image, images), `mean image of ${several(of)}`);
  const small = shrunk(own.image, images.width, images.height);
  const label = `what tells ${withArticle(name)} from ${withArticle(other)}, by pixel`;
  const map = pair.evidence && pixelImage(evidenceImage(pair.evidence, images), label, 'map');
  return html`<div class="class-pictures"><figure>${mean(own, name)}<figcaption>mean of the ${several(name)}</figcaption></figure>
<figure class="class-map"><div class="over">${map}${outline(small)}</div>
<figcaption>why ${withArticle(name)}, not ${withArticle(other)}: <b class="positive">ink</b>, <b class="negative">no ink</b></figcaption></figure>
<figure>${mean(rival, other)}<figcaption>mean of the ${several(other)}</figcaption></figure></div>`;
}

/** Numbers of a pair, and why images of the class are told as the other, in words. */
export function pairFigures(pair: PairFinding, findings: ClassFindings, names: readonly string[]): string {
  const confused = confusionOf(findings, pair)?.sentence;
  return [pairNumbers(pair, findings, names), confused].filter(Boolean).join(' ');
}

/** Why images of a class are told as the other; undefined where none is. */
export const confusionOf = ({ classes }: ClassFindings, { class: c, rival }: PairFinding): Confusion | undefined =>
  classes[c].confusions.find(({ told }) => told === rival);

/** Numbers of a pair, in words. */
export function pairNumbers(
  { evidence, ...pair }: PairFinding,
  { info: { held }, classes }: ClassFindings,
  names: readonly string[],
): string {
  const [own, name, other] = [classes[pair.class], names[pair.class], names[pair.rival]];
  const seen = [
    `The ${several(other)} are second choice of ${count(pair.second)} of the ${count(own.right)} training ${several(name)} told right.`,
    ...(own.confusions.some(({ told }) => told === pair.rival)
      ? []
      : [
          `${count(pair.heldTold)} of ${count(own.heldRows)} ${held.split} ${several(name)} are told as ${several(other)}.`,
        ]),
  ].join(' ');
  if (!evidence) return seen;
  const sum = [
    `The logit of ${name} less that of ${other} is ${signed(pair.baseline)} for the mean image;`,
    `ink adds ${signed(pair.ink)} and its absence ${signed(pair.absence)}, together ${signed(pair.margin)}`,
    `(mean of ${plural(pair.rows, 'training image')}).`,
  ].join(' ');
  return [seen, sum, nodesInWords(evidence.nodes.at(-1) ?? [])].filter(Boolean).join(' ');
}

/** The nodes with most evidence for a class, and those against it. */
function nodesInWords(nodes: readonly SpeakingNode[]): string {
  const speaking = nodes.filter(({ evidence }) => evidence > 0).slice(0, NAMED);
  const against = nodes
    .filter(({ evidence }) => evidence < 0)
    .slice(-NAMED)
    .toReversed();
  const named = (some: readonly SpeakingNode[]): string =>
    listed(
      some.map(({ node, evidence, fires }) => `${node} (${signed(evidence)}, by ${fires ? 'firing' : 'silence'})`),
    );
  return [
    speaking.length > 0 && `For it speak ${speaking.length === 1 ? 'node' : 'nodes'} ${named(speaking)}`,
    against.length > 0 && `against it ${named(against)}`,
  ]
    .filter(Boolean)
    .join('; ')
    .replace(/(.)$/, '$1.');
}

/** A number with its sign, `+1.04`. */
export const signed = (value: number): string => `${value < 0 ? '' : '+'}${fixed(value, 2)}`;

/** Told as the rival, of the images of a class: `1.5%`. */
export const share = (value: number): string => percent(value, value > 0 && value < 0.00995 ? 2 : 1);
