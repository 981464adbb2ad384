import type { Grey } from '@layerwise/images';
import type { Component } from './components.js';
import type { Cut } from './cut-out.js';
import type { Group } from './group.js';
import { seamsOf, type Seam } from './seam.js';

/** How much an image in the form of the training images looks like one digit: 0 not at all, 1 like one of them. */
export type Judge = (pixels: Uint8Array) => number;

/** One digit, whole or cut off its neighbours. */
export interface Piece extends Cut {
  readonly touching?: 'cut' | 'wide';
}

/** Width over height from which a group may be several digits, can hardly be one, and is none. */
const SUSPECT = 0.95;
const HARDLY = 1.25;
const NEVER = 1.45;
/** Digits at most in a group. */
const MOST = 6;
/** A digit's width over the group's height. */
const NARROWEST = 0.08;
const WIDEST = 1.15;
/** How much the parts must look like digits. */
const LEAST = 0.5;
/** How much more the parts must look like digits than a group that is just suspect; less the wider it is. */
const GAIN = 0.3;

/**
 * Cuts a group that is wide for one digit where its parts look more like digits than the whole: seams of little ink from
 * top to bottom, and of all partitions by some of them the one whose parts look best on average (over-segmentation and
 * recognition, Casey and Lecolinet 1996). A seam crosses one stroke; two only where the group cannot be a single 0.
 *
 * @param see a piece in the form of the training images
 * @returns the group itself, flagged `wide` where it can hardly be one digit, or its pieces from left to right
 */
export function splitTouching(ink: Grey, group: Group, see: (piece: Piece) => Uint8Array, judge?: Judge): Piece[] {
  const shape = group.width / group.height;
  const whole: Piece = shape >= HARDLY ? { ...group, touching: 'wide' } : group;
  if (!judge || shape < SUSPECT) return [whole];
  const seams = seamsOf(ink, group).filter(({ strokes }) => strokes <= (shape >= NEVER ? 2 : 1));
  if (seams.length === 0) return [whole];
  const edges: readonly (Seam | undefined)[] = [undefined, ...seams, undefined];
  const found = new Map<string, { piece: Piece; score: number } | undefined>();
  const between = (from: number, to: number): { piece: Piece; score: number } | undefined => {
    const key = `${from} ${to}`;
    if (!found.has(key)) {
      const piece = pieceOf(group, edges[from], edges[to]);
      const fits =
        piece &&
        piece.width <= WIDEST * group.height &&
        piece.width >= NARROWEST * group.height &&
        piece.height >= 0.5 * group.height;
      found.set(key, fits ? { piece, score: judge(see(piece)) } : undefined);
    }
    return found.get(key);
  };
  const best = partition(edges.length - 1, between);
  if (!best || best.score < LEAST) return [whole];
  const asOne = shape >= HARDLY ? 0 : judge(see(group)) + (GAIN * (HARDLY - shape)) / (HARDLY - SUSPECT);
  if (best.score < asOne) return [whole];
  return best.pieces.map((piece) => ({ ...piece, touching: 'cut' }));
}

type Scored = { readonly piece: Piece; readonly score: number };

/**
 * The partition into 2 to {@link MOST} pieces with the largest mean score, by dynamic programming for each number of pieces.
 * @param last number of the last edge
 */
function partition(
  last: number,
  between: (from: number, to: number) => Scored | undefined,
): { score: number; pieces: Piece[] } | undefined {
  let best: { score: number; pieces: Piece[] } | undefined;
  let reached = new Map<number, { sum: number; pieces: Piece[] }>([[0, { sum: 0, pieces: [] }]]);
  for (let count = 1; count <= MOST; count++) {
    const next = new Map<number, { sum: number; pieces: Piece[] }>();
    for (const [from, { sum, pieces }] of reached) {
      for (let to = from + 1; to <= last; to++) {
        const part = between(from, to);
        if (!part) continue;
        const total = sum + part.score;
        if (!(total <= (next.get(to)?.sum ?? -Infinity))) next.set(to, { sum: total, pieces: [...pieces, part.piece] });
      }
    }
    const end = next.get(last);
    if (end && count > 1 && end.sum / count > (best?.score ?? -Infinity))
      best = { score: end.sum / count, pieces: end.pieces };
    reached = next;
  }
  return best;
}

/** The group's pixels between two seams; undefined if there are none. */
function pieceOf(group: Group, left: Seam | undefined, right: Seam | undefined): Piece | undefined {
  const others = new Set<number>();
  const parts = group.parts.flatMap((part): Component[] => {
    const own: number[] = [];
    for (const at of part.pixels) {
      const [x, y] = [at % part.stride, Math.floor(at / part.stride) - group.y];
      if ((!left || x >= left.columns[y]) && (!right || x < right.columns[y])) own.push(at);
      else others.add(at);
    }
    return own.length > 0
      ? [{ ...part, ...boxOf(own, part.stride), area: own.length, pixels: Uint32Array.from(own) }]
      : [];
  });
  if (parts.length === 0) return undefined;
  const [x, y] = [Math.min(...parts.map((part) => part.x)), Math.min(...parts.map((part) => part.y))];
  return {
    x,
    y,
    width: Math.max(...parts.map((part) => part.x + part.width)) - x,
    height: Math.max(...parts.map((part) => part.y + part.height)) - y,
    parts,
    others,
  };
}

function boxOf(pixels: readonly number[], stride: number): { x: number; y: number; width: number; height: number } {
  let [left, right, top, bottom] = [Infinity, -1, Infinity, -1];
  for (const at of pixels) {
    const [x, y] = [at % stride, Math.floor(at / stride)];
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x), Math.min(top, y), Math.max(bottom, y)];
  }
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}
