import type { Random } from '@layerwise/kernels/random';
import { changeClass, type ClassChange } from './changes.js';
import type { Params } from './params.js';
import { rankNodes, type NodeRanking } from './ranking.js';
import { planRemovals, removeNodes, type Removal } from './removal.js';
import { findRivals } from './rivals.js';
import { meanImage, rowsByClass, sample, type Looked } from './subject.js';
import { pairsOf, type Pair } from './told.js';

/** An area under the ROC curve from which on a node fires for a class. */
const FIRES = 0.9;
/** The nodes with most evidence that are looked at together; all of a smaller layer. */
const TEN = 10;
/** Images of a class whose evidence is averaged, and random choices, of a net that is only a control. */
const ROWS = 100;
const DRAWS = 3;

/** The figures of a class that a control is compared by. NaN where there is none. */
export interface Headline {
  readonly net: 'trained' | 'untrained' | 'shuffled' | `repeat${number}` | `seed ${number}`;
  readonly class: number;
  readonly recall: number;
  /** The most frequent second choice where the class is told right; -1 where it never is. */
  readonly rival: number;
  /** Of the last hidden layer: the area under the ROC curve farthest from a half, and how many nodes have one of 0.9. */
  readonly area: number;
  readonly firing: number;
  /** Share of the first ten nodes in all evidence for the class, and its recall without them. */
  readonly topShare: number;
  readonly without: number;
  /** Told as the rival after the decisive pixels are changed. */
  readonly toldRival: number;
  /** Share of all images of the class that the change makes the rival's, beyond what as much change elsewhere does; see `gainOf`. */
  readonly gained: number;
  readonly absenceShare: number;
  /** The least number of its nodes, of those tried, without which under half as many are told right; -1 if none. */
  readonly hangsOn: number;
}

/** What was found of a net. */
export interface Found {
  readonly pairs: readonly (readonly Pair[])[];
  readonly ranking: NodeRanking | undefined;
  /** Of the last hidden layer. */
  readonly removals: readonly Removal[] | undefined;
  readonly changes: readonly ClassChange[];
}

/** Headline figures of every class. */
export function headlines(
  net: Headline['net'],
  subject: Looked,
  { pairs, ranking, removals, changes }: Found,
): Headline[] {
  const { held, names } = subject;
  const rows = rowsByClass(held, names.length, false);
  return names.map((_, c) => {
    const change = changes.find((one) => one.class === c && one.kind === 'pixels' && one.rival >= 0);
    const [pair] = pairs[c];
    return {
      net,
      class: c,
      recall: rows[c].filter((row) => held.predicted[row] === c).length / rows[c].length,
      rival: pair ? pair.rival : -1,
      ...ofNodes(ranking, c, names.length),
      ...withoutNodes((removals ?? []).filter((one) => one.class === c)),
      toldRival: change ? change.effect.rival : NaN,
      gained: change ? change.gained : NaN,
      absenceShare: pair ? pair.absenceShare : NaN,
    };
  });
}

/** @param removals of a class */
function withoutNodes(removals: readonly Removal[]): Pick<Headline, 'without' | 'hangsOn'> {
  const whole = removals.find(({ by }) => by === 'none')?.recall.mean ?? NaN;
  const ranked = removals.filter(({ by }) => by === 'evidence');
  return {
    without: ranked.filter(({ nodes }) => nodes <= TEN).at(-1)?.recall.mean ?? NaN,
    hangsOn: ranked.find(({ recall }) => recall.mean < whole / 2)?.nodes ?? -1,
  };
}

function ofNodes(
  ranking: NodeRanking | undefined,
  c: number,
  K: number,
): Pick<Headline, 'area' | 'firing' | 'topShare'> {
  if (!ranking) return { area: NaN, firing: 0, topShare: NaN };
  const of = (values: Float64Array): Float64Array => values.filter((_, at) => at % K === c);
  const areas = of(ranking.area);
  const evidence = of(ranking.evidence)
    .map((value) => Math.max(0, value))
    .sort()
    .reverse();
  const all = evidence.reduce((sum, value) => sum + value, 0);
  return {
    area: areas.reduce(
      (best, area) => (Math.abs(area - 0.5) > Math.abs(best - 0.5) || Number.isNaN(best) ? area : best),
      NaN,
    ),
    firing: areas.filter((area) => area >= FIRES).length,
    topShare: all === 0 ? NaN : evidence.subarray(0, TEN).reduce((sum, value) => sum + value, 0) / all,
  };
}

/** Looks at a control as at the net itself, on fewer images. @param most images of a class whose evidence there is time for */
export function lookAtControl(subject: Looked, params: Params, most: number, random: Random): Found {
  const { net, train } = subject;
  const { compared } = findRivals(train, net.classes);
  const [right, own] = [rowsByClass(train, net.classes, true), rowsByClass(train, net.classes, false)];
  const pairs = compared.map((rivals, c) =>
    rivals.length === 0 ? [] : pairsOf(subject, c, rivals.slice(0, 1), sample(right[c], Math.min(ROWS, most))),
  );
  const last = net.layers.length - 2;
  const ranking = last < 0 ? undefined : rankNodes(subject, last);
  const plan = last < 0 ? undefined : planRemovals(subject, last, DRAWS);
  const removals = ranking && plan && own.flatMap((_, c) => removeNodes(subject, last, ranking, plan, c, random));
  const changes = pairs.flatMap(([pair], c) =>
    changeClass(subject, c, pair, meanImage(train, net.pixels, own[c]), { ...params, draws: 1 }, random),
  );
  return { pairs, ranking, removals, changes };
}
