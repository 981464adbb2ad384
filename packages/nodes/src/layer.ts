import { throwIfAborted, type NodeLayerInfo } from '@layerwise/contracts';
import { ablate, ablationCost, clusterOrder, effectiveRank, fewestFor, incoming, incomingCost, jointRows, outgoing, outgoingCost, readoutAccuracy, selectForward, spread, type Ablation, type ReadoutData } from '@layerwise/kernels/nodes';
import { covariance, symmetricEigen } from '@layerwise/kernels/pca';
import { setImmediate } from 'node:timers/promises';
import { nodeResponse, type NodeResponse } from './classes.js';
import type { Subject } from './inputs.js';
import { maximisers, type Maximisers } from './maximisers.js';

/** Multiply-adds that a quantity may take; past it, evenly spaced rows stand for all. Measured: 1e9 take about a second. */
const WORK = 1e9;
const DUPLICATE = 0.98;

/** How the stage is run. */
export interface Running {
  readonly images: number;
  readonly steps: number;
  readonly workers: number;
  readonly signal: AbortSignal;
  /** Told of each node that has been looked at. */
  readonly told: (node: number) => void;
}

/** All figures of one hidden layer. H nodes, P pixels, K classes. */
export interface LayerFigures {
  readonly info: NodeLayerInfo;
  readonly responses: readonly NodeResponse[];
  /** float64[P][H]: see `weights` in the contracts' schemas. */
  readonly weights: Float64Array;
  readonly maximisers: Maximisers;
  /** float64[H][K]: mean gradient of each class's logit. */
  readonly gradients: Float64Array;
  readonly ablation: Ablation;
}

/** Looks at hidden layer `index`, counted from 0. */
export async function layerFigures(subject: Subject, index: number, running: Running): Promise<LayerFigures> {
  const { hidden, layers, first, rows, label } = subject;
  const values = hidden[index];
  const responses = await respond(subject, index, running);
  const earlier = [first, ...layers.slice(1, index + 1)];
  const later = layers.slice(index + 1);
  const sample = (cost: number, work = WORK): Uint32Array => spread(rows, cost === 0 ? rows : work / cost);
  const onWeights = sample(incomingCost(earlier));
  const weights = incoming(earlier, hidden.slice(0, index + 1), onWeights);
  await pause(running.signal);
  const onGradients = sample(outgoingCost(later));
  const gradients = outgoing(later, hidden.slice(index + 1), onGradients);
  const onAblation = sample(ablationCost(values.width, later));
  const ablation = ablate(values, responses.map(({ mean }) => mean), later, label, onAblation);
  await pause(running.signal);
  const found = await maximisers(subject, earlier, responses, weights, running);
  const shared = await together(subject, index, responses, running);
  const sampled = { ablation: onAblation.length, gradients: onGradients.length, weights: onWeights.length, correlation: shared.rows, bootstrap: subject.bootstrap.rows.length };
  const info: NodeLayerInfo = {
    name: `hidden${index + 1}`,
    units: values.width,
    activation: layers[index].activation,
    dead: responses.flatMap(({ constant }, h) => (constant ? [h] : [])),
    duplicates: shared.duplicates,
    effectiveRank: shared.effectiveRank,
    readout: shared.readout,
    ...orders(responses, subject.names.length),
    ...(responses[0].line && { line: responses[0].line }),
    accuracy: sum(ablation.whole) / sum(ablation.rows),
    sampled,
    maximiser: found.how,
  };
  return { info, responses, weights, maximisers: found, gradients, ablation };
}

const sum = (values: Uint32Array): number => values.reduce((total, value) => total + value, 0);

/** Lets other work of the process in, such as a signal to stop. */
export async function pause(signal: AbortSignal): Promise<void> {
  await setImmediate();
  throwIfAborted(signal);
}

async function respond(subject: Subject, index: number, { images, signal, told }: Running): Promise<NodeResponse[]> {
  const { data, width } = subject.hidden[index];
  const responses: NodeResponse[] = [];
  const values = new Float32Array(subject.rows);
  for (let h = 0; h < width; h++) {
    for (let r = 0; r < values.length; r++) values[r] = data[r * width + h];
    responses.push(nodeResponse(subject, values, images, width === 1));
    told(h);
    await pause(signal);
  }
  return responses;
}

/** What the nodes are together: duplicates, effective rank, readout. */
async function together({ rows: N, label, names, hidden }: Subject, index: number, responses: readonly NodeResponse[], { workers, signal }: Running): Promise<Pick<NodeLayerInfo, 'duplicates' | 'effectiveRank' | 'readout'> & { rows: number }> {
  const { data, width: H } = hidden[index];
  const chosen = jointRows(N, H);
  const rows = chosen.length;
  if (rows < 2) return { duplicates: [], effectiveRank: 0, readout: { accuracy: 1, for95: 1, for99: 1, order: responses.map((_, h) => h) }, rows };
  const part = rows === N ? data : gather(data, H, chosen);
  const labels = Uint16Array.from(chosen, (r) => label[r]);
  const found = await covariance({ data: part, rows, columns: H }, { workers, signal });
  const { values } = await symmetricEigen(found.covariance, H, () => 0);
  const fit: ReadoutData = { covariance: found.covariance, mean: found.mean, ...classMeans(part, H, labels, names.length) };
  return { duplicates: duplicates(found.covariance, H), effectiveRank: effectiveRank(values), readout: readout(fit, part, labels), rows };
}

function gather(data: Float32Array, width: number, rows: Uint32Array): Float32Array {
  const part = new Float32Array(rows.length * width);
  rows.forEach((row, i) => part.set(data.subarray(row * width, (row + 1) * width), i * width));
  return part;
}

function classMeans(data: Float32Array, H: number, labels: Uint16Array, K: number): { classMeans: Float64Array; shares: Float64Array } {
  const classMeans = new Float64Array(K * H);
  const counts = new Float64Array(K);
  for (let r = 0; r < labels.length; r++) {
    counts[labels[r]]++;
    for (let h = 0, at = labels[r] * H; h < H; h++, at++) classMeans[at] += data[r * H + h];
  }
  for (let k = 0; k < K; k++) for (let h = 0; h < H; h++) classMeans[k * H + h] /= Math.max(1, counts[k]);
  return { classMeans, shares: counts.map((count) => count / labels.length) };
}

function duplicates(cov: Float64Array, H: number): { node: number; of: number; correlation: number }[] {
  const pairs: { node: number; of: number; correlation: number }[] = [];
  for (let node = 0; node < H; node++) {
    for (let of = 0; of < node; of++) {
      const scale = Math.sqrt(cov[node * H + node] * cov[of * H + of]);
      const correlation = scale > 0 ? cov[node * H + of] / scale : 0;
      if (Math.abs(correlation) > DUPLICATE) pairs.push({ node, of, correlation });
    }
  }
  return pairs;
}

/** On at most 10,000 of the rows. */
function readout(fit: ReadoutData, data: Float32Array, labels: Uint16Array): NodeLayerInfo['readout'] {
  const H = fit.mean.length;
  const order = selectForward(fit);
  const rows = spread(labels.length, Math.min(10_000, Math.max(500, WORK / (4 * H * fit.shares.length))));
  const known = new Map<number, number>();
  const accuracy = (nodes: number): number => {
    const found = known.get(nodes) ?? readoutAccuracy(fit, order.slice(0, nodes), { data, width: H }, labels, rows);
    known.set(nodes, found);
    return found;
  };
  const whole = accuracy(H);
  return { accuracy: whole, for95: fewestFor(0.95 * whole, H, accuracy), for99: fewestFor(0.99 * whole, H, accuracy), order };
}

/** Nodes and classes by likeness of their areas under the ROC curve; a class without rows counts as undecided. */
function orders(responses: readonly NodeResponse[], K: number): { nodeOrder: number[]; classOrder: number[] } {
  const H = responses.length;
  const area = (h: number, k: number): number => (Number.isNaN(responses[h].areas[k]) ? 0.5 : responses[h].areas[k]);
  const byNode = Float64Array.from({ length: H * K }, (_, i) => area(Math.floor(i / K), i % K));
  const byClass = Float64Array.from({ length: H * K }, (_, i) => area(i % H, Math.floor(i / H)));
  return { nodeOrder: clusterOrder(byNode, H, K), classOrder: clusterOrder(byClass, K, H) };
}
