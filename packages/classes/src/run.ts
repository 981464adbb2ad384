import { LayerwiseError, throwIfAborted, type ClassesInfo } from '@layerwise/contracts';
import { Random } from '@layerwise/kernels/random';
import { setImmediate } from 'node:timers/promises';
import { changeClass, changedPixels, DRAW_ROWS, type ClassChange } from './changes.js';
import { INK } from './change.js';
import { evidenceCost } from './evidence.js';
import { methodOf } from './line.js';
import { narrowed } from './net.js';
import type { ClassesContext } from './params.js';
import { headlines, lookAtControl, type Found } from './controls.js';
import { findErrors } from './errors.js';
import { leastChanges, leastImages, type LeastChange } from './least.js';
import { rankNodes, type NodeRanking } from './ranking.js';
import { controlTable, errorTable, leastMatrix, leastTable, wayMatrix, wayTable, wrongTable } from './image-tables.js';
import { untrainedSubject } from './untrained.js';
import { waysOf, type Way } from './ways.js';
import { countsOf, fewerOfMany, removeNodes, type Removals } from './removal.js';
import { findRivals, type Rivals } from './rivals.js';
import { readSubject, rowsByClass, sample, type Subject } from './subject.js';
import {
  baselineMatrix,
  blobTable,
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
import { pairsOf, type Pair } from './told.js';

/** Multiply-adds that the evidence of all classes may take; past it fewer images of each are looked at, no fewer than these. */
const WORK = 2.5e9;
const FEWEST_ROWS = 10;

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

/** Tells of a part that is done, and lets other work of the process in, such as a signal to stop. */
type Step = (detail: string) => Promise<void>;

async function look(context: ClassesContext): Promise<void> {
  const { params, inputs, output, seed } = context;
  const subject = await readSubject(inputs);
  const { net, names, train, held } = subject;
  const K = names.length;
  const step = stepper(context, (net.layers.length + 2 + params.controls.length) * K);
  const rivals = findRivals(train, K);
  const most = evidenceRows(subject, rivals, params.rows);
  const pairs = await findPairs(subject, rivals, most, step);
  const { rankings, removals } = await lookAtNodes(subject, params, new Random(seed('nodes')), step);
  const images = classImages(subject);
  const changes: ClassChange[] = [];
  const drawn = new Random(seed('pixels'));
  for (const [c, [first]] of pairs.entries()) {
    changes.push(...changeClass(subject, c, first, images[c], params, drawn));
    await step('pixels');
  }
  const { ways, least } = await lookAtImages(subject, rivals, new Random(seed('ways')), step);
  const found: Found = { pairs, ranking: rankings.at(-1), removals: removals.at(-1), changes };
  const controls = headlines('trained', subject, found);
  if (params.controls.includes('untrained')) {
    const other = untrainedSubject(subject, seed('untrained'));
    const control = await lookAtControl(other, params, most, seed('untrained draws'), () => step('untrained'));
    controls.push(...headlines('untrained', other, control));
  }
  const errors = findErrors(subject);
  await output.table('classes', classTable(subject, rivals, pairs, removals, changes, ways));
  await output.table('rivals', rivalTable(subject, rivals, findRivals(held, K), pairs));
  await output.matrix('rivals', rivalMatrix(subject, pairs));
  await output.table('blobs', blobTable(pairs));
  await output.matrix('means', meanMatrix(subject, images));
  await output.matrix('baseline', baselineMatrix(subject));
  await output.table('nodes', nodeTable(rankings, K));
  await output.table('removals', removalTable(removals));
  await output.table('changes', changeTable(changes));
  await output.matrix('changes', changeMatrix(subject, changes));
  await output.table('ways', wayTable(ways));
  await output.matrix('ways', wayMatrix(subject, ways));
  await output.table('least', leastTable(least));
  await output.matrix('least', leastMatrix(subject, least));
  await output.table('errors', errorTable(errors));
  await output.table('wrong', wrongTable(errors));
  await output.table('controls', controlTable(controls));
  await output.json('classes', infoOf(subject, params, most, pairs, removals));
}

function infoOf(
  subject: Subject,
  { pixels, draws: wanted }: ClassesContext['params'],
  most: number,
  pairs: readonly Pair[][],
  removals: readonly Removals[],
): ClassesInfo {
  const { net, names, train, held } = subject;
  return {
    rows: train.count,
    held: { split: held.split, rows: held.count },
    classes: names,
    layers: removals.map(({ rows, draws }, l) => ({
      name: `hidden${l + 1}`,
      units: net.layers[l].units,
      activation: net.layers[l].activation,
      removals: { counts: countsOf(net.layers[l].units), rows, draws },
    })),
    evidence: {
      method: methodOf(net),
      rows: most,
      remainder: pairs.flat().reduce((largest, { remainder }) => Math.max(largest, remainder), 0),
    },
    changes: {
      pixels: changedPixels(subject, pixels),
      ink: INK,
      draws: fewerOfMany(wanted, names.length),
      drawRows: DRAW_ROWS,
    },
  };
}

async function lookAtNodes(
  subject: Subject,
  { draws }: ClassesContext['params'],
  random: Random,
  step: Step,
): Promise<{ readonly rankings: readonly NodeRanking[]; readonly removals: readonly Removals[] }> {
  const rankings = subject.net.layers.slice(0, -1).map((_, l) => rankNodes(subject, l));
  const removals: Removals[] = [];
  for (const [l, ranking] of rankings.entries())
    removals.push(await removeNodes(subject, l, ranking, draws, random, () => step(`hidden${l + 1}`)));
  return { rankings, removals };
}

/** Ways of writing each class, and least changes of single images. */
async function lookAtImages(
  subject: Subject,
  { rival }: Rivals,
  random: Random,
  step: Step,
): Promise<{ readonly ways: readonly Way[]; readonly least: readonly LeastChange[] }> {
  const [ways, least]: [Way[], LeastChange[]] = [[], []];
  const images = leastImages(subject);
  for (const [c, other] of rival.entries()) {
    ways.push(...waysOf(subject, c, random));
    least.push(...leastChanges(subject, c, other, images));
    await step('images');
  }
  return { ways, least };
}

function stepper({ progress, signal }: ClassesContext, total: number): Step {
  let done = 0;
  progress({ done, total, unit: 'steps' });
  return async (detail) => {
    progress({ done: ++done, total, unit: 'steps', detail });
    await setImmediate();
    throwIfAborted(signal);
  };
}

/** How many images of a class there is time for. */
function evidenceRows(subject: Subject, { compared }: Rivals, wanted: number): number {
  const K = compared.length;
  const widest = compared.reduce((most, rivals) => Math.max(most, rivals.length + 1), 1);
  const part = narrowed(
    subject,
    Array.from({ length: widest }, (_, k) => k),
  );
  return Math.max(FEWEST_ROWS, Math.floor(Math.min(wanted, WORK / (K * evidenceCost(part.net, inkedShare(subject))))));
}

/** Share of the pixels that are not black, in the first images. */
function inkedShare({ net, train }: Subject): number {
  const values = train.images.subarray(0, 200 * net.pixels);
  let inked = 0;
  for (let at = 0; at < values.length; at++) if (values[at] > 0) inked++;
  return Math.max(0.01, inked / values.length);
}

/** Of each class its pairs, that with its rival first; none of a class that is never told right. */
async function findPairs(subject: Subject, { compared }: Rivals, most: number, step: Step): Promise<readonly Pair[][]> {
  const found: Pair[][] = [];
  for (const [c, rows] of rowsByClass(subject.train, compared.length, true).entries()) {
    found.push(compared[c].length === 0 ? [] : pairsOf(subject, c, compared[c], sample(rows, most)));
    await step('evidence');
  }
  return found;
}
