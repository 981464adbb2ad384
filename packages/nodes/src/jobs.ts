import type { DenseLayer, LayerValues } from '@layerwise/kernels/layers';
import { ablate, rightWithFirst, type Ablation, type NodeRange } from './ablation.js';
import { ascend, type PreferredInput } from './ascent.js';
import { nodeResponse, type Labelled, type NodeResponse } from './classes.js';

/** What every job reads. */
export interface Ground extends Labelled {
  /** Images named of a node. */
  readonly images: number;
  /** The net's layers, the first of pixel intensities. */
  readonly layers: readonly DenseLayer[];
}

/** Nodes to be looked at. @see nodeResponse */
export interface RespondJob extends NodeRange {
  readonly kind: 'respond';
  /** float32[…][N], of which those of the range are looked at. */
  readonly values: Float32Array;
  /** Whether the node is the only one of its layer. */
  readonly alone: boolean;
}

/** Rows of a layer, with the means of its nodes and the number of its first later layer. */
interface LayerRows {
  readonly values: LayerValues;
  readonly labels: Uint16Array;
  readonly means: readonly number[];
  readonly later: number;
}

/** Nodes that are removed in turn. @see ablate */
export interface AblateJob extends LayerRows {
  readonly kind: 'ablate';
  readonly range: NodeRange;
  readonly into: Ablation;
}

/** Nodes that are seen in an order. @see rightWithFirst */
export interface OrderJob extends LayerRows {
  readonly kind: 'order';
  readonly order: readonly number[];
}

/** A node whose preferred input is to be found. @see ascend */
export interface AscendJob {
  readonly kind: 'ascend';
  /** Layers up to and including the node's own. */
  readonly depth: number;
  readonly node: number;
  readonly starts: readonly Float64Array[];
  readonly steps: number;
}

/** Work that a thread can do by itself. */
export type Job = RespondJob | AblateJob | OrderJob | AscendJob;

interface Results {
  readonly respond: NodeResponse[];
  readonly ablate: Ablation;
  readonly order: Uint32Array;
  readonly ascend: PreferredInput;
}

/** What a job gives. */
export type Done<J extends Job> = Results[J['kind']];

type Doers = { readonly [K in keyof Results]: (ground: Ground, job: Extract<Job, { kind: K }>) => Results[K] };

const doers: Doers = {
  respond: (ground, { values, alone, from, to }) => {
    const N = ground.label.length;
    return Array.from({ length: to - from }, (_, i) =>
      nodeResponse(ground, values.subarray((from + i) * N, (from + i + 1) * N), ground.images, alone),
    );
  },
  ablate: ({ layers }, { values, labels, means, later, range, into }) =>
    ablate(values, means, layers.slice(later), labels, into, range),
  order: ({ layers }, { values, labels, means, later, order }) =>
    rightWithFirst(values, means, layers[later], order, labels),
  ascend: ({ layers }, { depth, node, starts, steps }) => ascend(layers.slice(0, depth), node, starts, steps),
};

/** Does a job; the result depends on nothing but the arguments. */
export function perform<J extends Job>(ground: Ground, job: J): Done<J> {
  return (doers[job.kind] as (ground: Ground, job: Job) => Done<J>)(ground, job);
}
