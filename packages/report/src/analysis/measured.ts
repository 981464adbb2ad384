import type { LayerRanges, MeasuredFigures } from '@layerwise/contracts';
import { numbers, type Experiment, type HiddenLayer, type TrainingSplit } from '../data/experiment.js';
import { confusion } from './confusion.js';

/** Nodes of a layer whose ranges are kept by class. */
const NODES_BY_CLASS = 16;

/** What stands in `measured.json`. @param layers of {@link layerRanges} */
export function measuredFigures(
  {
    train,
    validation,
    test,
    dataset,
    history,
    components,
  }: Pick<Experiment, 'train' | 'validation' | 'test' | 'dataset' | 'history' | 'components'>,
  layers: readonly LayerRanges[],
): MeasuredFigures {
  const counts = (split: Experiment['test']): readonly number[] => confusion(split, dataset.classes.length).counts;
  return {
    confusion: { train: counts(train), validation: counts(validation), test: counts(test) },
    history: Object.fromEntries(
      Object.entries(history)
        .filter(([name]) => name !== 'epoch')
        .map(([name, { values }]) => [name, numbers(values).map((value) => (Number.isFinite(value) ? value : null))]),
    ),
    layers,
    variance: components ? components.ratio.reduce((sum, ratio) => sum + ratio, 0) : null,
  };
}

/** How far the activations of each layer reach. @param train with all its layers */
export function layerRanges({ rows, label, hidden }: TrainingSplit, classes: number): LayerRanges[] {
  return hidden.map((layer) => ({
    largest: largestOf(layer, rows),
    byClass: rangesByClass(layer, label.subarray(0, rows), classes),
  }));
}

function largestOf({ width, data }: HiddenLayer, rows: number): number[] {
  const largest = new Float32Array(width).fill(rows > 0 ? -Infinity : 0);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) {
      if (data[i * width + j] > largest[j]) largest[j] = data[i * width + j];
    }
  }
  return [...largest];
}

function rangesByClass({ width, data }: HiddenLayer, label: Uint16Array, classes: number): LayerRanges['byClass'] {
  const nodes = Math.min(NODES_BY_CLASS, width);
  const ends = Array.from({ length: nodes * classes }, () => [Infinity, -Infinity] as [number, number]);
  label.forEach((own, i) => {
    for (let j = 0; j < nodes; j++) {
      const end = ends[j * classes + own];
      end[0] = Math.min(end[0], data[i * width + j]);
      end[1] = Math.max(end[1], data[i * width + j]);
    }
  });
  return Array.from({ length: nodes }, (_, j) =>
    ends.slice(j * classes, (j + 1) * classes).map((end) => (end[0] <= end[1] ? end : null)),
  );
}
