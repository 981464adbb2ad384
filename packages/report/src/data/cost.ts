import type { NetCost } from '@layerwise/contracts';
import { parameterCount } from '@layerwise/nets';
import type { Experiment } from './experiment.js';

/** What the net costs from pixels to probabilities. @returns undefined where it sees components whose projection is not known */
export function costOf({ network, features, components }: Pick<Experiment, 'network' | 'features' | 'components'>): NetCost | undefined {
  const projection = features.origin === 'components' ? components?.component.length : 0;
  if (projection === undefined) return undefined;
  const mean = components && components.rows > 0 ? projection / components.rows : 0;
  const dense = network.layers.reduce((sum, { inputs, units }) => sum + inputs * units, 0);
  return { multiplyAdds: projection + dense, numbers: projection + mean + parameterCount(network) };
}
