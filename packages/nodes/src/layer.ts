import { DUPLICATE, throwIfAborted, type NodeLayerInfo } from '@layerwise/contracts';
import { incoming, incomingCost, outgoing, outgoingCost } from '@layerwise/kernels/gradients';
import { effectiveRank, type DenseLayer, type LayerValues } from '@layerwise/kernels/layers';
import { jointRows, spread } from '@layerwise/kernels/ranking';
import { ablate, ablationCost, enough, rightWithFirst, type Ablation } from './ablation.js';
import { clusterOrder } from './clustering.js';
import { covariance, symmetricEigen } from '@layerwise/kernels/pca';
import { setImmediate } from 'node:timers/promises';
import { nodeResponse, type NodeResponse } from './classes.js';
import type { Subject } from './inputs.js';
import { preferredInputs, type PreferredInputs } from './preferred-inputs.js';
import { intensities } from './pixels.js';

/** Multiply-adds that a quantity may take; past it, evenly spaced rows stand for all. Measured: 1e9 take about a second. */
const WORK = 1e9;
/** Ablation needs more rows to tell nodes apart: it is done on no fewer than so many, or not at all. */
const ABLATION_WORK = 6e9;
const ABLATION_ROWS = 1000;

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
  readonly preferredInputs: PreferredInputs;
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
  const pixels = (row: number): Float64Array => intensities(subject.images, row, subject.pixels);
  const weights = incoming(earlier, hidden.slice(0, index + 1), pixels, onWeights);
  await pause(running.signal);
  const onGradients = sample(outgoingCost(later));
  const gradients = outgoing(later, hidden.slice(index), onGradients);
  const means = responses.map(({ mean }) => mean);
  const cost = ablationCost(values.width, later);
  const affordable = sample(cost, ABLATION_WORK);
  const onAblation = affordable.length < Math.min(rows, ABLATION_ROWS) ? new Uint32Array(0) : affordable;
  let ablation = ablate(values, means, later, label, new Uint32Array(0));
  const atOnce = Math.max(1, Math.floor(WORK / cost));
  for (let from = 0; from < onAblation.length; from += atOnce) {
    ablation = ablate(values, means, later, label, onAblation.subarray(from, from + atOnce), ablation);
    await pause(running.signal);
  }
  const found = await preferredInputs(subject, earlier, responses, weights, running);
  const shared = await together(subject, index, running);
  const sampled = {
    ablation: onAblation.length,
    gradients: onGradients.length,
    weights: onWeights.length,
    correlation: shared.rows,
    bootstrap: subject.bootstrap.rows.length,
  };
  const info: NodeLayerInfo = {
    name: `hidden${index + 1}`,
    units: values.width,
    activation: layers[index].activation,
    dead: responses.flatMap(({ constant }, h) => (constant ? [h] : [])),
    duplicates: shared.duplicates,
    ...(shared.nearest && { nearest: shared.nearest }),
    effectiveRank: shared.effectiveRank,
    ...(later.length === 1 &&
      onAblation.length > 0 && {
        enough: enoughNodes(values, means, later[0], ablation, label, sample(2 * values.width * later[0].units)),
      }),
    ...orders(responses, subject.names.length),
    ...(responses[0].line && { line: responses[0].line }),
    accuracy: onAblation.length > 0 ? sum(ablation.whole) / onAblation.length : null,
    sampled,
    preferredInput: found.how,
  };
  return { info, responses, weights, preferredInputs: found, gradients, ablation };
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

/** How many nodes, those first whose loss costs the margin most when they are held at their means, keep the accuracy. */
function enoughNodes(
  values: LayerValues,
  means: readonly number[],
  last: DenseLayer,
  { mean }: Ablation,
  labels: Uint16Array,
  rows: Uint32Array,
): NonNullable<NodeLayerInfo['enough']> {
  const K = last.units;
  const losses = means.map((_, h) => mean.loss.subarray(h * K, (h + 1) * K).reduce((total, loss) => total + loss, 0));
  const order = [...losses.keys()].sort((a, b) => losses[b] - losses[a] || a - b);
  const right = rightWithFirst(values, means, last, order, labels, rows);
  return { accuracy: right[order.length] / rows.length, for95: enough(right, 0.95), for99: enough(right, 0.99), order };
}

type Together = Pick<NodeLayerInfo, 'duplicates' | 'nearest' | 'effectiveRank'> & { readonly rows: number };

/** What the nodes are together: how they correlate, and their effective rank. */
async function together({ rows: N, hidden }: Subject, index: number, { workers, signal }: Running): Promise<Together> {
  const { data, width: H } = hidden[index];
  const chosen = jointRows(N, H);
  const rows = chosen.length;
  if (rows < 2) return { duplicates: [], effectiveRank: 0, rows };
  const found = await covariance(
    { data: rows === N ? data : gather(data, H, chosen), rows, columns: H },
    { workers, signal },
  );
  const { values } = await symmetricEigen(found.covariance, H, () => 0);
  return { ...pairs(found.covariance, H), effectiveRank: effectiveRank(values), rows };
}

function gather(data: Float32Array, width: number, rows: Uint32Array): Float32Array {
  const part = new Float32Array(rows.length * width);
  rows.forEach((row, i) => part.set(data.subarray(row * width, (row + 1) * width), i * width));
  return part;
}

/** The pairs that correlate above the limit, and the pair that correlates most, of equals the first. */
function pairs(cov: Float64Array, H: number): Pick<NodeLayerInfo, 'duplicates' | 'nearest'> {
  const duplicates: { node: number; of: number; correlation: number }[] = [];
  let nearest: NodeLayerInfo['nearest'];
  for (let node = 0; node < H; node++) {
    for (let of = 0; of < node; of++) {
      const scale = Math.sqrt(cov[node * H + node] * cov[of * H + of]);
      if (!(scale > 0)) continue;
      const pair = { node, of, correlation: cov[node * H + of] / scale };
      if (Math.abs(pair.correlation) > DUPLICATE) duplicates.push(pair);
      if (!nearest || Math.abs(pair.correlation) > Math.abs(nearest.correlation)) nearest = pair;
    }
  }
  return { duplicates, ...(nearest && { nearest }) };
}

/** Nodes and classes by likeness of their areas under the ROC curve; a class without rows counts as undecided. */
function orders(responses: readonly NodeResponse[], K: number): { nodeOrder: number[]; classOrder: number[] } {
  const H = responses.length;
  const area = (h: number, k: number): number => (Number.isNaN(responses[h].areas[k]) ? 0.5 : responses[h].areas[k]);
  const byNode = Float64Array.from({ length: H * K }, (_, i) => area(Math.floor(i / K), i % K));
  const byClass = Float64Array.from({ length: H * K }, (_, i) => area(i % H, Math.floor(i / H)));
  return { nodeOrder: clusterOrder(byNode, H, K), classOrder: clusterOrder(byClass, K, H) };
}
