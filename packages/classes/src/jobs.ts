import { Random } from '@layerwise/kernels/random';
import { changeClass, type ClassChange } from './changes.js';
import { headlines, lookAtControl, type Headline } from './controls.js';
import { leastChanges, type LeastChange } from './least.js';
import type { PixelNet } from './net.js';
import type { Params } from './params.js';
import type { NodeRanking } from './ranking.js';
import { removeNodes, type Removal, type RemovalPlan } from './removal.js';
import { rerunSubject } from './rerun.js';
import type { Rivals } from './rivals.js';
import { meanImage, rowsByClass, sample, type Looked } from './subject.js';
import { pairsOf, type Pair } from './told.js';
import { waysOf, type Way } from './ways.js';

/** What every job reads. */
export interface Ground {
  readonly subject: Looked;
  readonly params: Params;
  readonly rivals: Rivals;
  /** Images of a class whose evidence there is time for, and images whose least change is looked for. */
  readonly most: number;
  readonly images: number;
  /** Per hidden layer. */
  readonly rankings: readonly NodeRanking[];
  readonly removals: readonly RemovalPlan[];
}

/** A class to be looked at. */
export interface ClassJob {
  readonly kind: 'class';
  readonly class: number;
  /** Seeds of what is drawn at random. */
  readonly seeds: Readonly<Record<'nodes' | 'pixels' | 'ways', Uint32Array>>;
}

/** A net that the main figures are also found of. */
export interface ControlJob {
  readonly kind: 'control';
  readonly name: Headline['net'];
  readonly net: PixelNet;
  readonly seed: Uint32Array;
}

/** Work that a thread can do by itself. */
export type Job = ClassJob | ControlJob;

/** What is found of a class. */
export interface ClassFindings {
  /** That with its rival first; none of a class that is never told right. */
  readonly pairs: readonly Pair[];
  /** Per hidden layer. */
  readonly removals: readonly (readonly Removal[])[];
  /** float64[P]: mean training image. */
  readonly image: Float64Array;
  readonly changes: readonly ClassChange[];
  readonly ways: readonly Way[];
  readonly least: readonly LeastChange[];
}

/** What a job gives. */
export type Done<J extends Job> = J extends ClassJob ? ClassFindings : readonly Headline[];

/** Does a job; the result depends on nothing but the arguments. */
export function perform(ground: Ground, job: Job): Done<Job> {
  return job.kind === 'class' ? lookAtClass(ground, job) : lookAt(ground, job);
}

function lookAtClass(
  { subject, params, rivals, most, images, rankings, removals }: Ground,
  { class: c, seeds }: ClassJob,
): ClassFindings {
  const { net, train } = subject;
  const rows = sample(rowsByClass(train, net.classes, true)[c], most);
  const pairs = rivals.compared[c].length === 0 ? [] : pairsOf(subject, c, rivals.compared[c], rows);
  const nodes = new Random(seeds.nodes);
  const image = meanImage(train, net.pixels, rowsByClass(train, net.classes, false)[c]);
  return {
    pairs,
    removals: rankings.map((ranking, l) => removeNodes(subject, l, ranking, removals[l], c, nodes)),
    image,
    changes: changeClass(subject, c, pairs[0], image, params, new Random(seeds.pixels)),
    ways: waysOf(subject, c, new Random(seeds.ways)),
    least: leastChanges(subject, c, rivals.rival[c], images),
  };
}

function lookAt({ subject, params, most }: Ground, { name, net, seed }: ControlJob): readonly Headline[] {
  const other = rerunSubject(subject, net);
  return headlines(name, other, lookAtControl(other, params, most, seed));
}
