import type { NetCost } from '@layerwise/contracts';
import type { Experiment } from './experiment.js';

/** What the net costs from pixels to probabilities. @returns undefined where it sees components whose projection is not known */
export function costOf({ network, features, components }: Pick<Experiment, 'network' | 'features' | 'components'>): NetCost | undefined {
  const projection = features.origin === 'components' ? components?.component.length : 0;
  if (projection === undefined) return undefined;
  const mean = components && components.rows > 0 ? projection / components.rows : 0;
  const widths = network.layers.filter(({ kind }) => kind !== 'dropout').map(({ units }) => units);
  const dense = widths.slice(1).reduce((sum, units, i) => sum + units * (widths[i] as number), 0);
  return { multiplyAdds: projection + dense, numbers: projection + mean + network.params };
}
