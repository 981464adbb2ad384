import type { Component } from './components.js';
import type { Box } from './normalise.js';

/** The strokes of one digit. */
export interface Group extends Box {
  readonly parts: readonly Component[];
}

/** Width of a patch, over the typical height: more is a drawn line or a frame; several digits that touch are less. */
const MOST_WIDE = 6;

/**
 * Puts patches of ink together to digits: what is much smaller than a digit belongs to the digit nearby or is dirt;
 * halves of a broken digit lie one above the other and close.
 *
 * @param width of the sheet, in pixels
 */
export function groupsOf(components: readonly Component[], width: number, height: number): Group[] {
  const writing = components.filter((part) => !clutter(part, width, height));
  const typical = typicalHeight(writing);
  const least = Math.max(7, 0.4 * typical);
  const kept = writing.filter((part) => part.height <= 2.5 * typical && part.width <= MOST_WIDE * typical);
  let groups = kept.filter((part) => part.height >= least).map(single);
  groups = merged(groups, (a, b) => halves(a, b, typical));
  const fragments = kept.filter((part) => part.height < least && Math.max(part.width, part.height) >= 0.06 * typical);
  for (const fragment of joined(fragments, typical)) groups = attach(groups, fragment, typical);
  const final = typicalHeight(groups);
  return groups.filter((group) => group.height >= Math.max(7, 0.4 * final));
}

/** Edges of the paper, the table beside it, frames: what reaches the border and is long, or spans nearly the whole picture. */
function clutter(part: Component, width: number, height: number): boolean {
  const border = part.x <= 1 || part.y <= 1 || part.x + part.width >= width - 1 || part.y + part.height >= height - 1;
  const crop = Math.max(width, height) < 400;
  if (crop) return part.width >= width && part.height >= height;
  if (border && (part.width > 0.3 * width || part.height > 0.3 * height)) return true;
  return part.width > 0.97 * width && part.height > 0.97 * height;
}

/** Median height, each patch weighted by its own, so that specks do not count. */
function typicalHeight(boxes: readonly Box[]): number {
  const heights = boxes.map((box) => box.height).sort((a, b) => a - b);
  let left = heights.reduce((sum, height) => sum + height ** 2, 0) / 2;
  return heights.find((height) => (left -= height ** 2) <= 0) ?? 0;
}

function single(part: Component): Group {
  return { x: part.x, y: part.y, width: part.width, height: part.height, parts: [part] };
}

function union(a: Group, b: Group): Group {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
    parts: [...a.parts, ...b.parts],
  };
}

/** Merges pairs until none is left that `belong` together. */
function merged(groups: readonly Group[], belong: (a: Group, b: Group) => boolean): Group[] {
  const result = [...groups];
  for (let i = 0; i < result.length; i++) {
    for (let j = i + 1; j < result.length; j++) {
      if (!belong(result[i], result[j])) continue;
      result[i] = union(result[i], result[j]);
      result.splice(j, 1);
      [i, j] = [-1, result.length];
    }
  }
  return result;
}

function overlap(from: number, size: number, otherFrom: number, otherSize: number): number {
  return Math.min(from + size, otherFrom + otherSize) - Math.max(from, otherFrom);
}

/** Whether two large patches are halves of one digit. */
function halves(a: Group, b: Group, typical: number): boolean {
  const whole = union(a, b);
  const across = overlap(a.x, a.width, b.x, b.width) / Math.min(a.width, b.width);
  const down = overlap(a.y, a.height, b.y, b.height) / Math.min(a.height, b.height);
  if (across >= 0.8 && down >= 0.8) return true;
  if (whole.height > 1.35 * typical || whole.width > 1.15 * typical || across < 0.5) return false;
  if (Math.min(a.height, b.height) > 0.75 * typical && across < 0.8) return false;
  return distance(a, b) <= 0.12 * typical;
}

/** Fragments that touch nearly are one, such as the dashes of a broken bar. */
function joined(fragments: readonly Component[], typical: number): Group[] {
  return merged(
    fragments.map(single),
    (a, b) => union(a, b).width <= typical && union(a, b).height <= typical && distance(a, b) <= 0.08 * typical,
  );
}

/** Gives a fragment to the digit nearest to it; one far from all is dropped, unless it is as tall as a digit. */
function attach(groups: readonly Group[], fragment: Group, typical: number): Group[] {
  if (fragment.height >= 0.6 * typical) return [...groups, fragment];
  let [best, least] = [-1, 0.2 * typical];
  groups.forEach((group, i) => {
    const whole = union(group, fragment);
    if (whole.height > 1.5 * typical || whole.width > Math.max(1.4 * typical, 1.05 * group.width)) return;
    const away = distance(group, fragment);
    if (away < least) [best, least] = [i, away];
  });
  return groups.map((group, i) => (i === best ? union(group, fragment) : group));
}

/** Least distance between the pixels of two groups, in pixels; of boxes far apart, the boxes' distance. */
function distance(a: Group, b: Group): number {
  const gap = Math.max(-overlap(a.x, a.width, b.x, b.width), -overlap(a.y, a.height, b.y, b.height));
  if (gap > 0.25 * Math.max(a.height, b.height)) return gap;
  const [ours, theirs] = [sampled(a), sampled(b)];
  let least = Infinity;
  for (let i = 0; i < ours.length; i += 2) {
    for (let j = 0; j < theirs.length; j += 2) {
      const squared = (ours[i] - theirs[j]) ** 2 + (ours[i + 1] - theirs[j + 1]) ** 2;
      if (squared < least) least = squared;
    }
  }
  return Math.sqrt(least);
}

/** About 600 of a group's pixels as x, y pairs. */
function sampled({ parts }: Group): number[] {
  const points: number[] = [];
  for (const { pixels, stride } of parts) {
    const step = Math.max(1, Math.floor(pixels.length / 600));
    for (let i = 0; i < pixels.length; i += step) points.push(pixels[i] % stride, Math.floor(pixels[i] / stride));
  }
  return points;
}
