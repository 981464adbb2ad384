import { describe, expect, it } from 'vitest';

/** The benchmarks are plain JavaScript; what they say of their figures is tested here, never a time. */
const load = (file: string) => import(new URL(`../bench/${file}`, import.meta.url).href);

const entry = (name: string, seconds: number, figures: object[] = [{ seconds }]) => ({
  name,
  version: 'x',
  threads: 1,
  seconds,
  range: [seconds, seconds],
  cpuSeconds: seconds,
  peakMB: 10,
  repetitions: 1,
  figures,
});

describe('bench', () => {
  it('takes the middle of the repetitions, and the mean of the two middle ones', async () => {
    const { median } = await load('compare.mjs');
    expect(median([9, 1, 5])).toBe(5);
    const given = [4, 1, 3, 100];
    expect(median(given)).toBe(3.5);
    expect(given).toEqual([4, 1, 3, 100]);
  });

  it('fits the exponent of a power law', async () => {
    const { exponent } = await load('growth.mjs');
    const points = [1000, 2000, 5000, 40000].map((rows) => [rows, 3e-7 * rows ** 1.37]);
    expect(exponent(points)).toBeCloseTo(1.37, 10);
  });

  it('judges a goal by the fastest of the peers it names, whatever their order', async () => {
    const { verdicts } = await load('table.mjs');
    const entries = [
      entry('numpy', 1),
      entry('scikit-learn, full', 9),
      entry('ours', 1),
      entry('scikit-learn-intelex', 1.5),
    ];
    expect(verdicts({ key: 'pca', entries })).toEqual([
      'Goal: at least 1.6 times as fast as scikit-learn. Measured: 1.50 (scikit-learn-intelex). Not reached.',
    ]);
    expect(verdicts({ key: 'train', entries: [entry('ours', 1), entry('JAX', 1.8)] })[0]).toMatch(/Reached\.$/);
    expect(verdicts({ key: 'train', entries: [entry('ours', 1)] })).toEqual([]);
  });

  it('counts the best columns that forests share, within one program only between seeds', async () => {
    const { agreement } = await load('quality.mjs');
    const forests = (...best: number[][]) => best.map((columns) => ({ best: columns }));
    const notes = agreement([entry('ours', 1, forests([1, 2, 3], [2, 3, 4])), entry('peer', 1, forests([3, 9, 8]))]);
    expect(notes).toEqual([
      'Top-70 pixels shared by two seeds of ours: median 2, 2 to 2, of 1 pairs',
      'Top-70 pixels shared by ours and peer: median 1, 1 to 1, of 2 pairs',
    ]);
  });

  it('draws bars for rows that have both, with names made safe for SVG', async () => {
    const { plot } = await load('plot.mjs');
    const rows = [
      { key: 'pca', title: 'A & B', entries: [entry('ours', 2), entry('<peer>', 5)] },
      { key: 'x', title: 'alone', entries: [entry('ours', 2)] },
    ];
    const svg: string = plot({ pca: { rows } });
    expect(svg).toContain('A &amp; B');
    expect(svg).toContain('&lt;peer&gt;');
    expect(svg).toContain('2.50');
    expect(svg).not.toContain('alone');
    expect(svg).not.toContain('NaN');
  });

  it('reports the processor seconds of a command and what it printed when it fails', async () => {
    const { timedCommand } = await load('workspace.mjs');
    const busy = 'const end = Date.now() + 200; while (Date.now() < end); console.log("done")';
    const { output, cpuSeconds, seconds } = timedCommand([process.execPath, '-e', busy], {});
    expect(output).toBe('done\n');
    expect(cpuSeconds).toBeGreaterThan(0);
    expect(seconds).toBeGreaterThan(0);
    expect(() => timedCommand([process.execPath, '-e', 'console.error("why"); process.exit(3)'], {})).toThrow(/why/);
  });
});
