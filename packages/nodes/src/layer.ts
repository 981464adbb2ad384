import type { NodeLayerInfo } from '@layerwise/contracts';
import { incomingCost, incomingSum, outgoingCost, outgoingSum } from '@layerwise/kernels/gradients';
import type { LayerValues } from '@layerwise/kernels/layers';
import { spread } from '@layerwise/kernels/ranking';
import { activationOf } from '@layerwise/nets/activations';
import { enough, type Ablation } from './ablation.js';
import type { NodeResponse } from './classes.js';
import type { Crew } from './crew.js';
import type { Scratch } from './hidden.js';
import type { Subject } from './inputs.js';
import type { OrderJob, RespondJob } from './jobs.js';
import { looksOf, type Looks } from './looks.js';
import { layerOrders } from './orders.js';
import { preferredInputs, type PreferredInputs } from './preferred-inputs.js';
import { ablateLayer, ranges } from './removals.js';
import { jointRows, together } from './together.js';

/** Multiply-adds that a quantity may take; past it, evenly spaced rows stand for all. Measured: 1e9 take about a second. */
const WORK = 1e9;
/** Hidden layers that may each take as much; of more layers each takes its part. */
const LAYERS = 3;
/** Numbers of rows that are held at once. */
const HELD = 1 << 21;
/** Numbers of rows that threads are given at once. */
export const SHARED = 1 << 23;
/** Nodes that a thread looks at before it is given others. */
const NODES_AT_ONCE = 4;

/** How the stage is run. */
export interface Running {
  readonly images: number;
  readonly steps: number;
  readonly workers: number;
  readonly crew: Crew;
  readonly scratch: Scratch;
  readonly signal: AbortSignal;
  /** Told of how many nodes of the layer have been looked at. */
  readonly told: (nodes: number) => void;
}

/** All figures of one hidden layer. H nodes, P pixels, K classes. */
export interface LayerFigures {
  readonly info: NodeLayerInfo;
  readonly responses: readonly NodeResponse[];
  /** float64[P][H]: see `weights` in the contracts' schemas. */
  readonly weights: Float64Array;
  readonly preferredInputs: PreferredInputs;
  /** float64[H][K]: mean gradient of each class's logit. */
  readonly gradients: Float64Array;
  readonly ablation: Ablation;
  readonly looks: Looks;
}

/** The part of its work that each layer of a net may do, so that a deep net takes no longer than a wide one. */
export function shareOf({ hidden }: Subject): number {
  return Math.min(1, LAYERS / hidden.length);
}

/** Looks at hidden layer `index`, counted from 0. */
export async function layerFigures(subject: Subject, index: number, running: Running): Promise<LayerFigures> {
  const { hidden, layers, rows } = subject;
  const { width } = hidden[index];
  const later = layers.slice(index + 1);
  const responses = await respond(subject, index, running);
  const { weights, on: onWeights } = await composedWeights(subject, index);
  const { gradients, on: onGradients } = await classGradients(subject, index);
  const means = responses.map(({ mean }) => mean);
  const { ablation, on: onAblation } = await ablateLayer(subject, index, means, running);
  const found = await preferredInputs(subject, index, responses, weights, running);
  const looks = await looksOf(subject, index, responses);
  const joint = jointRows(rows, width);
  const info: NodeLayerInfo = {
    name: `hidden${index + 1}`,
    units: width,
    activation: layers[index].activation,
    dead: responses.flatMap(({ constant }, h) => (constant ? [h] : [])),
    ...(await together(await hidden[index].gather(joint), running)),
    ...(later.length === 1 &&
      onAblation > 0 && { enough: await enoughNodes(subject, index, means, ablation, running) }),
    ...layerOrders(responses, subject.names.length),
    ...(responses[0].line && { line: responses[0].line }),
    accuracy: onAblation > 0 ? ablation.whole.reduce((sum, n) => sum + n, 0) / onAblation : null,
    sampled: {
      ablation: onAblation,
      gradients: onGradients,
      weights: onWeights,
      correlation: joint.length,
      bootstrap: subject.bootstrap.rows.length,
    },
    preferredInput: found.how,
  };
  return { info, responses, weights, preferredInputs: found, gradients, ablation, looks };
}

async function respond(subject: Subject, index: number, { crew, scratch, told }: Running): Promise<NodeResponse[]> {
  const layer = subject.hidden[index];
  const most = layer.nodesAtOnce;
  const responses: NodeResponse[] = [];
  for (let from = 0; from < layer.width; from += most) {
    const to = Math.min(layer.width, from + most);
    const values = await layer.nodes(from, to, scratch.take((to - from) * subject.rows));
    const found = await crew.all(respondJobs(values, to - from, layer.width === 1), (jobs) =>
      told(Math.min(to, from + jobs * NODES_AT_ONCE)),
    );
    responses.push(...found.flat());
  }
  return responses;
}

function* respondJobs(values: Float32Array, nodes: number, alone: boolean): Generator<RespondJob> {
  for (let from = 0; from < nodes; from += NODES_AT_ONCE)
    yield { kind: 'respond', values, alone, from, to: Math.min(nodes, from + NODES_AT_ONCE) };
}

/** Parts of rows of which the given numbers are held at once. */
export function* parts(rows: Uint32Array, numbersPerRow: number, most = HELD): Generator<Uint32Array> {
  const count = Math.max(1, Math.floor(most / Math.max(1, numbersPerRow)));
  for (let from = 0; from < rows.length; from += count) yield rows.subarray(from, from + count);
}

/** See `weights` in the contracts' schemas, and on how many rows. */
async function composedWeights(subject: Subject, index: number): Promise<{ weights: Float64Array; on: number }> {
  const { hidden, layers, rows, pixels } = subject;
  const earlier = layers.slice(0, index + 1);
  const cost = incomingCost(earlier);
  const chosen = spread(rows, cost === 0 ? rows : (WORK * shareOf(subject)) / cost);
  const sum = incomingSum(earlier);
  // Only slopes that activations do not tell need the images.
  const [{ activation }] = earlier;
  const needsImages = activation !== 'softmax' && !activationOf(activation).slopeFromOutput;
  const perRow = hidden.slice(0, index + 1).reduce((total, { width }) => total + width, needsImages ? 2 * pixels : 0);
  if (index > 0)
    for (const part of parts(chosen, perRow)) {
      const values = await gatherAll(subject, 0, index + 1, part);
      const images = needsImages ? await subject.images(part) : [];
      sum.add(values, (row) => images[row], firstRows(part.length));
    }
  return { weights: sum.mean(), on: chosen.length };
}

/** Mean gradient of each class's logit by the nodes of a layer, and on how many rows. */
async function classGradients(subject: Subject, index: number): Promise<{ gradients: Float64Array; on: number }> {
  const { hidden, layers, rows } = subject;
  const later = layers.slice(index + 1);
  const cost = outgoingCost(later);
  const chosen = spread(rows, cost === 0 ? rows : (WORK * shareOf(subject)) / cost);
  const sum = outgoingSum(later);
  const perRow = hidden.slice(index).reduce((total, { width }) => total + width, 0);
  if (later.length > 1)
    for (const part of parts(chosen, perRow))
      sum.add(await gatherAll(subject, index, hidden.length, part), firstRows(part.length));
  return { gradients: sum.mean(), on: chosen.length };
}

/** The rows of hidden layers [from, to). */
async function gatherAll({ hidden }: Subject, from: number, to: number, rows: Uint32Array): Promise<LayerValues[]> {
  const found: LayerValues[] = [];
  for (const layer of hidden.slice(from, to)) found.push(await layer.gather(rows));
  return found;
}

const firstRows = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, row) => row);

/** How many nodes, those first whose loss costs the margin most when they are held at their means, keep the accuracy. */
async function enoughNodes(
  subject: Subject,
  index: number,
  means: readonly number[],
  { mean }: Ablation,
  { crew, scratch }: Running,
): Promise<NonNullable<NodeLayerInfo['enough']>> {
  const { hidden, layers, rows, label } = subject;
  const [layer, later] = [hidden[index], index + 1];
  const K = layers[later].units;
  const losses = means.map((_, h) => mean.loss.subarray(h * K, (h + 1) * K).reduce((total, loss) => total + loss, 0));
  const order = [...losses.keys()].sort((a, b) => losses[b] - losses[a] || a - b);
  const chosen = spread(rows, WORK / (2 * layer.width * K));
  const right = new Uint32Array(layer.width + 1);
  for (const part of parts(chosen, layer.width, SHARED)) {
    const { data, width } = await layer.gather(part, scratch.take(part.length * layer.width));
    const labels = Uint16Array.from(part, (r) => label[r]);
    const jobs = ranges(part.length, crew.width).map(({ from, to }): OrderJob => {
      const values = { data: data.subarray(from * width, to * width), width };
      return { kind: 'order', values, labels: labels.slice(from, to), means, later, order };
    });
    for (const counts of await crew.all(jobs)) counts.forEach((n, i) => (right[i] += n));
  }
  return {
    accuracy: right[order.length] / chosen.length,
    for95: enough(right, 0.95),
    for99: enough(right, 0.99),
    order,
  };
}
