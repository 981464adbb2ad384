import type { Job, Done } from '../figures/hands.js';

/** Does a job; the result depends on nothing but the job. Modules are loaded when a job first needs them. */
export async function perform(job: Job): Promise<Done[Job['kind']]> {
  switch (job.kind) {
    case 'drawing':
      return (await import('../figures/svg.js')).svgOf(job);
    case 'boxes':
      return (await import('../analysis/boxes.js')).layerBoxes(job.data, job.width, job.groupings, job.classes, [
        job.from,
        job.to,
      ]);
    case 'reference':
      return (await import('../data/pad-novelty.js')).packReference(job);
    case 'cloud': {
      const { rasterize } = await import('../figures/raster.js');
      const { encodeIndexedPng } = await import('@layerwise/images/indexed-png');
      const image = rasterize(job.cloud);
      return { image, png: encodeIndexedPng(image) };
    }
    case 'png':
      return (await import('@layerwise/images/indexed-png')).encodeIndexedPng(job.image);
  }
}
