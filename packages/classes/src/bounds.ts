import type { Warning } from '@layerwise/contracts';
import type { Ground } from './jobs.js';
import { methodOf } from './line.js';
import { fewerOfMany } from './removal.js';
import { secantSteps } from './secants.js';

/** What is said of a net for which there is no time to look at everything. */
export function boundsWarning({ subject, params, most, removals }: Ground): Warning | undefined {
  const { net } = subject;
  const layers = removals.length;
  const skipped = removals.filter(({ rows }) => rows === 0).length;
  const fewer = removals.filter(({ rows, draws }) => rows > 0 && draws < fewerOfMany(params.draws, net.classes)).length;
  const of = (count: number): string => `those of ${count} of the ${layers} hidden layers`;
  const said = [
    methodOf(net) === 'secants' &&
      `evidence comes from secants of ${secantSteps(net)} steps, averaged over at most ${most} images of a class`,
    fewer > 0 && `nodes are removed in fewer random draws, ${of(fewer)}`,
    skipped > 0 && `nodes are not removed at all, ${of(skipped)}`,
  ].filter((part) => part !== false);
  if (said.length === 0) return undefined;
  return { code: 'WORK_BOUNDED', message: `classes: since the net is deep, ${said.join('; ')}` };
}
