/** PCA of the training rows keeping 95% of the variance, and their projection. */
import { fitPca, project } from '@layerwise/kernels/pca';
import { options, serve, timed, trainingRows } from './contender.mjs';

const { pixels, rows } = trainingRows();
const matrix = { data: pixels, rows, columns: 784 };
const pool = { workers: options.threads, scale: { factor: 1 / 255, offset: 0 } };

await serve(async () => {
  let fitSeconds = 0;
  const { value: model, ...time } = await timed(async () => {
    const fitted = await timed(() => fitPca(matrix, { variance: 0.95 }, pool));
    fitSeconds = fitted.seconds;
    await project(fitted.value, matrix, pool);
    return fitted.value;
  });
  const ratios = model.spectrum.slice(0, model.count).map((variance) => variance / model.total);
  return {
    ...time,
    fitSeconds,
    components: model.count,
    explained: ratios.reduce((sum, ratio) => sum + ratio, 0),
    ratios: [...ratios.subarray(0, 3)],
  };
});
