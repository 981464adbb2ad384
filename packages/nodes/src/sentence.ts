/** What a sentence about a node is made of. Accuracies and costs are shares of rows, areas NaN for a class without rows. */
export interface Findings {
  readonly dead: boolean;
  readonly duplicateOf: number;
  readonly areas: ArrayLike<number>;
  /** Share of zeros among the rows of each class. */
  readonly zeros: readonly number[];
  readonly cost: number;
  readonly costs: ArrayLike<number>;
}

/** 0.80 as it is printed. */
const FIRES = 0.795;
const SILENT = 0.95;
const MOST_NAMED = 4;

/** `fires for 0 and 6 (AUC 0.97), silent for 1; removing it costs 2.1 points, most on 6`. */
export function sentence(findings: Findings, names: readonly string[]): string {
  if (findings.dead) return 'has the same value for every training image: it tells nothing';
  const repeats = findings.duplicateOf >= 0 ? `; repeats node ${findings.duplicateOf}` : '';
  return `${response(findings, names)}; ${price(findings, names)}${repeats}`;
}

function response({ areas, zeros }: Findings, names: readonly string[]): string {
  const order = Array.from(areas, (area, c) => ({ area, c })).filter(({ area }) => !Number.isNaN(area)).sort((a, b) => b.area - a.area || a.c - b.c);
  const fires = order.filter(({ area }) => area >= FIRES).slice(0, MOST_NAMED);
  const silent = order.filter(({ c }) => zeros[c] >= SILENT).reverse().slice(0, MOST_NAMED);
  const [best] = order;
  if (!best) return 'saw a single class only';
  const words = fires.length > 0 ? `fires for ${listed(fires.map(({ c }) => names[c]))} (AUC ${best.area.toFixed(2)})` : `prefers no class clearly, ${names[best.c]} most (AUC ${best.area.toFixed(2)})`;
  return silent.length > 0 ? `${words}, silent for ${listed(silent.map(({ c }) => names[c]))}` : words;
}

function price({ cost, costs }: Findings, names: readonly string[]): string {
  const points = (100 * Math.abs(cost)).toFixed(1);
  let worst = 0;
  for (let c = 1; c < costs.length; c++) if (!(costs[worst] >= costs[c])) worst = c;
  const most = costs[worst] > 0 ? `, most on ${names[worst]}` : '';
  if (points === '0.0') return `removing it costs less than 0.1 points${costs[worst] >= 0.001 ? most : ''}`;
  return cost > 0 ? `removing it costs ${points} points${most}` : `removing it gains ${points} points`;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}
