import type { Confusion } from '../analysis/confusion.js';
import { ints, reals, texts } from './columns.js';
import type { Drawing } from './vega.js';

/** Confusion matrix as a heat map: counts on a log colour scale, so that rare confusions show. */
export function confusionDrawing({ classes, counts }: Confusion, names: readonly string[], split: string, alt: string): Drawing {
  const cells = counts.map((_, i) => ({ truth: Math.floor(i / classes), guess: i % classes }));
  const totals = cells.map(({ truth }) => counts.slice(truth * classes, (truth + 1) * classes).reduce((a, b) => a + b, 0));
  const data = {
    true: texts(cells.map(({ truth }) => names[truth] as string)),
    predicted: texts(cells.map(({ guess }) => names[guess] as string)),
    images: ints(counts),
    share: reals(counts.map((n, i) => (totals[i] === 0 ? 0 : n / (totals[i] as number)))),
  };
  const top = Math.max(1, ...counts);
  const encoding = {
    x: { field: 'predicted', type: 'nominal', sort: null, title: 'predicted class', axis: { orient: 'top', labelAngle: 0, ticks: false } },
    y: { field: 'true', type: 'nominal', sort: null, title: 'true class', axis: { ticks: false } },
  };
  const spec = {
    title: { text: `Confusion on ${split}` },
    width: 370,
    height: 370,
    encoding,
    layer: [
      { mark: { type: 'rect' }, encoding: { opacity: { field: 'images', type: 'quantitative', legend: null, scale: { type: 'symlog', domain: [0, top], range: [0, 0.9] } }, color: { value: '#3f90da' } } },
      { transform: [{ filter: 'datum.images > 0' }], mark: { type: 'text', color: 'currentColor', fontSize: 11 }, encoding: { text: { field: 'images', type: 'quantitative', format: 'd' } } },
    ],
  };
  return { name: `confusion-${split}`, alt, spec, data };
}
