import { layReport } from '../dist/report.js';
import { perform } from '../dist/crew/jobs.js';
import type { Done, Hands, Job } from '../dist/figures/hands.js';
import { stage } from '@layerwise/report';

/** Does every job as it is, but for drawings by Vega, of which it gives an empty frame. */
const hands: Hands = {
  width: 1,
  async do<J extends Job>(job: J): Promise<Done[J['kind']]> {
    if (job.kind !== 'drawing') return (await perform(job)) as Done[J['kind']];
    const frame = '<svg role="img" viewBox="0 0 10 10" style="max-width:10px"><g transform="translate(0,0)"></g></svg>';
    return frame as Done[J['kind']];
  },
};

/** The stage, whose figures are empty frames: for what a report says. Most of the time of a small report is Vega's. */
export const sketched: typeof stage = { ...stage, run: (context) => layReport(context, hands) };
