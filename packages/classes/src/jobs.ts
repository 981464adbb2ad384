import { Random } from '@layerwise/kernels/random';
import { decisiveChange, likeChange, pixelsRead } from './change.js';
import { changeClass, changedPixels, gainOf, GAIN_DRAWS, type ClassChange } from './changes.js';
import { confusionsOf, type Confusion } from './confusions.js';
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
import { twinsOf } from './twins.js';
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
  readonly confusions: readonly Confusion[];
  readonly least: readonly LeastChange[];
}

/** What a job gives. */
export type Done<J extends Job> = J extends ClassJob ? ClassFindings : ControlFindings;

/** What is found of another net. */
export interface ControlFindings {
  readonly headlines: readonly Headline[];
  /** Nodes of the last hidden layer of the net itself that have a twin in it; see {@link twinsOf}. */
  readonly twins: number;
  /** Per class float64[2 P]: evidence by ink, then by absence, against the rival that the class has by the net itself; undefined without. */
  readonly maps: readonly (Float64Array | undefined)[];
}

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
    confusions: confusionsOf(subject, c, pairs, most),
    ways: waysOf(subject, c, new Random(seeds.ways)),
    least: leastChanges(subject, c, rivals.rival[c], images),
  };
}

function lookAt({ subject, params, rivals, most }: Ground, { name, net, seed }: ControlJob): ControlFindings {
  const other = rerunSubject(subject, net);
  const random = new Random(seed);
  const found = lookAtControl(other, params, most, random);
  // The net itself and the other are compared by what tells a class from one rival, whatever the other's own most frequent one is.
  const pairs = rivals.rival.map((rival, c) => pairOf(other, c, rival, Math.min(MAP_ROWS, most)));
  const gains = pairs.map((pair) => (pair ? gainOfPair(other, pair, params, random) : NaN));
  return {
    headlines: headlines(name, other, found).map((one, c) => ({ ...one, gained: gains[c] })),
    twins: twinsOf(subject, other),
    maps: pairs.map((pair) => pair && mapOf(pair)),
  };
}

/** Images of a class over which another net's evidence is averaged. */
const MAP_ROWS = 100;

/** What tells a class from a rival by another net, on images told right, or where there are none on any. */
function pairOf(subject: Looked, c: number, rival: number, most: number): Pair | undefined {
  const [right, all] = [true, false].map((only) => rowsByClass(subject.train, subject.net.classes, only)[c]);
  const rows = sample(right.length > 0 ? right : all, most);
  return rival < 0 || rows.length === 0 ? undefined : pairsOf(subject, c, [rival], rows)[0];
}

function gainOfPair(subject: Looked, pair: Pair, { pixels }: Params, random: Random): number {
  const { net, train } = subject;
  const change = decisiveChange(pair.ink, pair.absence, changedPixels(subject, pixels));
  const image = meanImage(train, net.pixels, rowsByClass(train, net.classes, false)[pair.class]);
  const pool = pixelsRead(net);
  const others = Array.from({ length: GAIN_DRAWS }, () => likeChange(change, image, pool, random));
  return gainOf(subject, pair, change, others);
}

/** float64[2 P]: evidence by ink, then by absence. */
export function mapOf({ ink, absence }: Pair): Float64Array {
  return Float64Array.of(...ink, ...absence);
}
