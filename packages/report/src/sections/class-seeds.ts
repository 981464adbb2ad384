import type { ClassFinding, ClassFindings, ControlFigures } from '../data/classes.js';
import { count, fixed, listed, plural, words } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { several, withArticle } from '../page/names.js';
import { table } from '../page/table.js';

/** From this correlation on two maps, and two nodes, are alike. */
const ALIKE = 0.7;

/** A net that another is compared with: by name, as `untrained`. */
export const controlOf = ({ controls }: ClassFinding, net: string): ControlFigures | undefined =>
  controls.find((one) => one.net === net);

/** The nets that know nothing, and those trained from further seeds. */
export function netsOf(classes: readonly ClassFinding[]): { readonly ignorant: string[]; readonly seeds: string[] } {
  const all = new Set(classes.flatMap(({ controls }) => controls.map(({ net }) => net)));
  const isOfSeed = (net: string): boolean => /^(seed|repeat)/.test(net);
  const others = [...all].filter((net) => net !== 'trained');
  return { ignorant: others.filter((net) => !isOfSeed(net)), seeds: others.filter(isOfSeed) };
}

/** Which findings hold whatever the seed; of one training, what it may say. */
export function seedsBlock(findings: ClassFindings, names: readonly string[]): Markup {
  const { seeds } = netsOf(findings.classes);
  if (seeds.length === 0)
    return html`<h3>One seed</h3><p class="note">All of this is of one training from one seed. What it says of the classes may be
      the data's or this training's own; most of all the single nodes may be others from another seed. With
      ${html`<code>repeats: 3</code>`} in the study, further trainings are compared here.</p>`;
  return html`<h3>What other seeds confirm</h3>
<ul class="findings">${[rivalsHeld, mapsHeld, nodesHeld, twinsFound]
    .map((said) => said(findings, names))
    .filter(Boolean)
    .map((said) => html`<li>${said}</li>`)}</ul>
<details><summary>Class by class, in this training and from ${listed(seeds)}</summary>${seedsTable(findings, names)}</details>`;
}

type Said = (findings: ClassFindings, names: readonly string[]) => string | undefined;

/** Classes that some rule holds of in all seeds, and the names of the others. */
function held(tried: readonly ClassFinding[], names: readonly string[], rule: (one: ClassFinding) => boolean): string {
  const not = tried.filter((one) => !rule(one)).map(({ class: c }) => several(names[c]));
  return not.length === 0
    ? `all ${count(tried.length)} classes`
    : `${count(tried.length - not.length)} of ${plural(tried.length, 'class', 'classes')} (not the ${listed(not)})`;
}

const rivalsHeld: Said = ({ classes }, names) => {
  const { seeds } = netsOf(classes);
  const known = classes.filter(({ rival }) => rival >= 0);
  if (known.length === 0) return undefined;
  const same = held(known, names, (one) => seeds.every((net) => controlOf(one, net)?.rival === one.rival));
  return `The same most frequent rival in all ${count(seeds.length + 1)} trainings: ${same}.`;
};

const mapsHeld: Said = ({ classes }, names) => {
  const { seeds, ignorant } = netsOf(classes);
  const alike = (one: ClassFinding, net: string): number => controlOf(one, net)?.likeness ?? NaN;
  const known = classes.filter((one) => seeds.every((net) => Number.isFinite(alike(one, net))));
  if (known.length === 0) return undefined;
  const range = (nets: readonly string[]): string => {
    const all = nets.flatMap((net) => known.map((one) => alike(one, net))).filter(Number.isFinite);
    return all.length === 0 ? 'none' : `${fixed(Math.min(...all), 2)} to ${fixed(Math.max(...all), 2)}`;
  };
  const beside = ignorant.map((net) => `${range([net])} with the ${net} net`);
  const same = held(known, names, (one) => seeds.every((net) => alike(one, net) >= ALIKE));
  return words`The same pixels, by maps that correlate by ${ALIKE} or more with each further training's: ${same}. The correlation is
    ${range(seeds)}${beside.length > 0 ? `; ${listed(beside)}` : ''}.`;
};

const nodesHeld: Said = ({ classes }, names) => {
  const { seeds } = netsOf(classes);
  const hangs = classes
    .map((one) => ({ one, all: numbersOf(one, seeds) }))
    .filter(({ all }) => all.every((n) => n > 0));
  if (hangs.length === 0) return undefined;
  const spread = [...hangs].sort((a, b) => mean(a.all) - mean(b.all) || a.one.class - b.one.class);
  const [few, many] = [spread[0], spread[spread.length - 1]];
  const told = ({ one, all }: (typeof hangs)[number]): string => `${withArticle(names[one.class])} on ${rangeOf(all)}`;
  const whole =
    hangs.length === classes.length
      ? ''
      : ` In ${count(classes.length - hangs.length)} of the classes not even the most that were tried suffice in every training.`;
  return `Nodes that a class hangs on, as the mean over the trainings and its range: ${few === many ? told(few) : `${told(few)}, ${told(many)}`}.${whole}`;
};

const twinsFound: Said = ({ classes, info }) => {
  const { seeds, ignorant } = netsOf(classes);
  const units = info.layers.at(-1)?.units;
  const twins = (net: string): number => (classes[0] && controlOf(classes[0], net)?.twins) ?? NaN;
  const found = [...seeds, ...ignorant].filter((net) => Number.isFinite(twins(net)));
  if (units === undefined || found.length === 0) return undefined;
  const told = found.map((net) => `${count(twins(net))} in ${ignorant.includes(net) ? `the ${net} net` : net}`);
  return words`Of the ${plural(units, 'node')} of the last hidden layer, those with a twin, a node whose activations on the same images
    correlate by ${ALIKE} or more: ${listed(told)}. The others may be this training's own.`;
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** `13 (10 to 20)`. */
function rangeOf(all: readonly number[]): string {
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return least === most ? count(least) : `${fixed(mean(all), 0)} (${count(least)} to ${count(most)})`;
}

/** How many nodes a class hangs on, in this training and in those; -1 where none that were tried suffice. */
const numbersOf = (one: ClassFinding, seeds: readonly string[]): number[] =>
  ['trained', ...seeds].map((net) => controlOf(one, net)?.hangsOn ?? -1);

function seedsTable({ classes }: ClassFindings, names: readonly string[]): Markup {
  const { seeds } = netsOf(classes);
  const name = (c: number | undefined): string => (c === undefined || c < 0 ? '–' : names[c]);
  const rows = classes.map((one) => [
    names[one.class],
    [one.rival, ...seeds.map((net) => controlOf(one, net)?.rival)].map(name).join(', '),
    ...seeds.map((net) => fixed(controlOf(one, net)?.likeness, 2)),
    numbersOf(one, seeds)
      .map((n) => (n > 0 ? count(n) : '–'))
      .join(', '),
    numbersOf(one, seeds).every((n) => n > 0) ? rangeOf(numbersOf(one, seeds)) : '–',
  ]);
  return table(
    words`Most frequent rival, correlation of the map by pixel with this training's, and the least number of nodes, of those tried,
      without which under half as many are told right; in this training, then ${listed(seeds)}`,
    ['class', 'rivals', ...seeds.map((net) => `map, ${net}`), 'hangs on nodes', 'mean (range)'],
    rows,
    'stack',
  );
}
