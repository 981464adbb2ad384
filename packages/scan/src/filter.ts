import { transpose, type Grey } from '@layerwise/images';

/** Largest (or smallest) value within `radius` pixels along rows and columns: a square window, clipped at the borders. */
export function extreme({ width, height, data }: Grey, radius: number, kind: 'max' | 'min'): Grey {
  const across = extremeRows(data, height, width, radius, kind);
  const down = extremeRows(transpose(across, height, width), width, height, radius, kind);
  return { width, height, data: transpose(down, width, height) };
}

/** Sliding extreme of each row by a queue of candidates (Lemire 2006): a few comparisons a pixel, whatever the radius. */
function extremeRows(
  data: Float32Array,
  rows: number,
  columns: number,
  radius: number,
  kind: 'max' | 'min',
): Float32Array {
  const sign = kind === 'max' ? 1 : -1;
  const result = new Float32Array(data.length);
  const queue = new Int32Array(columns);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let [head, tail] = [0, 0];
    for (let x = 0; x < columns + radius; x++) {
      if (x < columns) {
        const value = sign * data[start + x];
        while (tail > head && sign * data[start + queue[tail - 1]] <= value) tail--;
        queue[tail++] = x;
      }
      const centre = x - radius;
      if (centre < 0) continue;
      if (queue[head] < centre - radius) head++;
      result[start + centre] = data[start + queue[head]];
    }
  }
  return result;
}

/** Mean within `radius` pixels along rows and columns, clipped at the borders. */
export function blur({ width, height, data }: Grey, radius: number): Grey {
  if (radius < 1) return { width, height, data };
  const across = blurRows(data, height, width, radius);
  const down = blurRows(transpose(across, height, width), width, height, radius);
  return { width, height, data: transpose(down, width, height) };
}

function blurRows(data: Float32Array, rows: number, columns: number, radius: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    let [sum, count] = [0, 0];
    for (let x = 0; x < columns + radius; x++) {
      if (x < columns) {
        sum += data[start + x];
        count++;
      }
      const centre = x - radius;
      if (centre < 0) continue;
      if (centre - radius > 0) {
        sum -= data[start + centre - radius - 1];
        count--;
      }
      result[start + centre] = sum / count;
    }
  }
  return result;
}
