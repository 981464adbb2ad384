import { alteredImages } from '../data/altered.js';
import type { ClassFinding, ClassFindings, PairFinding } from '../data/classes.js';
import { ints, reals, texts } from '../figures/columns.js';
import { together } from '../figures/digits.js';
import { evidenceImage, meanImage } from '../figures/evidence.js';
import { picture } from '../figures/picture.js';
import { sheetUrl } from '../figures/png.js';
import { count, percent, plural } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { anchorOf, heading, several, splitName, withArticle } from '../page/names.js';
import type { PackedRivals } from '../payloads/rivals.js';
import { pictureFiles, pixelImage } from './blocks.js';
import { imagesBlock } from './class-images.js';
import { nodeBlocks, nodePictures, type NodePictures } from './class-nodes.js';
import { mainPair, pairFigures, pairPictures, share } from './class-pair.js';
import { pairBlocks } from './class-pairs.js';
import { classTables } from './class-tables.js';
import { testBlock } from './class-test.js';
import type { Chapter, Context, Section } from './section.js';

/** Classes with a panel each; of more those told right least often. */
const MOST_PANELS = 30;
/** Images shown before and after. */
const ALTERED = 6;
/** Maps in a row of their sheet. */
const COLUMNS = 10;
/** Id of the element that holds what the script needs. */
const DATA = 'rivals';

/** What tells each class from its rivals: one panel a class. */
export const classesChapter: Chapter = {
  id: 'classes',
  order: 50,
  title: 'What tells each class from the others',
  make: classesSection,
};

async function classesSection(context: Context): Promise<Section | undefined> {
  const { experiment, names, shelf, params } = context;
  const findings = experiment.classes;
  if (!findings) return undefined;
  const shown = shownClasses(findings);
  const pictures = nodePictures(findings, context);
  const panels: Markup[] = [];
  for (const finding of shown) panels.push(await panel(findings, finding, pictures, context));
  const pairs = shown.flatMap(pairsInOrder);
  const sheet = mapSheet(pairs, context);
  const kept =
    sheet &&
    shelf.addPicture(
      picture('classes-evidence', 'What tells each class from its rivals, by pixel', sheet.image, sheet.data),
    );
  return {
    lead: lead(findings, names),
    ...(params.interactive && sheet && { data: { [DATA]: await packed(findings, shown, sheet.image, context) } }),
    body: html`<ol class="digits class-row">${shown.map((finding) => entry(finding, context))}</ol>
<p class="note">${legend(splitName(findings.info.held.split))}${kept && html` ${pictureFiles(kept)}`}</p>
${panels}
${pairBlocks(findings, context)}
${classTables(findings, names)}
<p class="note">${howFound(findings)}</p>`,
  };
}

const legend = (split: string): Markup =>
  html`Under each class the share of its ${split} images that are told right. Maps: the pixels that speak for the class
    against its most frequent rival, counted from the mean image: in ${html`<b class="positive">blue</b>`} by ink, in
    ${html`<b class="negative">orange</b>`} by the absence of ink, the strongest of each map in full colour. The line is the
    outline of the mean of the class.`;

const METHODS = {
  'closed form': 'exact, in closed form',
  pieces: 'exact, piece by piece',
  steps: 'in steps',
  secants: 'approximated by secants, since the net is deep',
} as const;

const howFound = ({ info: { rows, evidence, held } }: ClassFindings): Markup =>
  html`Evidence comes from ${count(rows)} training images, by pixel by integrated gradients
    (${METHODS[evidence.method]}) of at most ${count(evidence.rows)} a class; what is said of effects from the
    ${splitName(held.split)} images. Evidence of a node: its mean activation for the class less that for all others, times
    its weight to the class less the mean weight; by firing where it is more active for the class. Its picture: what its
    strongest images have more of (blue) and less of (orange) than the mean image. All figures are in
    ${html`<code>classes/</code>`} beside this report, as Parquet and Arrow.`;

function shownClasses({ classes }: ClassFindings): readonly ClassFinding[] {
  if (classes.length <= MOST_PANELS) return classes;
  const recall = ({ recall: value }: ClassFinding): number => (Number.isNaN(value) ? 2 : value);
  return [...classes].sort((a, b) => recall(a) - recall(b) || a.class - b.class).slice(0, MOST_PANELS);
}

/** The pairs of a class, that with its most frequent rival first. */
function pairsInOrder(finding: ClassFinding): PairFinding[] {
  const main = mainPair(finding);
  return main ? [main, ...finding.pairs.filter((pair) => pair !== main)] : [...finding.pairs];
}

function entry({ class: c, image, recall }: ClassFinding, { experiment: { images }, names }: Context): Markup {
  const small = pixelImage(meanImage(image, images), '');
  return html`<li><a href="#${anchorOf(names, c)}">${small}<b>${names[c]}</b></a><small>${percent(recall, 1)}</small></li>`;
}

async function panel(
  findings: ClassFindings,
  finding: ClassFinding,
  pictures: NodePictures,
  context: Context,
): Promise<Markup> {
  const { names, inputs, experiment } = context;
  const { class: c, sentence, heldRows, recall } = finding;
  const split = splitName(findings.info.held.split);
  const [pair, own] = [mainPair(finding), several(names[c])];
  const says =
    pair?.sentence ?? (finding.rows === 0 ? 'There are no training images of it.' : 'It is never told right.');
  const rest = pair && sentence.startsWith(says) ? sentence.slice(says.length).trim() : sentence;
  const told = `${percent(recall, 1)} of ${count(heldRows)} ${split} images told right`;
  const altered = pair ? await alteredImages(inputs, experiment, findings, finding, ALTERED) : [];
  const alone = pixelImage(meanImage(finding.image, experiment.images), `mean image of ${own}`);
  const pictured = pair
    ? pairPictures(findings, pair, context)
    : html`<div class="class-pictures"><figure>${alone}<figcaption>mean of the ${own}</figcaption></figure></div>`;
  return html`<article class="class-panel" id="${anchorOf(names, c)}" data-class="${c}">
<h3>${heading(names[c])} <small>${told}</small></h3>
<div class="class-first">${pictured}
<div class="class-words"><p class="says">${says}</p>${rest && html`<p>${rest}</p>`}</div></div>
<details><summary>The nodes that carry the ${own}${pair && `, and the test against the ${several(names[pair.rival])}`}</summary>
${pair && html`<p class="note pair-figures">${pairFigures(pair, findings, names)}</p>`}
${nodeBlocks(findings, finding, pictures, names)}
${testBlock(findings, finding, altered, context)}</details>
${imagesBlock(findings, finding, context)}</article>
`;
}

/** Maps of all pairs on one sheet, and what is on it. */
function mapSheet(
  pairs: readonly PairFinding[],
  { experiment: { images }, names }: Context,
): { readonly image: ReturnType<typeof together>; readonly data: Parameters<typeof picture>[3] } | undefined {
  const mapped = pairs.flatMap(({ evidence, ...pair }) => (evidence ? [{ ...pair, evidence }] : []));
  if (mapped.length === 0) return undefined;
  return {
    image: together(
      mapped.map(({ evidence }) => evidenceImage(evidence, images)),
      COLUMNS,
    ),
    data: {
      class: texts(mapped.map((pair) => names[pair.class])),
      rival: texts(mapped.map(({ rival }) => names[rival])),
      images: ints(mapped.map(({ rows }) => rows)),
      margin: reals(mapped.map(({ margin }) => margin)),
      absenceShare: reals(mapped.map(({ absenceShare }) => absenceShare)),
    },
  };
}

async function packed(
  findings: ClassFindings,
  shown: readonly ClassFinding[],
  maps: ReturnType<typeof together>,
  { experiment: { images }, names, hands }: Context,
): Promise<PackedRivals> {
  let tiles = 0;
  const pairs: PackedRivals['pairs'][number][] = findings.classes.map(() => []);
  for (const finding of shown) {
    pairs[finding.class] = pairsInOrder(finding).map((pair) => ({
      rival: pair.rival,
      tile: pair.evidence ? tiles++ : -1,
      sentence: pair.sentence,
      figures: pairFigures(pair, findings, names),
      title: `why ${withArticle(names[pair.class])}, not ${withArticle(names[pair.rival])}: `,
    }));
  }
  const { width, height } = images.shown;
  const means = together(
    findings.classes.map(({ image }) => meanImage(image, images)),
    COLUMNS,
  );
  const urls = await Promise.all([sheetUrl(maps, hands), sheetUrl(means, hands)]);
  return { width, height, columns: COLUMNS, maps: urls[0], means: urls[1], pairs };
}

/** On how few nodes classes hang, and how much of what tells them is absence. */
function lead(findings: ClassFindings, names: readonly string[]): string {
  return (
    [hanging(findings, names), absent(findings, names)].filter(Boolean).join(' ') ||
    `${plural(names.length, 'class', 'classes')}.`
  );
}

/** Nodes without which the lead compares the classes, at most. */
const FEW = 10;

function hanging({ classes, info }: ClassFindings, names: readonly string[]): string {
  const found = classes.flatMap(({ class: c, recall, layers }) => {
    const last = layers.at(-1)?.removals ?? [];
    const without = last.filter(({ by, nodes }) => by === 'evidence' && nodes <= FEW).at(-1);
    const random = last.find(({ by, nodes }) => by === 'random' && nodes === without?.nodes);
    return without && random && recall > 0 ? [{ c, without, random }] : [];
  });
  if (found.length < 2) return '';
  const ranked = [...found].sort((a, b) => a.without.recall - b.without.recall || a.c - b.c);
  const [least, most] = [ranked[0], ranked[ranked.length - 1]];
  const randoms = found.map(({ random }) => random.recall);
  const { nodes } = least.without;
  // Where there are not as many others there is nothing to compare with.
  if (2 * nodes > (info.layers.at(-1)?.units ?? 0)) return '';
  const [split, one] = [splitName(info.held.split), nodes === 1];
  const those = one ? 'the node that carries them' : `the ${nodes} nodes that carry them`;
  return [
    `Without ${those} only ${share(least.without.recall)} of the ${split} ${several(names[least.c])} are told right,`,
    `but ${share(most.without.recall)} of the ${several(names[most.c])};`,
    `without ${one ? 'another' : `${nodes} others`} ${share(Math.min(...randoms))} to ${share(Math.max(...randoms))} of any class.`,
  ].join(' ');
}

function absent({ classes }: ClassFindings, names: readonly string[]): string {
  const found = classes.flatMap((finding) => {
    const pair = mainPair(finding);
    return pair?.evidence ? [pair] : [];
  });
  if (found.length < 2) return '';
  const ranked = [...found].sort((a, b) => b.absenceShare - a.absenceShare || a.class - b.class);
  const [most, least] = [ranked[0], ranked[ranked.length - 1]];
  const pair = ({ class: c, rival }: PairFinding): string =>
    `${withArticle(names[c])} from ${withArticle(names[rival])}`;
  return [
    `Ink that is not there is ${percent(most.absenceShare, 0)} of what tells ${pair(most)},`,
    `and ${percent(least.absenceShare, 0)} of what tells ${pair(least)}.`,
  ].join(' ');
}
