import { misshapen, Sketch } from '@layerwise/contracts';
import { describe, expect, it } from 'vitest';

const column = <T>(data: T, width = 1) => ({ data, width });

/** Activations of two rows and two classes in each split, of a net with so many hidden nodes. */
function activations(hidden: number): Sketch {
  const sketch = new Sketch();
  for (const name of ['train', 'validation', 'test']) {
    const columns = {
      id: column(Uint32Array.of(0, 1)),
      label: column(Uint16Array.of(0, 1)),
      predicted: column(Uint16Array.of(0, 0)),
      probabilities: column(new Float32Array(4), 2),
      ...(hidden > 0 && { hidden1: column(new Float32Array(2 * hidden), hidden) }),
    };
    sketch.matrix(name, { rows: 2, columns });
  }
  return sketch;
}

describe('misshapen', () => {
  it('takes activations of a net with hidden layers, and of one without', () => {
    expect(misshapen('activations', activations(3))).toEqual([]);
    expect(misshapen('activations', activations(0))).toEqual([]);
  });

  it('names a column that is not there, and a split that has other layers', () => {
    const sketch = activations(3);
    sketch.matrix('test', {
      rows: 2,
      columns: {
        id: column(Uint32Array.of(0, 1)),
        label: column(Uint16Array.of(0, 1)),
        predicted: column(Uint16Array.of(0, 0)),
      },
    });
    expect(misshapen('activations', sketch)).toEqual(['test.arrow column probabilities must be float32, is missing']);
    const other = activations(3);
    other.matrix('test', {
      rows: 2,
      columns: {
        ...Object.fromEntries(
          [...(activations(0).matrices.get('test')?.columns ?? [])].map(([name, { width }]) => [
            name,
            column(
              name === 'id'
                ? Uint32Array.of(0, 1)
                : name === 'probabilities'
                  ? new Float32Array(4)
                  : Uint16Array.of(0, 0),
              width,
            ),
          ]),
        ),
      },
    });
    expect(misshapen('activations', other)).toEqual([
      'test.arrow column hidden1 is not there, must be 3 (as in train.arrow)',
    ]);
  });
});
