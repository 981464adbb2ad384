import type { NodeLayerInfo } from '@layerwise/contracts';
import type { NodeResponse } from './classes.js';
import { clusterOrder } from './clustering.js';

/** Nodes that are joined by likeness; every distance is held. */
const MOST_JOINED = 2048;

/** Nodes and classes by likeness of their areas under the ROC curve; a class without rows counts as undecided. */
export function layerOrders(
  responses: readonly NodeResponse[],
  K: number,
): Pick<NodeLayerInfo, 'nodeOrder' | 'classOrder'> {
  const H = responses.length;
  const area = (h: number, k: number): number => (Number.isNaN(responses[h].areas[k]) ? 0.5 : responses[h].areas[k]);
  const byNode = Float64Array.from({ length: H * K }, (_, i) => area(Math.floor(i / K), i % K));
  const byClass = Float64Array.from({ length: H * K }, (_, i) => area(i % H, Math.floor(i / H)));
  const classOrder = clusterOrder(byClass, K, H);
  return { nodeOrder: H > MOST_JOINED ? byBestClass(byNode, H, classOrder) : clusterOrder(byNode, H, K), classOrder };
}

/** Nodes by the class that they tell best, in the order of the classes, and by how well. @param areas float64[H][K] */
export function byBestClass(areas: Float64Array, H: number, classOrder: readonly number[]): number[] {
  const K = classOrder.length;
  const best = Array.from({ length: H }, (_, h) =>
    classOrder.reduce((top, k, place) => (areas[h * K + k] > areas[h * K + classOrder[top]] ? place : top), 0),
  );
  const top = (h: number): number => areas[h * K + classOrder[best[h]]];
  return [...best.keys()].sort((a, b) => best[a] - best[b] || top(b) - top(a) || a - b);
}
