// Keeps the transposed weights, which carry gradients back, in step with the weights.
import { panel, panelStride } from './plan';

/** Copies rows i and (if `two`) i + 1 of panel `p` at `w` to columns i, i + 1 of the transposed matrix. */
export function transposePair(w: usize, stride: i32, i: i32, two: bool, p: i32, inputs: i32, columns: i32, transposed: usize): void {
  const down = <usize>panelStride(inputs, i >> 4);
  let out = panel(transposed, columns + 1, i >> 4) + (<usize>p << 4) * down + ((i & 15) << 2);
  const width = min(16, columns - (p << 4)) << 2;
  for (let c = 0; c < width; c += 4, out += down) {
    store<f32>(out, load<f32>(w + c));
    if (two) store<f32>(out, load<f32>(w + c + stride), 4);
  }
}

/** The whole of a layer's weights (panels of inputs + 1 rows) into its transposed matrix. */
export function transpose(weights: usize, inputs: i32, columns: i32, transposed: usize): void {
  for (let p = 0; p << 4 < columns; p++) {
    const stride = panelStride(columns, p);
    for (let i = 0; i < inputs; i += 2) {
      transposePair(
        panel(weights, inputs + 1, p) + <usize>i * stride,
        stride,
        i,
        i + 1 < inputs,
        p,
        inputs,
        columns,
        transposed,
      );
    }
  }
}
