/** What a card says of one node. */
export interface NodeCard {
  /** Counted from 0. */
  readonly node: number;
  readonly sentence: string;
  readonly zeros: number;
  readonly information: number;
  /** Activation of the maximiser, and the largest of a real image. */
  readonly reached: number;
  readonly largest: number;
  /** Weight image's strength as a share of the layer's strongest. */
  readonly share: number;
  /** Accuracy lost with the node at its mean. */
  readonly costMean: number;
  /** Per class: area under the ROC curve with its interval, gradient of the logit, accuracy lost with the node at zero; NaN for a class without rows. */
  readonly area: readonly number[];
  readonly areaLow: readonly number[];
  readonly areaHigh: readonly number[];
  readonly gradient: readonly number[];
  readonly cost: readonly number[];
  /** Per class five quantiles of the activation of its images: 5, 25, 50, 75 and 95%. */
  readonly quantiles: readonly number[];
}

/** Markup of a card's three pictures. */
export interface NodePictures {
  readonly weights: string;
  readonly maximiser: string;
  readonly images: string;
}

/** The card of one node as HTML; of more than 30 classes those whose area is farthest from one half. Also runs in the page, taken there as text: it must not refer to anything outside itself. */
export function nodeCard(card: NodeCard, pictures: NodePictures, allNames: readonly string[], allColours: readonly string[]): string {
  const safe = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
  const number = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits).replace(/^-(?=0[.0]*$)/, '').replace('-', '−') : '–');
  const distance = (c: number): number => Math.abs((card.area[c] as number) - 0.5) || 0;
  const shown = allNames.length <= 30 ? [...allNames.keys()] : [...allNames.keys()].sort((a, b) => distance(b) - distance(a) || a - b).slice(0, 30).sort((a, b) => a - b);
  const of = (values: readonly number[]): number[] => shown.map((c) => values[c] as number);
  const names = shown.map((c) => allNames[c] as string);
  const [left, step, tall] = [44, 196 / names.length, 34];
  const bottom = 4 * tall + 6;
  const slanted = names.length > 12 || names.some((name) => name.length > 2);
  const peak = (values: readonly number[]): number => Math.max(1e-9, ...values.filter((value) => Number.isFinite(value)).map(Math.abs));
  const at = (value: number): string => value.toFixed(1);
  const colour = (i: number): string => allColours[shown[i] as number] as string;
  const heading = (title: string, middle: number, line: number): string => `<text x="0" y="${at(middle + 3)}" font-size="9" fill="currentColor">${title}</text><path d="M${left} ${at(line)}H240" stroke="currentColor" stroke-opacity=".35"/>`;
  /** Bars up and down from a middle line, one per class. */
  const bars = (title: string, values: readonly number[], most: number, top: number, low?: readonly number[], high?: readonly number[]): string => {
    const middle = top + tall / 2;
    const y = (value: number): number => middle - (value / most) * (tall / 2 - 2);
    const each = values.map((value, i) => {
      if (!Number.isFinite(value)) return '';
      const x = left + i * step;
      const whisker = low && high ? `<path d="M${at(x + step / 2)} ${at(y(low[i] as number))}V${at(y(high[i] as number))}" stroke="currentColor"/>` : '';
      return `<rect x="${at(x + step * 0.12)}" y="${at(Math.min(middle, y(value)))}" width="${at(step * 0.76)}" height="${at(Math.abs(y(value) - middle))}" fill="${colour(i)}"/>${whisker}`;
    });
    return `${heading(title, middle, middle)}${each.join('')}`;
  };
  /** Five quantiles of the activation of each class: a line, a box and its median. */
  const quantiles = (): string => {
    const own = shown.map((c) => card.quantiles.slice(5 * c, 5 * c + 5)).map((five) => (five.every(Number.isFinite) ? five : undefined));
    const [low, high] = [Math.min(0, ...own.flatMap((five) => five ?? [])), Math.max(1e-9, ...own.flatMap((five) => five ?? []))];
    const y = (value: number): number => tall - 1 - ((value - low) / (high - low)) * (tall - 3);
    const each = own.map((five, i) => {
      if (!five) return '';
      const [q05, q25, q50, q75, q95] = five.map(y) as [number, number, number, number, number];
      const x = left + i * step;
      return `<path d="M${at(x + step / 2)} ${at(q05)}V${at(q95)}" stroke="${colour(i)}"/><rect x="${at(x + step * 0.2)}" y="${at(q75)}" width="${at(step * 0.6)}" height="${at(Math.max(0.8, q25 - q75))}" fill="${colour(i)}"/><path d="M${at(x + step * 0.2)} ${at(q50)}h${at(step * 0.6)}" stroke="currentColor"/>`;
    });
    return `${heading('value', tall / 2, y(0))}${each.join('')}`;
  };
  const said = shown.map((c) => `${allNames[c]}: median ${number(card.quantiles[5 * c + 2] as number, 2)}, AUC ${number(card.area[c] as number, 2)}, gradient ${number(card.gradient[c] as number, 2)}, costs ${number(100 * (card.cost[c] as number), 1)} points`).join('; ');
  const centred = (values: readonly number[]): number[] => of(values).map((value) => value - 0.5);
  const labels = names.map((name, i) => (slanted ? `<text transform="translate(${at(left + (i + 0.5) * step + 3)} ${bottom + 8}) rotate(-50)" font-size="8" text-anchor="end" fill="currentColor">${safe(name.slice(0, 12))}</text>` : `<text x="${at(left + (i + 0.5) * step)}" y="${bottom + 12}" font-size="8.5" text-anchor="middle" fill="currentColor">${safe(name)}</text>`)).join('');
  const [gradient, cost] = [of(card.gradient), of(card.cost)];
  const chart = `<svg viewBox="0 0 240 ${bottom + (slanted ? 46 : 16)}" role="img" aria-label="${safe(`Node ${card.node + 1} by class. ${said}`)}">${quantiles()}${bars('AUC', centred(card.area), 0.5, tall + 2, centred(card.areaLow), centred(card.areaHigh))}${bars('logit', gradient, peak(gradient), 2 * tall + 4)}${bars('cost', cost, peak(cost), 3 * tall + 6)}${labels}</svg>`;
  const beyond = `${number(card.reached, 2)}; real images reach ${number(card.largest, 2)}`;
  return `<figure class="node-card" style="--share:${card.share.toFixed(3)}"><div class="pictures"><div>${pictures.weights}<span>weights</span></div><div>${pictures.maximiser}<span>maximiser</span></div><div>${pictures.images}<span>most, median, least</span></div></div>${chart}<figcaption><b>Node ${card.node + 1}</b> ${safe(card.sentence)}. Maximiser ${beyond}; zero for ${number(100 * card.zeros, 0)}%; ${number(card.information, 2)} bits; at its mean it costs ${number(100 * card.costMean, 1)} points.</figcaption></figure>`;
}
