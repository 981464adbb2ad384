import { contributions, respond, type TrainedNet } from '@layerwise/nets';
import { describe, expect, it } from 'vitest';
import { NETS } from './made.js';

const image = Uint8Array.from({ length: 784 }, (_, i) => (i * 31) % 256);

describe('respond', () => {
  it('refuses an image of another size', () => {
    expect(() => respond(NETS[0]!, new Uint8Array(100))).toThrow('an image for pixels must have 784 pixels, got 100');
  });
  it('gives probabilities that sum to 1', () => {
    for (const net of NETS) expect(respond(net, image).probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  });
});

describe('contributions', () => {
  it('of the last hidden layer and the bias add up to the logit', () => {
    for (const net of NETS.filter(({ net }) => net.layers.length > 1)) {
      const response = respond(net, image);
      const last = contributions(net, response, 4).at(-1)!;
      expect(last.reduce((sum, value) => sum + value, net.net.layers.at(-1)!.bias[4]!)).toBeCloseTo(
        response.logits[4]!,
        9,
      );
    }
  });

  it('of an earlier layer are output times the gradient of the logit, as a difference quotient has it', () => {
    const net = NETS[2]!;
    const response = respond(net, image);
    const tail: TrainedNet = { ...net, net: { ...net.net, layers: net.net.layers.slice(1) } };
    const given = contributions(net, response, 7)[0]!;
    const logit = (node: number, by: number): number => {
      const values = Array.from(response.hidden[0]!);
      values[node]! += by;
      return exactLogit(tail, values, 7);
    };
    for (const node of [0, 5, 19])
      expect(given[node]!).toBeCloseTo(
        (response.hidden[0]![node]! * (logit(node, 1e-4) - logit(node, -1e-4))) / 2e-4,
        5,
      );
  });
});

/** The logit of a sigmoid layer and an output layer, written out. */
function exactLogit({ net: { layers } }: TrainedNet, values: readonly number[], target: number): number {
  const [hidden, output] = [layers[0]!, layers[1]!];
  const H = hidden.bias.length;
  const mid = Array.from(
    hidden.bias,
    (b, o) => 1 / (1 + Math.exp(-values.reduce((sum, value, i) => sum + value * hidden.kernel[i * H + o]!, b))),
  );
  return mid.reduce(
    (sum, value, i) => sum + value * output.kernel[i * output.bias.length + target]!,
    output.bias[target]!,
  );
}
