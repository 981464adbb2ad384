import type { NetCost } from '@layerwise/contracts';
import { parameterCount } from '@layerwise/nets';
import type { Experiment } from './experiment.js';

/** What the net costs from pixels to probabilities, a projection on components included. */
export function costOf({ network, map }: Pick<Experiment, 'network' | 'map'>): NetCost {
  const dense = network.layers.reduce((sum, { inputs, units }) => sum + inputs * units, 0);
  const projections = map.steps.filter((step) => step.kind === 'project');
  const products = projections.reduce((sum, { components }) => sum + components.length, 0);
  const means = projections.reduce((sum, { mean }) => sum + mean.length, 0);
  return { multiplyAdds: products + dense, numbers: products + means + parameterCount(network) };
}
