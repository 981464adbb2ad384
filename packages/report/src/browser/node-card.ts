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
}

/** Markup of a card's three pictures. */
export interface NodePictures {
  readonly weights: string;
  readonly maximiser: string;
  readonly images: string;
}

/** The card of one node as HTML. Also runs in the page, taken there as text: it must not refer to anything outside itself. */
export function nodeCard(card: NodeCard, pictures: NodePictures, names: readonly string[], colours: readonly string[]): string {
  const safe = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
  const number = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits).replace(/^-(?=0[.0]*$)/, '').replace('-', '−') : '–');
  const [left, step, tall] = [44, 196 / names.length, 34];
  const peak = (values: readonly number[]): number => Math.max(1e-9, ...values.filter((value) => Number.isFinite(value)).map(Math.abs));
  const at = (value: number): string => value.toFixed(1);
  /** Bars up and down from a middle line, one per class. */
  const bars = (title: string, values: readonly number[], most: number, top: number, low?: readonly number[], high?: readonly number[]): string => {
    const middle = top + tall / 2;
    const y = (value: number): number => middle - (value / most) * (tall / 2 - 2);
    const each = values.map((value, c) => {
      if (!Number.isFinite(value)) return '';
      const x = left + c * step;
      const whisker = low && high ? `<path d="M${at(x + step / 2)} ${at(y(low[c] as number))}V${at(y(high[c] as number))}" stroke="currentColor"/>` : '';
      return `<rect x="${at(x + step * 0.12)}" y="${at(Math.min(middle, y(value)))}" width="${at(step * 0.76)}" height="${at(Math.abs(y(value) - middle))}" fill="${colours[c]}"/>${whisker}`;
    });
    return `<text x="0" y="${at(middle + 3)}" font-size="9" fill="currentColor">${title}</text><path d="M${left} ${at(middle)}H240" stroke="currentColor" stroke-opacity=".35"/>${each.join('')}`;
  };
  const said = names.map((name, c) => `${name}: AUC ${number(card.area[c] as number, 2)}, gradient ${number(card.gradient[c] as number, 2)}, costs ${number(100 * (card.cost[c] as number), 1)} points`).join('; ');
  const centred = (values: readonly number[]): number[] => values.map((value) => value - 0.5);
  const labels = names.length > 20 ? '' : names.map((name, c) => `<text x="${at(left + (c + 0.5) * step)}" y="118" font-size="8.5" text-anchor="middle" fill="currentColor">${safe(name.slice(0, 4))}</text>`).join('');
  const chart = `<svg viewBox="0 0 240 122" role="img" aria-label="${safe(`Node ${card.node + 1} by class. ${said}`)}">${bars('AUC', centred(card.area), 0.5, 0, centred(card.areaLow), centred(card.areaHigh))}${bars('logit', card.gradient, peak(card.gradient), tall + 2)}${bars('cost', card.cost, peak(card.cost), 2 * tall + 4)}${labels}</svg>`;
  const beyond = `${number(card.reached, 2)}; real images reach ${number(card.largest, 2)}`;
  return `<figure class="node-card" style="--share:${card.share.toFixed(3)}"><div class="pictures"><div>${pictures.weights}<span>weights</span></div><div>${pictures.maximiser}<span>maximiser</span></div><div>${pictures.images}<span>most, median, least</span></div></div>${chart}<figcaption><b>Node ${card.node + 1}</b> ${safe(card.sentence)}. Maximiser ${beyond}; zero for ${number(100 * card.zeros, 0)}%; ${number(card.information, 2)} bits; at its mean it costs ${number(100 * card.costMean, 1)} points.</figcaption></figure>`;
}
