import type { ChangeFigures, ClassFinding, ClassFindings, RemovalFigures } from '../data/classes.js';
import { count, listed, plural, words } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { capital, several, splitName } from '../page/names.js';
import { table } from '../page/table.js';
import { share } from './class-pair.js';
import { controlOf, netsOf, seedsBlock } from './class-seeds.js';

/** Numbers of nodes whose removal is in the table of all classes. */
const COUNTS = [1, 3, 5, 10];
/** How many times the effect of the decisive pixels must be that of others to count. */
const TENFOLD = 10;

/** All classes side by side: the decisive test beside its controls, and recall without the nodes with most evidence. */
export function classTables(findings: ClassFindings, names: readonly string[]): Markup {
  return html`<h3>All classes side by side</h3>
<details><summary>The test by pixels, beside random pixels and nets that know nothing</summary>${testTable(findings, names)}</details>
${
  findings.info.layers.length > 0 &&
  html`<details><summary>Told right without the nodes that carry each class</summary>
${removalTable(findings, names)}</details>`
}
${seedsBlock(findings, names)}`;
}

function testTable({ classes, info }: ClassFindings, names: readonly string[]): Markup {
  const { ignorant: nets } = netsOf(classes);
  const tested = classes.flatMap((finding) => {
    const change = finding.changes.find(({ kind, rows, rival }) => kind === 'pixels' && rows > 0 && rival >= 0);
    return change ? [{ finding, change }] : [];
  });
  const rows = tested.map(({ finding, change }) => [
    names[finding.class],
    names[change.rival],
    count(change.rows),
    share(change.toldRival),
    share(change.toldOther),
    change.draws === 0
      ? 'no place for it'
      : `${share(change.drawsRival)}\u00a0(most\u00a0${share(change.drawsRivalMost)})`,
    ...['trained', ...nets].map((net) => gain(controlOf(finding, net)?.gained)),
  ]);
  const split = splitName(info.held.split);
  const weak = tested.filter(({ change }) => !isTenfold(change)).map(({ finding }) => several(names[finding.class]));
  const judged =
    weak.length === 0
      ? `In each class the change does at least ${TENFOLD} times what as much change elsewhere does.`
      : words`For the ${listed(weak)} the change does less than ${TENFOLD} times what as much change elsewhere does:
        what is said of their pixels is worth less.`;
  return html`${table(
    words`${capital(split)} images told right that are told as the rival when the decisive pixels are changed; elsewhere: mean of
      ${plural(info.changes.draws, 'draw')}; of all: of all images of the class, told right or not, less those that change elsewhere turns`,
    [
      'class',
      'rival',
      'images',
      'told as it',
      'told as anything else',
      'elsewhere',
      'of all, this net',
      ...nets.map((net) => `of all, ${net} net`),
    ],
    rows,
    'stack',
  )}<p class="note">${tested.length > 0 && judged} The pixels were chosen on training images. Each net has pixels of its own.${beside(
    tested.map(({ finding }) => finding),
    nets,
    names,
  )}</p>`;
}

/** Nets that know nothing are this far below: a fifth of the net itself. */
const FAR = 5;

/** What the change gains in this net and in those that know nothing, in the mean over the classes, and where it is not far below. */
function beside(
  tested: readonly ClassFinding[],
  nets: readonly string[],
  names: readonly string[],
): Markup | undefined {
  const gained = (finding: ClassFinding, net: string): number => controlOf(finding, net)?.gained ?? NaN;
  const meanOf = (net: string): number => {
    const all = tested.map((finding) => gained(finding, net)).filter(Number.isFinite);
    return all.reduce((sum, value) => sum + value, 0) / all.length;
  };
  const known = nets.filter((net) => Number.isFinite(meanOf(net)));
  if (known.length === 0 || !Number.isFinite(meanOf('trained'))) return undefined;
  const near = tested.filter((finding) => known.some((net) => FAR * gained(finding, net) > gained(finding, 'trained')));
  const others = listed(known.map((net) => `${share(meanOf(net))} in the ${net} net`));
  const where =
    near.length === 0
      ? 'Of each class that is less than a fifth of it.'
      : `Of the ${listed(near.map(({ class: c }) => several(names[c])))} it is not less than a fifth of it.`;
  return html` Nets that know nothing are right by chance, and the few images that they are right about turn easily: so all images
    of a class are counted, told right or not, less those that as much change elsewhere turns. In the mean over the classes that
    is ${share(meanOf('trained'))} in this net, ${others}. ${where}`;
}

/** A gain, which may be below nothing. */
const gain = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '–' : value < 0 ? `−${share(-value)}` : share(value);

/** Whether the change does at least ten times what it does elsewhere. */
const isTenfold = ({ toldRival, drawsRival, draws }: ChangeFigures): boolean =>
  draws > 0 && toldRival > 0 && toldRival >= TENFOLD * drawsRival;

function removalTable({ classes, info }: ClassFindings, names: readonly string[]): Markup {
  const last = ({ layers }: ClassFinding): readonly RemovalFigures[] => layers.at(-1)?.removals ?? [];
  const counts = COUNTS.filter((n) => last(classes[0]).some(({ by, nodes }) => by === 'evidence' && nodes === n));
  const rows = classes.map((finding) => {
    const at = (kind: string, n: number): number =>
      last(finding).find(({ by, nodes }) => by === kind && nodes === n)?.recall ?? NaN;
    return [
      names[finding.class],
      share(last(finding).find(({ by }) => by === 'none')?.recall ?? NaN),
      ...counts.map((n) => `${share(at('evidence', n))} (${share(at('random', n))})`),
    ];
  });
  const layer = info.layers.length > 1 ? ' of the last hidden layer' : '';
  return table(
    words`${capital(splitName(info.held.split))} images told right without the nodes${layer} with most evidence, set to their mean;
      in brackets without as many others of like variance`,
    ['class', 'whole net', ...counts.map((n) => `without ${n}`)],
    rows,
    'stack',
  );
}
