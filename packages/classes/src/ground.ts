import { LayerwiseError } from '@layerwise/contracts';
import { readModel } from '@layerwise/nets';
import { evidenceCost } from './evidence.js';
import type { ClassJob, ControlJob, Ground, Job } from './jobs.js';
import { leastImages } from './least.js';
import { narrowed, pixelNet, type PixelNet } from './net.js';
import type { ClassesContext, Params } from './params.js';
import { rankAllNodes } from './ranking.js';
import { planRemovals } from './removal.js';
import { untrained } from './rerun.js';
import { findRivals, type Rivals } from './rivals.js';
import type { Subject } from './subject.js';

/** Multiply-adds that the evidence of all classes may take; past it fewer images of each are looked at, no fewer than these. */
const WORK = 2.5e9;
const FEWEST_ROWS = 10;

/** What every job reads. */
export function groundOf(subject: Subject, params: Params): Ground {
  const rivals = findRivals(subject.train, subject.names.length);
  const layers = [...subject.net.layers.keys()].slice(0, -1);
  return {
    subject,
    params,
    rivals,
    most: evidenceRows(subject, rivals, params.rows),
    images: leastImages(subject),
    rankings: rankAllNodes(subject),
    removals: layers.map((l) => planRemovals(subject, l, params.draws)),
  };
}

/** A net of the same form that was trained otherwise. */
export interface OtherNet {
  readonly name: ControlJob['name'];
  readonly net: PixelNet;
}

/** The nets that are given beside the one that is looked at. @throws LayerwiseError DATA_INVALID where one is of another form */
export async function readOthers(
  { inputs, params: { seeds } }: Pick<ClassesContext, 'inputs' | 'params'>,
  { map, names }: Subject,
): Promise<OtherNet[]> {
  const { shuffled, repeat2, repeat3, repeat4, repeat5 } = inputs;
  const found: OtherNet[] = [];
  for (const [name, reader] of Object.entries({ shuffled, repeat2, repeat3, repeat4, repeat5 })) {
    if (!reader) continue;
    const model = await readModel(reader);
    if (model.inputs !== map.columns || model.classes !== names.length)
      throw new LayerwiseError(
        'DATA_INVALID',
        `classes: ${name} must have ${map.columns} inputs and ${names.length} classes, got ${model.inputs} and ${model.classes}`,
        { remedy: 'give a net that was trained on the same features' },
      );
    found.push({ name: nameOf(name as Given, seeds), net: pixelNet(model, map) });
  }
  return found;
}

type Given = 'shuffled' | `repeat${number}`;

/** What a net is called: a further training by its seed, where that is known. */
function nameOf(given: Given, seeds: readonly number[]): OtherNet['name'] {
  const seed = seeds[Number(given.replace('repeat', '')) - 2];
  return seed === undefined ? given : `seed ${seed}`;
}

/** A job for each class, then one for each control. */
export function jobsOf(
  subject: Subject,
  { controls }: Params,
  seed: ClassesContext['seed'],
  others: readonly OtherNet[] = [],
): Job[] {
  const seeds = (c: number): ClassJob['seeds'] => ({
    nodes: seed(`nodes ${c}`),
    pixels: seed(`pixels ${c}`),
    ways: seed(`ways ${c}`),
  });
  const classes = subject.names.map((_, c): Job => ({ kind: 'class', class: c, seeds: seeds(c) }));
  const control = (name: ControlJob['name'], net: PixelNet): Job => ({
    kind: 'control',
    name,
    net,
    seed: seed(`${name} draws`),
  });
  return [
    ...classes,
    ...(controls.includes('untrained') ? [control('untrained', untrained(subject, seed('untrained')))] : []),
    ...others.map(({ name, net }) => control(name, net)),
  ];
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
