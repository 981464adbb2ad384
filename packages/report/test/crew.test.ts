import { describe, expect, it } from 'vitest';
import { encodeIndexedPng, type IndexedImage } from '@layerwise/images/indexed-png';
import { Crew } from '../dist/crew/crew.js';
import { historyDrawing } from '../dist/figures/history.js';
import { draw } from '../dist/figures/vega.js';

const image: IndexedImage = {
  width: 5,
  height: 3,
  pixels: Uint8Array.from({ length: 15 }, (_, i) => i % 4),
  palette: [0, 80, 160, 240].map((grey) => [grey, grey, grey, 255] as const),
};
const STOPPED = 'the stage was stopped before it finished';
const history = {
  epoch: { type: 'int32', values: Int32Array.of(1, 2, 3) },
  loss: { type: 'float64', values: Float64Array.of(0.9, 0.4, 0.3) },
  valLoss: { type: 'float64', values: Float64Array.of(0.8, 0.5, 0.6) },
} as const;

async function withCrew<T>(workers: number, work: (crew: Crew, abort: AbortController) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const crew = Crew.open(workers, abort.signal);
  try {
    return await work(crew, abort);
  } finally {
    await crew.close();
  }
}

describe.each([1, 2])('with %d workers', (workers) => {
  it('jobs give what they give alone, whatever is asked for between', async () => {
    const [first, drawn, second] = await withCrew(workers, (crew) =>
      Promise.all([
        crew.do({ kind: 'png', image }),
        draw(historyDrawing(history, 'loss', 2, 'losses'), crew),
        crew.do({ kind: 'png', image: { ...image, pixels: image.pixels.toReversed() } }),
      ]),
    );
    expect(Buffer.from(first)).toEqual(Buffer.from(encodeIndexedPng(image)));
    expect(second).not.toEqual(first);
    expect(drawn.file).toContain('aria-label="losses"');
    expect(drawn.file.match(/<path/g)?.length).toBeGreaterThan(3);
  });

  it('a job that fails says why, and the next is done', async () => {
    await withCrew(workers, async (crew) => {
      const broken = crew.do({ kind: 'drawing', name: 'broken', alt: '', spec: { mark: 'nonsense' } });
      const sound = crew.do({ kind: 'png', image });
      await expect(broken).rejects.toThrow(/reading 'filled'/);
      expect(Buffer.from(await sound)).toEqual(Buffer.from(encodeIndexedPng(image)));
    });
  });

  it('no job is done after an abort, and those under way end with its reason', async () => {
    await withCrew(workers, async (crew, abort) => {
      const under = crew.do({ kind: 'png', image });
      const ended = workers > 1 ? expect(under).rejects.toThrow(STOPPED) : under;
      abort.abort(new Error('of no use any more'));
      await ended;
      await expect(crew.do({ kind: 'png', image })).rejects.toThrow(STOPPED);
    });
  });
});

it('a drawing has the same bytes, whoever draws it', async () => {
  const file = async (workers: number): Promise<string> =>
    (await withCrew(workers, (crew) => draw(historyDrawing(history, 'loss', 2, 'losses'), crew))).file;
  expect(await file(2)).toBe(await file(1));
});
