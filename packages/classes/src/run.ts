import { LayerwiseError, throwIfAborted, type ClassesInfo } from '@layerwise/contracts';
import { boundsWarning } from './bounds.js';
import { changedPixels, changedRows } from './changes.js';
import { INK } from './change.js';
import { imagesBetween } from './confusions.js';
import { headlines } from './controls.js';
import { Crew } from './crew.js';
import { findErrors } from './errors.js';
import {
  betweenTable,
  confusionMatrix,
  confusionTable,
  controlTable,
  errorTable,
  leastMatrix,
  leastTable,
  wayMatrix,
  wayTable,
  wrongTable,
} from './image-tables.js';
import { groundOf, jobsOf, readOthers } from './ground.js';
import type { ClassFindings, ControlFindings, Ground } from './jobs.js';
import { methodOf } from './line.js';
import type { ClassesContext } from './params.js';
import { fewerOfMany, type Removals } from './removal.js';
import { findRivals } from './rivals.js';
import { readSubject, type Subject } from './subject.js';
import {
  baselineMatrix,
  blobTable,
  changeMatrix,
  changeTable,
  classTable,
  meanMatrix,
  nodeTable,
  removalTable,
  rivalMatrix,
  rivalTable,
} from './tables.js';
import type { Pair } from './told.js';

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

async function look(context: ClassesContext): Promise<void> {
  const { params, output, seed, progress, workers, signal } = context;
  const subject = await readSubject(context);
  const ground = groundOf(subject, params);
  const bounded = boundsWarning(ground);
  if (bounded) context.warn(bounded);
  const jobs = jobsOf(subject, params, seed, await readOthers(context, subject));
  const told = (done: number): void => progress({ done, total: jobs.length, unit: 'steps' });
  told(0);
  const crew = Crew.open(ground, subject.train.images.length, workers, signal);
  const done = await crew.all(jobs, told).finally(() => crew.close());
  const K = subject.names.length;
  await write(subject, ground, done.slice(0, K) as ClassFindings[], done.slice(K) as ControlFindings[], output);
}

async function write(
  subject: Subject,
  { params, rivals, most, rankings, removals: plans }: Ground,
  found: readonly ClassFindings[],
  controls: readonly ControlFindings[],
  output: ClassesContext['output'],
): Promise<void> {
  const K = subject.names.length;
  const pairs = found.map((one) => one.pairs);
  const removals = plans.map((plan, l): Removals => ({ ...plan, found: found.flatMap((one) => one.removals[l]) }));
  const changes = found.flatMap((one) => one.changes);
  const ways = found.flatMap((one) => one.ways);
  const least = found.flatMap((one) => one.least);
  const own = headlines('trained', subject, {
    pairs,
    ranking: rankings.at(-1),
    removals: removals.at(-1)?.found,
    changes,
  });
  const errors = findErrors(subject);
  await output.table('classes', classTable(subject, rivals, pairs, removals, changes, ways));
  await output.table('rivals', rivalTable(subject, rivals, findRivals(subject.held, K), pairs));
  await output.matrix('rivals', rivalMatrix(subject, pairs));
  await output.table('blobs', blobTable(pairs));
  await output.matrix(
    'means',
    meanMatrix(
      subject,
      found.map(({ image }) => image),
    ),
  );
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
  const confusions = found.flatMap((one) => one.confusions);
  await output.table('confusions', confusionTable(confusions));
  await output.matrix('confusions', confusionMatrix(subject, confusions));
  await output.table('between', betweenTable(imagesBetween(subject.held, K)));
  await output.table('controls', controlTable(own, controls, pairs));
  await output.json('classes', infoOf(subject, params, most, pairs, removals));
}

function infoOf(
  subject: Subject,
  { pixels, draws: wanted }: ClassesContext['params'],
  most: number,
  pairs: readonly (readonly Pair[])[],
  removals: readonly Removals[],
): ClassesInfo {
  const { net, names, train, held } = subject;
  const drawn = fewerOfMany(wanted, names.length);
  return {
    rows: train.count,
    held: { split: held.split, rows: held.count },
    classes: names,
    layers: removals.map(({ rows, draws, drawRows, counts }, l) => ({
      name: `hidden${l + 1}`,
      units: net.layers[l].units,
      activation: net.layers[l].activation,
      removals: { counts, rows, draws, drawRows },
    })),
    evidence: {
      method: methodOf(net),
      rows: most,
      remainder: pairs.flat().reduce((largest, { remainder }) => Math.max(largest, remainder), 0),
    },
    changes: {
      pixels: changedPixels(subject, pixels),
      ink: INK,
      draws: drawn,
      drawRows: changedRows(subject, drawn).draws,
    },
  };
}
