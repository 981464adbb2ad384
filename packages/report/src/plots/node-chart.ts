import { fixed } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import type { NodeCard } from './node-figures.js';

/** Left of the classes stand the rows' titles; a row is so high. */
const [LEFT, RIGHT, TALL] = [54, 240, 32] as const;

/** The classes of a card, and how wide each is. */
interface Classes {
  readonly names: readonly string[];
  readonly colours: readonly string[];
  readonly step: number;
}

/** A row of the chart: its title, what its full height stands for, the ends of its scale. */
interface Row {
  readonly title: string;
  readonly scale: string;
  readonly low: number;
  readonly high: number;
  /** What stands in it for a class; `y` places a value. */
  readonly each: (c: number, y: (value: number) => number) => Markup | false;
}

const at = (place: number): string => place.toFixed(1);
const brief = (value: number): string => (Math.abs(value) < 1e-6 ? '0' : String(Number(value.toPrecision(2))));
const finite = (values: readonly number[]): number[] => values.filter((value) => Number.isFinite(value));
const peak = (values: readonly number[]): number => Math.max(1e-9, ...finite(values).map(Math.abs));

/** Everything a card says by class as one chart: a row for each kind of figure, a column for each class. */
export function nodeChart(card: NodeCard, allNames: readonly string[], allColours: readonly string[]): Markup {
  const names = card.classes.map((c) => allNames[c]);
  const classes: Classes = {
    names,
    colours: card.classes.map((c) => allColours[c]),
    step: (RIGHT - LEFT) / names.length,
  };
  const rows = rowsOf(card, classes);
  const isSlanted = names.length > 12 || names.some((name) => name.length > 2);
  const bottom = rows.length * TALL;
  return html`<svg viewBox="0 0 240 ${bottom + (isSlanted ? 46 : 14)}" role="img" aria-label="${wordsOf(card, names)}">
    ${rows.map((row, i) => drawn(row, i * TALL, classes))}${labels(classes, bottom, isSlanted)}</svg>`;
}

function rowsOf({ truth, predicted, byClass }: NodeCard, classes: Classes): Row[] {
  const { area, areaLow, areaHigh, information, informationLow, informationHigh, gradient, marginZero } = byClass;
  const centred = (values: readonly number[]): number[] => values.map((value) => value - 0.5);
  const both = finite([...truth, ...predicted]);
  const range = { low: Math.min(0, ...both), high: Math.max(1e-9, ...both) };
  const activation = { ...range, scale: `to ${brief(range.high)}` };
  const bits = peak([...information, ...informationHigh]);
  const signed = (title: string, values: readonly number[]): Row => {
    const most = peak(values);
    return { title, scale: `± ${brief(most)}`, low: -most, high: most, each: bars(values, classes) };
  };
  return [
    { title: 'true', ...activation, each: boxes(truth, classes) },
    { title: 'predicted', ...activation, each: boxes(predicted, classes) },
    { title: 'zeros', scale: 'to 100%', low: 0, high: 1, each: zeros(byClass.zeros, byClass.predictedZeros, classes) },
    {
      ...{ title: 'AUC', scale: '½ ± ½', low: -0.5, high: 0.5 },
      each: bars(centred(area), classes, [centred(areaLow), centred(areaHigh)]),
    },
    {
      ...{ title: 'bits', scale: `to ${brief(bits)}`, low: 0, high: bits },
      each: bars(information, classes, [informationLow, informationHigh]),
    },
    signed('logit', gradient),
    signed('margin', marginZero),
  ];
}

function drawn({ title, scale, low, high, each }: Row, top: number, { names }: Classes): Markup {
  const [from, room] = [top + 2, TALL - 5];
  const y = (value: number): number => from + (1 - (value - low) / (high - low)) * room;
  return html`<text x="0" y="${at(from + room / 2)}" font-size="9" fill="currentColor">${title}
    <tspan x="0" dy="8.5" font-size="7.2" opacity=".75">${scale}</tspan></text>
    ${line(`M${LEFT} ${at(y(Math.max(0, low)))}H${RIGHT}`, 0.35)}${names.map((_, c) => each(c, y))}`;
}

function line(path: string, opacity = 1): Markup {
  return html`<path d="${path}" stroke="currentColor"${opacity < 1 && html` stroke-opacity="${opacity}"`}/>`;
}

/** Place of a class across, at a share of its width. */
const across = (c: number, share: number, { step }: Classes): number => LEFT + (c + share) * step;

/** Five quantiles of the activation of each class: a line, a box and its median. */
function boxes(fives: readonly number[], classes: Classes): Row['each'] {
  const { step, colours } = classes;
  return (c, y) => {
    const five = fives.slice(5 * c, 5 * c + 5);
    if (finite(five).length < 5) return false;
    const [q05, q25, q50, q75, q95] = five.map(y);
    const [left, width] = [at(across(c, 0.2, classes)), at(step * 0.6)];
    return html`<path d="M${at(across(c, 0.5, classes))} ${at(q05)}V${at(q95)}" stroke="${colours[c]}"/>
      <rect x="${left}" y="${at(q75)}" width="${width}" height="${at(Math.max(0.8, q25 - q75))}" fill="${colours[c]}"/>
      ${line(`M${left} ${at(q50)}h${width}`)}`;
  };
}

/** A bar for each class from zero, with an interval where there is one. */
function bars(
  values: readonly number[],
  classes: Classes,
  ends?: readonly [readonly number[], readonly number[]],
): Row['each'] {
  return (c, y) => {
    const value = values[c];
    if (!Number.isFinite(value)) return false;
    const [left, width] = [at(across(c, 0.12, classes)), at(classes.step * 0.76)];
    const [top, height] = [at(Math.min(y(0), y(value))), at(Math.abs(y(value) - y(0)))];
    const middle = at(across(c, 0.5, classes));
    return html`<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${classes.colours[c]}"/>
      ${ends && line(`M${middle} ${at(y(ends[0][c]))}V${at(y(ends[1][c]))}`)}`;
  };
}

/** Shares of images that leave the node at zero: a bar by true class, a tick by predicted. */
function zeros(truth: readonly number[], predicted: readonly number[], classes: Classes): Row['each'] {
  const bar = bars(truth, classes);
  return (c, y) => {
    const tick =
      Number.isFinite(predicted[c]) &&
      line(`M${at(across(c, 0.02, classes))} ${at(y(predicted[c]))}h${at(classes.step * 0.96)}`);
    return html`${bar(c, y)}${tick}`;
  };
}

function labels(classes: Classes, bottom: number, isSlanted: boolean): Markup[] {
  return classes.names.map((name, c) => {
    const x = across(c, 0.5, classes);
    if (!isSlanted)
      return html`<text x="${at(x)}" y="${bottom + 10}" font-size="8.5" text-anchor="middle" fill="currentColor">
        ${name}</text>`;
    const place = `translate(${at(x + 3)} ${bottom + 8}) rotate(-50)`;
    return html`<text transform="${place}" font-size="8" text-anchor="end" fill="currentColor">${name.slice(0, 12)}</text>`;
  });
}

/** The chart in words. */
function wordsOf({ node, truth, predicted, byClass }: NodeCard, names: readonly string[]): string {
  const interval = (name: 'area' | 'information', c: number): string =>
    `${fixed(byClass[name][c], 2)} (${fixed(byClass[`${name}Low`][c], 2)} to ${fixed(byClass[`${name}High`][c], 2)})`;
  const said = names.map((name, c) =>
    [
      `${name}: median ${fixed(truth[5 * c + 2], 2)}`,
      `of those predicted ${fixed(predicted[5 * c + 2], 2)}`,
      `zero for ${fixed(100 * byClass.zeros[c], 0)}%`,
      `AUC ${interval('area', c)}`,
      `${interval('information', c)} bits`,
      `gradient ${fixed(byClass.gradient[c], 2)}`,
      `margin lost ${fixed(byClass.marginZero[c], 2)}`,
    ].join(', '),
  );
  return `Node ${node} by class. ${said.join('; ')}`;
}
