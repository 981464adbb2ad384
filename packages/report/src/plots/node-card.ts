/** What a card says of one node. C classes are shown of the K there are. */
export interface NodeCard {
  /** Counted from 0. */
  readonly node: number;
  readonly sentence: string;
  readonly zeros: number;
  readonly information: number;
  /** Activation of the preferred input, and the largest of a real image. */
  readonly reached: number;
  readonly largest: number;
  /** Weight image's strength as a share of the layer's strongest. */
  readonly share: number;
  /** What the margin of the true class loses with the node at its mean; NaN where it was not measured. */
  readonly marginMean: number;
  /** The classes shown, ascending. */
  readonly classes: readonly number[];
  /** One number of {@link CLASS_FIGURES} for each class shown; NaN for a class without rows. */
  readonly byClass: Readonly<Record<ClassFigure, readonly number[]>>;
  /** Per class shown five quantiles of the activation: 5, 25, 50, 75 and 95%; of the images truly of the class, and of those predicted to be. */
  readonly truth: readonly number[];
  readonly predicted: readonly number[];
}

/**
 * Area under the ROC curve and mutual information with being of the class (bits), each with the ends of its interval; mean
 * gradient of the class's logit; what the margin of the class's images loses with the node at zero; share of zeros by true and by predicted class.
 */
export const CLASS_FIGURES = [
  'area',
  'areaLow',
  'areaHigh',
  'information',
  'informationLow',
  'informationHigh',
  'gradient',
  'marginZero',
  'zeros',
  'predictedZeros',
] as const;
/** One of them. */
export type ClassFigure = (typeof CLASS_FIGURES)[number];

/** Markup of a card's three pictures. */
export interface NodePictures {
  readonly weights: string;
  readonly preferredInput: string;
  readonly images: string;
}

/** The card of one node as HTML. Also runs in the page, taken there as text: it must not refer to anything outside itself. */
export function nodeCard(
  card: NodeCard,
  pictures: NodePictures,
  allNames: readonly string[],
  allColours: readonly string[],
): string {
  const safe = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
  const number = (value: number, digits: number): string =>
    Number.isFinite(value)
      ? value
          .toFixed(digits)
          .replace(/^-(?=0[.0]*$)/, '')
          .replace('-', '−')
      : '–';
  const brief = (value: number): string => (Math.abs(value) < 1e-6 ? '0' : String(Number(value.toPrecision(2))));
  const at = (value: number): string => value.toFixed(1);
  const {
    area,
    areaLow,
    areaHigh,
    information,
    informationLow,
    informationHigh,
    gradient,
    marginZero,
    zeros,
    predictedZeros,
  } = card.byClass;
  const names = card.classes.map((c) => allNames[c]);
  const colours = card.classes.map((c) => allColours[c]);
  const [left, step, tall] = [54, 186 / names.length, 32];
  const x = (i: number, share: number): number => left + (i + share) * step;
  const finite = (values: readonly number[]): number[] => values.filter((value) => Number.isFinite(value));
  const peak = (values: readonly number[]): number => Math.max(1e-9, ...finite(values).map(Math.abs));
  const line = (path: string, opacity = 1): string =>
    `<path d="${path}" stroke="currentColor"${opacity < 1 ? ` stroke-opacity="${opacity}"` : ''}/>`;
  let top = 0;
  /** One row of the chart: its title with what its full height stands for, its zero line, and what `each` draws for a class. `y` places a value. */
  const row = (
    title: string,
    scale: string,
    low: number,
    high: number,
    each: (i: number, y: (value: number) => number) => string,
  ): string => {
    const [from, room] = [top + 2, tall - 5];
    const y = (value: number): number => from + (1 - (value - low) / (high - low)) * room;
    top += tall;
    return `<text x="0" y="${at(from + room / 2)}" font-size="9" fill="currentColor">${title}<tspan x="0" dy="8.5" font-size="7.2" opacity=".75">${scale}</tspan></text>${line(`M${left} ${at(y(Math.max(0, low)))}H240`, 0.35)}${names.map((_, i) => each(i, y)).join('')}`;
  };
  /** Five quantiles of the activation of each class: a line, a box and its median. */
  const boxes = (title: string, fives: readonly number[], low: number, high: number): string =>
    row(title, `to ${brief(high)}`, low, high, (i, y) => {
      const five = fives.slice(5 * i, 5 * i + 5);
      if (finite(five).length < 5) return '';
      const [q05, q25, q50, q75, q95] = five.map(y) as [number, number, number, number, number];
      return `<path d="M${at(x(i, 0.5))} ${at(q05)}V${at(q95)}" stroke="${colours[i]}"/><rect x="${at(x(i, 0.2))}" y="${at(q75)}" width="${at(step * 0.6)}" height="${at(Math.max(0.8, q25 - q75))}" fill="${colours[i]}"/>${line(`M${at(x(i, 0.2))} ${at(q50)}h${at(step * 0.6)}`)}`;
    });
  /** A bar for each class from zero, with an interval where there is one. */
  const bars = (
    title: string,
    scale: string,
    values: readonly number[],
    low: number,
    high: number,
    ends?: readonly [readonly number[], readonly number[]],
  ): string =>
    row(title, scale, low, high, (i, y) => {
      const value = values[i];
      if (!Number.isFinite(value)) return '';
      const interval = ends ? line(`M${at(x(i, 0.5))} ${at(y(ends[0][i]))}V${at(y(ends[1][i]))}`) : '';
      return `<rect x="${at(x(i, 0.12))}" y="${at(Math.min(y(0), y(value)))}" width="${at(step * 0.76)}" height="${at(Math.abs(y(value) - y(0)))}" fill="${colours[i]}"/>${interval}`;
    });
  const ticks = (values: readonly number[], y: (value: number) => number): string =>
    values
      .map((value, i) => (Number.isFinite(value) ? line(`M${at(x(i, 0.02))} ${at(y(value))}h${at(step * 0.96)}`) : ''))
      .join('');
  const centred = (values: readonly number[]): number[] => values.map((value) => value - 0.5);
  const [low, high] = [
    Math.min(0, ...finite(card.truth), ...finite(card.predicted)),
    Math.max(1e-9, ...finite(card.truth), ...finite(card.predicted)),
  ];
  const most = { bits: peak([...information, ...informationHigh]), logit: peak(gradient), margin: peak(marginZero) };
  const rows = [
    boxes('true', card.truth, low, high),
    boxes('predicted', card.predicted, low, high),
    bars('zeros', 'to 100%', zeros, 0, 1) + ticks(predictedZeros, (value) => top - 3 - value * (tall - 5)),
    bars('AUC', '½ ± ½', centred(area), -0.5, 0.5, [centred(areaLow), centred(areaHigh)]),
    bars('bits', `to ${brief(most.bits)}`, information, 0, most.bits, [informationLow, informationHigh]),
    bars('logit', `± ${brief(most.logit)}`, gradient, -most.logit, most.logit),
    bars('margin', `± ${brief(most.margin)}`, marginZero, -most.margin, most.margin),
  ];
  const slanted = names.length > 12 || names.some((name) => name.length > 2);
  const labels = names
    .map((name, i) =>
      slanted
        ? `<text transform="translate(${at(x(i, 0.5) + 3)} ${top + 8}) rotate(-50)" font-size="8" text-anchor="end" fill="currentColor">${safe(name.slice(0, 12))}</text>`
        : `<text x="${at(x(i, 0.5))}" y="${top + 10}" font-size="8.5" text-anchor="middle" fill="currentColor">${safe(name)}</text>`,
    )
    .join('');
  const interval = (value: number, from: number, to: number): string =>
    `${number(value, 2)} (${number(from, 2)} to ${number(to, 2)})`;
  const said = names.map((name, i) => {
    const middle = `median ${number(card.truth[5 * i + 2], 2)}, of those predicted ${number(card.predicted[5 * i + 2], 2)}, zero for ${number(100 * zeros[i], 0)}%`;
    return `${name}: ${middle}, AUC ${interval(area[i], areaLow[i], areaHigh[i])}, ${interval(information[i], informationLow[i], informationHigh[i])} bits, gradient ${number(gradient[i], 2)}, margin lost ${number(marginZero[i], 2)}`;
  });
  const chart = `<svg viewBox="0 0 240 ${top + (slanted ? 46 : 14)}" role="img" aria-label="${safe(`Node ${card.node} by class. ${said.join('; ')}`)}">${rows.join('')}${labels}</svg>`;
  const beyond = `${number(card.reached, 2)}; real images reach ${number(card.largest, 2)}`;
  return `<figure class="node-card" style="--share:${card.share.toFixed(3)}"><div class="pictures"><div>${pictures.weights}<span>weights</span></div><div>${pictures.preferredInput}<span>preferred input</span></div><div>${pictures.images}<span>strongest, median, least</span></div></div>${chart}<figcaption><b>Node ${card.node}</b> ${safe(card.sentence)}. Preferred input ${beyond}; zero for ${number(100 * card.zeros, 0)}%; ${number(card.information, 2)} bits${Number.isFinite(card.marginMean) ? `; held at its mean it takes ${number(card.marginMean, 2)} off the margin` : ''}.</figcaption></figure>`;
}
