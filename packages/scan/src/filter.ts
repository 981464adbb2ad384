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
        const value = sign * (data[start + x] as number);
        while (tail > head && sign * (data[start + (queue[tail - 1] as number)] as number) <= value) tail--;
        queue[tail++] = x;
      }
      const centre = x - radius;
      if (centre < 0) continue;
      if ((queue[head] as number) < centre - radius) head++;
      result[start + centre] = data[start + (queue[head] as number)] as number;
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
        sum += data[start + x] as number;
        count++;
      }
      const centre = x - radius;
      if (centre < 0) continue;
      if (centre - radius > 0) {
        sum -= data[start + centre - radius - 1] as number;
        count--;
      }
      result[start + centre] = sum / count;
    }
  }
  return result;
}

/** A grey picture stretched to width x height, bilinearly. */
export function stretch(grey: Grey, width: number, height: number): Grey {
  const data = new Float32Array(width * height);
  const [sx, sy] = [grey.width / width, grey.height / height];
  for (let y = 0; y < height; y++) {
    const cy = Math.min(grey.height - 1, Math.max(0, (y + 0.5) * sy - 0.5));
    const y0 = Math.floor(cy);
    const [top, bottom, fy] = [y0 * grey.width, Math.min(grey.height - 1, y0 + 1) * grey.width, cy - y0];
    for (let x = 0; x < width; x++) {
      const cx = Math.min(grey.width - 1, Math.max(0, (x + 0.5) * sx - 0.5));
      const x0 = Math.floor(cx);
      const [x1, fx] = [Math.min(grey.width - 1, x0 + 1), cx - x0];
      const above = (1 - fx) * (grey.data[top + x0] as number) + fx * (grey.data[top + x1] as number);
      const below = (1 - fx) * (grey.data[bottom + x0] as number) + fx * (grey.data[bottom + x1] as number);
      data[y * width + x] = (1 - fy) * above + fy * below;
    }
  }
  return { width, height, data };
}
