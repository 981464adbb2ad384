import type { LayerWeights } from './network.js';

/**
 * Matrices in panels of 16 columns, one after the other, each row by row; the last panel is as narrow as a multiple
 * of 4 allows. Column j of row r stands at 16 rows (j >> 4) + r w + (j & 15), where w is its panel's width.
 */
export function panelCount(columns: number): number {
  return Math.ceil(columns / 16);
}

/** Columns of panel `p`: 16, or 4, 8 or 12 in the last. */
export function panelWidth(columns: number, p: number): number {
  return Math.min(16, Math.ceil((columns - 16 * p) / 4) * 4);
}

/** How many floats such a matrix takes. */
export function panelFloats(rows: number, columns: number): number {
  return rows * Math.ceil(columns / 4) * 4;
}

/** Writes a layer (kernel in x out, bias as row `in`) into panels; the padding stays as it is. */
export function packLayer({ kernel, bias }: LayerWeights, inputs: number, units: number, panels: Float32Array): void {
  for (let p = 0; p < panelCount(units); p++) {
    const width = panelWidth(units, p);
    const base = 16 * p * (inputs + 1);
    const real = Math.min(16, units - 16 * p);
    for (let i = 0; i < inputs; i++)
      panels.set(kernel.subarray(i * units + 16 * p, i * units + 16 * p + real), base + i * width);
    panels.set(bias.subarray(16 * p, 16 * p + real), base + inputs * width);
  }
}

/** Reads a layer out of its panels. */
export function unpackLayer(panels: Float32Array, inputs: number, units: number): LayerWeights {
  const kernel = new Float32Array(inputs * units);
  const bias = new Float32Array(units);
  for (let p = 0; p < panelCount(units); p++) {
    const width = panelWidth(units, p);
    const base = 16 * p * (inputs + 1);
    const real = Math.min(16, units - 16 * p);
    for (let i = 0; i < inputs; i++)
      kernel.set(panels.subarray(base + i * width, base + i * width + real), i * units + 16 * p);
    bias.set(panels.subarray(base + inputs * width, base + inputs * width + real), 16 * p);
  }
  return { kernel, bias };
}
