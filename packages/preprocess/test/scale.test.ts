import type { Affine } from '@layerwise/contracts';
import { fitScale } from '@layerwise/preprocess';
import { describe, expect, it } from 'vitest';

// 4 rows of 3 columns; the second one is constant
const pixels = Uint8Array.of(0, 7, 255, 51, 7, 0, 102, 7, 5, 204, 7, 10);

function apply({ factor, offset }: Affine, columns: number): number[] {
  const at = (value: number | readonly number[], column: number): number =>
    typeof value === 'number' ? value : value[column]!;
  return Array.from(pixels, (value, i) => value * at(factor, i % columns) + at(offset, i % columns));
}

describe('fitScale', () => {
  it('divides by 255, or leaves as it is', async () => {
    expect(await fitScale('by255', [pixels], 3)).toEqual({ factor: 1 / 255, offset: 0 });
    expect(await fitScale('none', [pixels], 3)).toEqual({ factor: 1, offset: 0 });
  });

  it('scales each column as scikit-learn 1.9 MinMaxScaler does', async () => {
    // MinMaxScaler().fit_transform(pixels.reshape(4, 3).astype(float))
    const expected = [0, 0, 1, 0.25, 0, 0, 0.5, 0, 0.0196078431372549, 1, 0, 0.0392156862745098];
    apply(await fitScale('minmax', [pixels], 3), 3).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 14));
  });

  it('scales each column as scikit-learn 1.9 StandardScaler does', async () => {
    // StandardScaler().fit_transform(pixels.reshape(4, 3).astype(float))
    const expected = [
      -1.1832159566199232, 0.0, 1.7311277854902347, -0.50709255283711, 0.0, -0.6232060027764845, 0.1690308509457033,
      0.0, -0.5770425951634116, 1.5212776585113297, 0.0, -0.5308791875503387,
    ];
    apply(await fitScale('standard', [pixels], 3), 3).forEach((value, i) =>
      expect(value).toBeCloseTo(expected[i]!, 13),
    );
  });

  it('has a stated answer for no rows', async () => {
    for (const scale of ['minmax', 'standard'] as const)
      expect(await fitScale(scale, [], 2)).toEqual({ factor: [1, 1], offset: [0, 0] });
  });

  it('is finite for one row', async () => {
    for (const scale of ['minmax', 'standard'] as const) {
      const { factor, offset } = await fitScale(scale, [Uint8Array.of(0, 9)], 2);
      expect(factor).toEqual([1, 1]);
      expect(offset).toEqual([0, -9]);
    }
  });
});
