import { transpose, type Grey } from '@layerwise/images';

/** Parts that the sheet's width is cut into; a ruled line is straight enough within one. */
const STRIPS = 24;
/** Share of the strips that a line must show in. */
const SHOWN = 0.5;
/** Share of a strip's columns that a line must cover. */
const COVERED = 0.85;
/** Slopes tried, in rows a column: about 7 degrees to either side. */
const SLOPES = Array.from({ length: 17 }, (_, i) => (i - 8) * 0.015);

/**
 * Finds printed lines of ruled or squared paper, level and upright, and says which of their pixels to erase: those where
 * the ink is no taller than the line and no darker than it, so that writing across a line stays whole
 * (run-length criterion, as in staff-line removal, Carter and Bacon 1992).
 *
 * @param level ink above this counts
 * @returns uint8[width * height], 1 = erase; undefined if there are no lines
 */
export function ruledLines(ink: Grey, level: number): Uint8Array | undefined {
  const level1 = eraseLevel(ink, level);
  const transposed = eraseLevel(
    { width: ink.height, height: ink.width, data: transpose(ink.data, ink.height, ink.width) },
    level,
  );
  if (!level1 && !transposed) return undefined;
  const erased = level1 ?? new Uint8Array(ink.data.length);
  if (transposed) {
    for (let i = 0; i < transposed.length; i++)
      if (transposed[i]) erased[(i % ink.height) * ink.width + Math.floor(i / ink.height)] = 1;
  }
  return erased;
}

/** One line: the row of its middle in each strip, NaN where it is hidden. */
type Line = Float64Array;

function eraseLevel(ink: Grey, level: number): Uint8Array | undefined {
  const strip = Math.floor(ink.width / STRIPS);
  if (strip < 8) return undefined;
  const slope = bestSlope(ink, level, strip);
  const lines = chains(pieces(ink, level, strip, SLOPES[slope]), strip * SLOPES[slope], Math.max(3, 0.04 * strip));
  if (lines.length === 0) return undefined;
  const erased = new Uint8Array(ink.data.length);
  for (const line of lines) erase(ink, level, line, strip, erased);
  return erased;
}

/** The slope at which most strips show lines. */
function bestSlope(ink: Grey, level: number, strip: number): number {
  const counts = SLOPES.map((slope) => pieces(ink, level, strip, slope).reduce((sum, rows) => sum + rows.length, 0));
  return counts.reduce(
    (best, count, i) =>
      count > counts[best] || (count === counts[best] && Math.abs(i - 8) < Math.abs(best - 8)) ? i : best,
    8,
  );
}

/** Per strip, the rows (at the strip's middle) along which a thin level line runs: ink within a row of it in nearly every column. */
function pieces(ink: Grey, level: number, strip: number, slope: number): number[][] {
  const { width, height, data } = ink;
  const thick = Math.max(4, Math.round(0.012 * Math.min(width, height)));
  return Array.from({ length: STRIPS }, (_, s) => {
    const cover = new Float32Array(height);
    const shifts = Array.from({ length: strip }, (__, i) => Math.round(slope * (i - strip / 2)));
    shifts.forEach((shift, i) => {
      const x = s * strip + i;
      let last = -1;
      for (let y = 0; y < height; y++) {
        if (data[y * width + x] <= level) continue;
        for (let row = Math.max(last + 1, y - shift - 1, 0); row <= Math.min(height - 1, y - shift + 1); row++)
          cover[row] = cover[row] + 1 / strip;
        last = y - shift + 1;
      }
    });
    return coveredRuns(cover).filter((row) => thin(ink, level, s * strip, shifts, Math.round(row), thick));
  });
}

/** Middles of the runs of rows that are covered. */
function coveredRuns(cover: Float32Array): number[] {
  const found: number[] = [];
  for (let y = 0; y < cover.length; y++) {
    if (cover[y] < COVERED) continue;
    const start = y;
    while (y + 1 < cover.length && cover[y + 1] >= COVERED) y++;
    found.push((start + y) / 2);
  }
  return found;
}

/** Whether at least a third of a strip's columns have no more than `thick` pixels of ink on end at the row: elsewhere writing may cross. */
function thin(
  { width, height, data }: Grey,
  level: number,
  left: number,
  shifts: readonly number[],
  row: number,
  thick: number,
): boolean {
  const few = shifts.filter((shift, i) => {
    let count = 0;
    for (let y = Math.max(0, row + shift - thick); y <= Math.min(height - 1, row + shift + thick); y++)
      if (data[y * width + left + i] > level) count++;
    return count > 0 && count <= thick;
  });
  return few.length >= shifts.length / 3;
}

/** Joins pieces of neighbouring strips to lines: the next one is looked for where the slope leads, over gaps of up to five strips. */
function chains(strips: number[][], rise: number, tolerance: number): Line[] {
  const left = strips.map((rows) => [...rows]);
  const lines: Line[] = [];
  for (let s = 0; s < strips.length; s++) {
    for (const row of left[s]) {
      const line = new Float64Array(strips.length).fill(NaN);
      line[s] = row;
      let [at, last] = [row, s];
      for (let next = s + 1; next < strips.length && next - last <= 6; next++) {
        const wanted = at + rise * (next - last);
        const rows = left[next];
        const index = rows.findIndex((candidate) => Math.abs(candidate - wanted) <= tolerance);
        if (index < 0) continue;
        at = rows[index];
        last = next;
        line[next] = at;
        rows.splice(index, 1);
      }
      if (line.filter((value) => !Number.isNaN(value)).length >= SHOWN * strips.length) lines.push(line);
    }
  }
  return lines;
}

/** Marks the pixels of one line. */
function erase({ width, height, data }: Grey, level: number, line: Line, strip: number, erased: Uint8Array): void {
  const runs: { x: number; top: number; bottom: number; dark: number }[] = [];
  for (let x = 0; x < width; x++) {
    const row = rowAt(line, x, strip);
    const run = runNear(data, width, height, x, row, level);
    if (run) runs.push({ x, ...run });
  }
  const thickness = middle(runs.map(({ top, bottom }) => bottom - top + 1));
  const dark = middle(runs.map((run) => run.dark));
  const spread = middle(runs.map((run) => Math.abs(run.dark - dark)));
  const tooDark = dark + Math.max(0.12, 4 * spread);
  for (const { x, top, bottom } of runs) {
    if (bottom - top + 1 > 1.6 * thickness + 1) continue;
    for (let y = Math.max(0, top - 1); y <= Math.min(height - 1, bottom + 1); y++)
      if (data[y * width + x] < tooDark) erased[y * width + x] = 1;
  }
}

/** The row of the line's middle in column x, by straight lines between the strips that show it. */
function rowAt(line: Line, x: number, strip: number): number {
  const at = x / strip - 0.5;
  let before = -1;
  let after = -1;
  line.forEach((row, s) => {
    if (Number.isNaN(row)) return;
    if (s <= at) before = s;
    else if (after < 0) after = s;
  });
  if (before < 0) [before, after] = [after, line.findIndex((row, s) => s > after && !Number.isNaN(row))];
  else if (after < 0) [before, after] = [line.findLastIndex((row, s) => s < before && !Number.isNaN(row)), before];
  const [low, high] = [line[before], line[after]];
  return low + ((at - before) / (after - before)) * (high - low);
}

/** The upright run of ink nearest to a row, no further than three pixels from it. */
function runNear(
  data: Float32Array,
  width: number,
  height: number,
  x: number,
  row: number,
  level: number,
): { top: number; bottom: number; dark: number } | undefined {
  for (const step of [0, -1, 1, -2, 2, -3, 3]) {
    const y = Math.round(row) + step;
    if (y < 0 || y >= height || data[y * width + x] <= level) continue;
    let [top, bottom, dark] = [y, y, 0];
    while (top > 0 && data[(top - 1) * width + x] > level) top--;
    while (bottom < height - 1 && data[(bottom + 1) * width + x] > level) bottom++;
    for (let at = top; at <= bottom; at++) dark = Math.max(dark, data[at * width + x]);
    return { top, bottom, dark };
  }
  return undefined;
}

function middle(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}
