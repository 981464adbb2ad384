import { beforeAll, describe, expect, it } from 'vitest';
import { runInMemory, type MemoryArtifact } from '@layerwise/conformance';
import { fixture } from './fixture.js';
import { sketched } from './sketch.js';

const ROWS = 4000;

/** A report of a net that is right as often as `truth` says of the probability of its answer. */
async function reportOf(truth: (said: number) => number): Promise<{ output: MemoryArtifact; section: string }> {
  const inputs = fixture({ views: [], test: ROWS });
  const columns = inputs.activations.matrices.get('test')?.columns as unknown as {
    readonly label: { readonly data: Uint16Array };
    readonly predicted: { readonly data: Uint16Array };
    readonly probabilities: { readonly data: Float32Array };
  };
  // Spread evenly over 0.3 to 1, and over right and wrong, by two steps that have nothing in common.
  const wrongs = new Map<number, number>();
  for (let i = 0; i < ROWS; i++) {
    const said = 0.3 + (0.7 * ((i * 1597) % ROWS)) / ROWS;
    const bin = Math.floor(said * 10);
    const owed = (wrongs.get(bin) ?? 0.5) + 1 - truth(said);
    wrongs.set(bin, owed >= 1 ? owed - 1 : owed);
    const label = columns.label.data[i] as number;
    const answer = owed >= 1 ? (label + 1) % 10 : label;
    columns.predicted.data[i] = answer;
    for (let c = 0; c < 10; c++) columns.probabilities.data[10 * i + c] = c === answer ? said : (1 - said) / 9;
  }
  const { output } = await runInMemory(sketched, { params: { interactive: false }, inputs });
  const text = new TextDecoder().decode(output.blobs.get('index.html'));
  return { output, section: /<section id="trust"[^]*?<\/section>/.exec(text)?.[0] ?? '' };
}

/** Cells of the table of limits, by its first cell. */
const limits = (section: string): Map<string, string[]> =>
  new Map(
    [...section.matchAll(/<tr><th scope="row">([\d.]+%)<\/th>(.*?)<\/tr>/g)].map(([, limit, cells]) => [
      limit as string,
      [...(cells as string).matchAll(/<td>(.*?)<\/td>/g)].map((cell) => cell[1] as string),
    ]),
  );

describe('the chapter on trust', () => {
  let overconfident: Awaited<ReturnType<typeof reportOf>>;
  beforeAll(async () => {
    overconfident = await reportOf((said) => said - 0.1);
  });

  it('says by how much a net is too sure, and that it is more than chance', () => {
    const [, off, chance, deviation] =
      /The net is too sure: its probabilities are off by ([\d.]+) points on average, where chance would explain ([\d.]+) ± ([\d.]+)/.exec(
        overconfident.section,
      ) ?? [];
    expect(Number(off)).toBeCloseTo(10, 0);
    // By simulation of what chance gives: in each bin as many throws of a coin as it has answers.
    let state = 7;
    const random = (): number => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8) / 2 ** 24;
    const trials = Array.from({ length: 300 }, () => {
      let error = 0;
      for (let bin = 3; bin < 10; bin++) {
        const rows = Math.round(ROWS / 7);
        const p = bin / 10 + 0.05;
        let right = 0;
        for (let i = 0; i < rows; i++) if (random() < p) right++;
        error += Math.abs(right / rows - p) / 7;
      }
      return 100 * error;
    });
    const mean = trials.reduce((a, b) => a + b, 0) / trials.length;
    const spread = Math.sqrt(trials.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (trials.length - 1));
    expect(Number(chance)).toBeCloseTo(mean, 0);
    expect(Math.abs(Number(chance) - mean)).toBeLessThan(0.15);
    expect(Math.abs(Number(deviation) - spread)).toBeLessThan(0.1);
  });

  it('calls true probabilities true, and finds a net that is not sure enough', async () => {
    expect((await reportOf((said) => said)).section).toMatch(/off by \d\.\d+ points on average, which chance explains/);
    expect((await reportOf((said) => Math.min(1, said + 0.1))).section).toContain('The net is not sure enough');
  });

  it('counts what a limit takes, and the errors it leaves', () => {
    const table = limits(overconfident.section);
    expect([...table.keys()]).toEqual(['50%', '80%', '90%', '95%', '99%', '99.9%']);
    for (const limit of [0.5, 0.8, 0.9]) {
      const [taken, share, wrong, error] = table.get(`${limit * 100}%`) ?? [];
      const expected = (ROWS * (1 - limit)) / 0.7;
      expect(Number(taken?.replace(',', ''))).toBeCloseTo(expected, -1);
      expect(Number(share?.replace('%', ''))).toBeCloseTo((100 * expected) / ROWS, 0);
      // Above the limit the net says (1 + limit) / 2 on average, and is right a tenth less often.
      expect(Number(error?.replace('%', ''))).toBeCloseTo(100 * (1 - ((1 + limit) / 2 - 0.1)), 0);
      const [all, wrongs] = [taken, wrong].map((text) => Number(text?.replace(',', ''))) as [number, number];
      expect((100 * wrongs) / all).toBeCloseTo(Number(error?.replace('%', '')), 1);
    }
  });

  it('draws the bins, whose numbers are kept', () => {
    const { output } = overconfident;
    const [images, said, right] = ['images', 'probability', 'right'].map((name) =>
      Array.from(output.tables.get('figures/reliability')?.[name]?.values as ArrayLike<number>),
    ) as [number[], number[], number[]];
    expect(images.reduce((a, b) => a + b, 0)).toBe(ROWS);
    expect(images).toHaveLength(7);
    said.forEach((value, i) => expect(right[i]).toBeCloseTo(value - 0.1, 1));
    expect(output.files).toContain('figures/reliability.svg');
  });
});
