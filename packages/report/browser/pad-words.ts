import { UNLIKE } from '@layerwise/scan/novelty';

/** A probability: `97.3%`, and at the ends how near it is. */
export function percent(share: number): string {
  return share >= 0.9995 ? '>99.9%' : share < 0.0005 ? '<0.1%' : `${(share * 100).toFixed(1)}%`;
}

/** What the net says. @param order classes by falling probability */
export function answerOf(order: readonly number[], probabilities: ArrayLike<number>, names: readonly string[]): string {
  const [first, second] = order;
  const isNext = second !== undefined && probabilities[second] >= 0.005;
  const next = isNext ? `, next ${names[second]} with ${percent(probabilities[second])}` : '';
  return `The net says ${names[first]} with ${percent(probabilities[first])}${next}.`;
}

/** Whether a drawing is called unlike the training images. @param percentile of their own distances */
export const isUnlike = (percentile: number): boolean => percentile > UNLIKE;

/** How like the training images a drawing is. @param percentile of their own distances */
export function likenessOf(percentile: number): string {
  const share = percentile.toFixed(isUnlike(percentile) && percentile < 100 ? 1 : 0);
  return isUnlike(percentile)
    ? `Unlike the training images: in the last hidden layer ${share}% of them have a nearer neighbour. Trust the answer less.`
    : `In the last hidden layer ${share}% of the training images have a nearer neighbour.`;
}

/** Nodes named for and against a class. */
const NAMED = 3;

/** The nodes of the last hidden layer that spoke most for a class and against it. */
export function voicesOf(spoke: Float64Array, name: string): string {
  const order = Array.from(spoke.keys()).sort((a, b) => spoke[b] - spoke[a]);
  const some = (nodes: readonly number[]): string =>
    nodes
      .slice(0, NAMED)
      .map((node) => `${node} (${spoke[node].toFixed(2).replace('-', '−')})`)
      .join(', ');
  const pro = some(order.filter((node) => spoke[node] > 0));
  const contra = some(order.reverse().filter((node) => spoke[node] < 0));
  return [pro && `For ${name} spoke nodes ${pro}.`, contra && `Against it ${contra}.`].filter(Boolean).join(' ');
}
