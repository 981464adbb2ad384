import type { Box } from './normalise.js';

/**
 * Boxes in reading order: rows from top to bottom, each from left to right. A box joins the row whose last box to its
 * left it overlaps most in height, so that tilted rows stay together.
 *
 * @returns for each row, its boxes; every box once
 */
export function readingRows<B extends Box>(boxes: readonly B[]): B[][] {
  const rows: B[][] = [];
  for (const box of [...boxes].sort((a, b) => a.x + a.width / 2 - (b.x + b.width / 2))) {
    let [best, most] = [-1, 0.4];
    rows.forEach((row, i) => {
      const last = row[row.length - 1];
      const shared = Math.min(last.y + last.height, box.y + box.height) - Math.max(last.y, box.y);
      const share = shared / Math.min(last.height, box.height);
      if (share > most) [best, most] = [i, share];
    });
    if (best < 0) rows.push([box]);
    else rows[best].push(box);
  }
  return rows.sort(byHeight);
}

/**
 * Rows that share columns are compared where they do, others by their means: with tilt, the left end of a lower row may lie above the
 * right end of an upper one.
 */
function byHeight(a: readonly Box[], b: readonly Box[]): number {
  const [first, second] = [nearestPair(a, b), nearestPair(b, a)];
  return first.y + first.height / 2 - (second.y + second.height / 2);
}

/** The box of `row` that lies nearest, across, to any of `other`. */
function nearestPair(row: readonly Box[], other: readonly Box[]): Box {
  let [best, least] = [row[0], Infinity];
  for (const box of row) {
    for (const { x, width } of other) {
      const away = Math.abs(box.x + box.width / 2 - x - width / 2);
      if (away < least) [best, least] = [box, away];
    }
  }
  return best;
}
