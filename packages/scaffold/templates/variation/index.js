import { defineStage } from '@layerwise/contracts';
import { stage as usual } from '@layerwise/default-stage';

/** The default stage of its role, to be varied: it may have parameters of its own, and do more than `usual.run`, or something else. */
export const stage = defineStage({
  ...usual,
  id: 'new-stage',
  params: { ...usual.params },
  async run(context) {
    await usual.run(context);
  },
});
