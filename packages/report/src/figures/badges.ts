/** A place on a figure, in pixels. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Steps of pushing apart; a hundred suffice for ten badges on one spot. */
const STEPS = 100;
/** Directions in which badges on the very same spot part. */
const APART = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
  [1, 1],
  [-1, 1],
  [-1, -1],
  [1, -1],
] as const;

/** Moves spots apart until no two are nearer than `distance` pixels; those that have room stay. Additions and square roots alone: the same on every machine. */
export function apart(spots: readonly Spot[], distance: number): Spot[] {
  const places = spots.map(({ x, y }) => ({ x, y }));
  for (let step = 0, moved = true; step < STEPS && moved; step++) {
    moved = false;
    for (let i = 0; i < places.length; i++) {
      for (let j = i + 1; j < places.length; j++) {
        const [a, b] = [places[i], places[j]];
        let [dx, dy] = [b.x - a.x, b.y - a.y];
        if (dx === 0 && dy === 0) [dx, dy] = APART[(i + j) % APART.length] as readonly [number, number];
        const length = Math.sqrt(dx * dx + dy * dy);
        const near = b.x === a.x && b.y === a.y ? 0 : length;
        if (near >= distance - 0.01) continue;
        const push = (distance - near) / 2 / length;
        a.x -= dx * push;
        a.y -= dy * push;
        b.x += dx * push;
        b.y += dy * push;
        moved = true;
      }
    }
  }
  return places;
}
