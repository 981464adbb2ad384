import { LayerwiseError, throwIfAborted } from '@layerwise/contracts';
import { Random } from '@layerwise/kernels/random';
import { setImmediate } from 'node:timers/promises';
import { against, decisiveChange, effectsOf, INK, likeChange, pixelsRead, type Change, type Effect } from './change.js';
import { evidenceCost, meanEvidence, type Evidence } from './evidence.js';
import { methodOf } from './line.js';
import type { ClassesContext } from './params.js';
import { rankNodes } from './ranking.js';
import { countsOf, removeNodes, type Removals } from './removal.js';
import { findRivals, type Rivals } from './rivals.js';
import { readSubject, rowsByClass, sample, type Subject } from './subject.js';
import {
  baselineMatrix,
  changeMatrix,
  changeTable,
  classImages,
  classTable,
  meanMatrix,
  nodeTable,
  removalTable,
  rivalMatrix,
  rivalTable,
} from './tables.js';

/** Multiply-adds that the evidence of all classes may take; past it fewer images of each are looked at, no fewer than these. */
const WORK = 1.5e9;
const FEWEST_ROWS = 10;

/** Held rows of a class on which each random choice of pixels is tried, at most. */
const DRAW_ROWS = 300;

/** Mean evidence of each class; undefined for one that is never told right, or has no rival. */
export type ClassEvidence = readonly (Evidence | undefined)[];

/** What a change of pixels does to the images of a class, and what random choices of other pixels do. */
export interface ClassChange {
  readonly class: number;
  readonly rival: number;
  readonly kind: 'pixels';
  readonly change: Change;
  readonly effect: Effect;
  readonly draws: readonly Effect[];
}

/** The stage's work; see `stage.ts`. */
export async function classesStage(context: ClassesContext): Promise<void> {
  throwIfAborted(context.signal);
  try {
    await look(context);
  } catch (error) {
    throwIfAborted(context.signal);
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new LayerwiseError('DATA_INVALID', `classes cannot use these artifacts: ${error.message}`, {
      remedy: 'check the stages that wrote the features, the model and the activations',
      cause: error,
    });
  }
}

async function look({ params, inputs, output, seed, progress, signal }: ClassesContext): Promise<void> {
  const subject = await readSubject(inputs);
  const { net, names, train, held } = subject;
  const K = names.length;
  const parts = 2 * K + (net.layers.length - 1) * K;
  let done = 0;
  const step = async (detail: string): Promise<void> => {
    progress({ done: ++done, total: parts, unit: 'steps', detail });
    await setImmediate();
    throwIfAborted(signal);
  };
  progress({ done, total: parts, unit: 'steps' });
  const rivals = findRivals(train, K);
  const most = Math.max(FEWEST_ROWS, Math.min(params.rows, WORK / (K * evidenceCost(net, inkedShare(subject)))));
  const evidence: (Evidence | undefined)[] = [];
  for (const [c, rows] of rowsByClass(train, K, true).entries()) {
    evidence.push(rivals.rival[c] < 0 ? undefined : meanEvidence(subject, train, sample(rows, Math.floor(most))));
    await step('evidence');
  }
  const random = new Random(seed('nodes'));
  const rankings = net.layers.slice(0, -1).map((_, l) => rankNodes(subject, l));
  const removals: Removals[] = [];
  for (const [l, ranking] of rankings.entries())
    removals.push(await removeNodes(subject, l, ranking, params.draws, random, () => step(`hidden${l + 1}`)));
  const images = classImages(subject);
  const changes = await changePixels(subject, rivals, evidence, images, params, new Random(seed('pixels')), step);
  await output.table('classes', classTable(subject, rivals));
  await output.table('rivals', rivalTable(subject, rivals, findRivals(held, K), evidence));
  await output.matrix('rivals', rivalMatrix(subject, rivals, evidence));
  await output.matrix('means', meanMatrix(subject, images));
  await output.matrix('baseline', baselineMatrix(subject));
  await output.table('nodes', nodeTable(rankings, K));
  await output.table('removals', removalTable(removals));
  await output.table('changes', changeTable(changes));
  await output.matrix('changes', changeMatrix(subject, changes));
  await output.json('classes', {
    rows: train.count,
    held: { split: held.split, rows: held.count },
    classes: names,
    layers: rankings.map((_, l) => ({
      name: `hidden${l + 1}`,
      units: net.layers[l].units,
      activation: net.layers[l].activation,
      removals: { counts: countsOf(net.layers[l].units), rows: removals[l].rows, draws: removals[l].draws },
    })),
    evidence: {
      method: methodOf(net),
      rows: Math.floor(most),
      remainder: Math.max(0, ...evidence.flatMap((one) => one?.remainder ?? [])),
    },
    changes: { pixels: changedPixels(subject, params.pixels), ink: INK, draws: params.draws, drawRows: DRAW_ROWS },
  });
}

/** Share of the pixels of the mean image of which about as many are inked in an image: its sum over its largest value. */
function inkedShare({ mean, net, train }: Subject): number {
  const rows = Math.min(train.count, 200);
  let inked = 0;
  for (let at = 0; at < rows * net.pixels; at++) if (train.images[at] > 0) inked++;
  return mean.length === 0 ? 0 : Math.max(0.01, inked / (rows * net.pixels));
}

/** Of the pixels that a net reads a sixth at most is erased, and as many inked, so that others are left to compare them with. */
function changedPixels({ net }: Subject, pixels: number): number {
  return Math.max(1, Math.min(pixels, Math.floor(pixelsRead(net).length / 6)));
}

async function changePixels(
  subject: Subject,
  { rival }: Rivals,
  evidence: ClassEvidence,
  images: readonly Float64Array[],
  { pixels, draws }: ClassesContext['params'],
  random: Random,
  step: (detail: string) => Promise<void>,
): Promise<ClassChange[]> {
  const { net, held } = subject;
  const pool = pixelsRead(net);
  const each = changedPixels(subject, pixels);
  const found: ClassChange[] = [];
  for (const [c, rows] of rowsByClass(held, net.classes, true).entries()) {
    const own = evidence[c];
    const none = new Uint32Array(0);
    const pair = own && against(own, c, rival[c], net.pixels);
    const change = pair ? decisiveChange(pair.ink, pair.absence, each) : { erased: none, inked: none };
    const others = Array.from({ length: draws }, () => likeChange(change, images[c], pool, random));
    const [effect] = effectsOf(net, held, rows, [change], c, rival[c]);
    const compared = effectsOf(net, held, sample(rows, DRAW_ROWS), others, c, rival[c]);
    found.push({ class: c, rival: rival[c], kind: 'pixels', change, effect, draws: compared });
    await step('pixels');
  }
  return found;
}
