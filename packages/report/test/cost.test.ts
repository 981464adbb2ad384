import type { ComparisonInfo, MatrixTable } from '@layerwise/contracts';
import { runInMemory, type MemoryArtifact } from '@layerwise/conformance';
import { describe, expect, it } from 'vitest';
import { fixture } from './fixture.js';
import { sketched } from './sketch.js';

const made = async (inputs: ReturnType<typeof fixture>): Promise<{ info: ComparisonInfo; text: string }> => {
  const { output } = await runInMemory(sketched, { params: { study: 'a', experiment: 'b' }, inputs });
  return {
    info: await output.json<ComparisonInfo>('comparison'),
    text: new TextDecoder().decode(output.blobs.get('index.html')),
  };
};

/** Numbers in the net's tensors, of matrices alone and of all: a product is made for each number of a matrix. */
function tensors(model: MemoryArtifact): { products: number; numbers: number } {
  const { weightsManifest } = model.values.get('model') as { weightsManifest: { weights: { shape: number[] }[] }[] };
  const sizes = weightsManifest
    .flatMap(({ weights }) => weights)
    .map(({ shape }) => ({ matrix: shape.length === 2, size: shape.reduce((a, b) => a * b, 1) }));
  return {
    products: sizes.filter(({ matrix }) => matrix).reduce((sum, { size }) => sum + size, 0),
    numbers: sizes.reduce((sum, { size }) => sum + size, 0),
  };
}

describe('what a report says that a net costs', () => {
  it('is with the projection where the net sees components', async () => {
    const inputs = fixture({ origin: 'components', hidden: [9], views: [], train: 120 });
    const { products, numbers } = tensors(inputs.model);
    const components = (inputs.features.matrices.get('components') as MatrixTable).columns['component']?.data
      .length as number;
    const mean = (inputs.features.matrices.get('mean') as MatrixTable).columns['mean']?.data.length as number;
    const { info, text } = await made(inputs);
    expect(info.cost).toEqual({ multiplyAdds: products + components, numbers: numbers + components + mean });
    const comma = (n: number): string => n.toLocaleString('en-US');
    expect(text).toContain(`20 inputs, and ${comma(components + mean)} numbers of their projection`);
    expect(text).toContain(
      `with the projection on them it is ${comma(numbers + components + mean)} numbers to ship, and ${comma(products + components)} multiply-adds an image.`,
    );
  });

  it('is no more for a choice of pixels, and that of the net alone for all of them', async () => {
    for (const origin of ['selected', 'pixels'] as const) {
      const inputs = fixture({ origin, hidden: [9, 3], views: [], train: 120 });
      const { products, numbers } = tensors(inputs.model);
      const { info, text } = await made(inputs);
      expect(info.cost).toEqual({ multiplyAdds: products, numbers });
      expect(text).not.toContain('of their projection');
    }
  });
});

describe('what a report says for comparisons', () => {
  it('has the images of each split, and whether those of validation are those of the test', async () => {
    const inputs = fixture({ train: 120, validation: 40, test: 50, views: [] });
    expect((await made(inputs)).info).toMatchObject({
      rows: { train: 120, validation: 40, test: 50 },
      validatesOnTest: false,
    });
    const onTest = fixture({ train: 120, validation: 0, test: 50, views: [] });
    onTest.activations.matrices.set('validation', onTest.activations.matrices.get('test') as MatrixTable);
    expect((await made(onTest)).info).toMatchObject({
      rows: { train: 120, validation: 50, test: 50 },
      validatesOnTest: true,
    });
  });
});
