import type { ClassFindings, PairFinding } from '../data/classes.js';
import { count, plural } from '../page/format.js';
import { html, type Markup } from '../page/html.js';
import { several, splitName } from '../page/names.js';
import { pairFigures, pairPictures } from './class-pair.js';
import type { Context } from './section.js';

/** Pairs that are shown. */
const SHOWN = 3;

/** The pairs of classes that are taken for each other most often: where they are told apart, and by which nodes. */
export function pairBlocks(findings: ClassFindings, context: Context): Markup | undefined {
  const { names } = context;
  const confused = confusedMost(findings).slice(0, SHOWN);
  if (confused.length === 0) return undefined;
  const split = splitName(findings.info.held.split);
  const way = (pair: PairFinding): Markup =>
    html`<div class="class-first">${pairPictures(findings, pair, context)}
      <div class="class-words"><p>${pair.sentence}</p><p class="note">${pairFigures(pair, findings, names)}</p></div></div>`;
  return html`<h3>The pairs confused most</h3>${confused.map(({ both, told }) => {
    const [a, b] = both.map((pair) => several(names[pair.class]));
    const [there, back] = both.map(({ heldTold }) => count(heldTold));
    return html`<details class="class-pair"><summary>${a} and ${b}: ${plural(told, `${split} image`)} taken for the other
      (${there} ${a}, ${back} ${b})</summary>${both.map(way)}</details>`;
  })}`;
}

/** Pairs of which both ways were looked at, that with most held images taken for the other first, of equals the first. */
function confusedMost({ classes }: ClassFindings): { readonly both: readonly PairFinding[]; readonly told: number }[] {
  const all = classes.flatMap(({ pairs }) => pairs).filter(({ evidence }) => evidence);
  return all
    .filter((pair) => pair.class < pair.rival)
    .flatMap((pair) => {
      const back = all.find((other) => other.class === pair.rival && other.rival === pair.class);
      return back ? [{ both: [pair, back], told: pair.heldTold + back.heldTold }] : [];
    })
    .filter(({ told }) => told > 0)
    .sort((a, b) => b.told - a.told);
}
