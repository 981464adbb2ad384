import { expect, it } from 'vitest';
import { sentence } from '../packages/nodes/src/sentence.js';
import { nodeLines } from '../packages/report/src/analysis/node-line.js';
import type { LayerFindings } from '../packages/report/src/data/nodes.js';

const NAMES = Array.from('0123456789');
const none = { mean: NaN, error: NaN };
const ROWS = 550;

/** The line on a node's tile and the sentence that its opened tile begins with. */
function told(shares: readonly number[], rows = ROWS): { readonly line: string; readonly opened: string } {
  const K = shares.length;
  const names = K === 10 ? NAMES : shares.map((_, c) => `species ${c}`);
  const figures: Record<string, readonly number[]> = { strongest: shares, gradient: shares.map(() => 0) };
  const layer = {
    classes: (name: string) => figures[name],
    node: () => [rows],
    looks: [''],
  } as unknown as LayerFindings;
  const findings = { dead: false, duplicateOf: -1, strongest: { rows, shares }, zeros: shares.map(() => 0) };
  return {
    line: nodeLines(layer, names)(0).line,
    opened: sentence({ ...findings, margin: none, margins: [], accuracy: none }, names),
  };
}

const digits = (text: string): string[] => [...text.matchAll(/(\d)s/g)].map(([, name]) => name as string);

it('a tile names the classes that the sentence of the opened tile names, none below a tenth', () => {
  const seen = new Set<number>();
  for (let i = 0; i < 500; i++) {
    // From one class that has nearly all to ten that have much the same.
    const raw = NAMES.map((_, c) => ((c * 7919 + i * 104729) % 997) ** (1 + (i % 9)));
    const sum = raw.reduce((total, value) => total + value, 0);
    const shares = raw.map((value) => value / sum);
    const { line, opened } = told(shares);
    const named = digits(line);
    seen.add(named.length);
    expect(named, `${line} | ${opened}`).toEqual(digits(opened));
    for (const name of named) expect(shares[Number(name)], line).toBeGreaterThanOrEqual(0.1);
    const all = named.reduce((total, name) => total + (shares[Number(name)] ?? NaN), 0);
    if (named.length > 0) expect(Math.abs(Number(/\((\d+)%/.exec(line)?.[1]) - 100 * all)).toBeLessThan(1);
  }
  expect([...seen].sort()).toEqual(expect.arrayContaining([1, 2, 3, 4]));
});

it('a node that many classes activate is said to stand for many, one that none does for none', () => {
  expect(told(Array.from({ length: 40 }, (_, c) => (c === 3 ? 0.06 : 0.94 / 39))).line).toBe(
    'many classes (none more than 6% of its strongest 550)',
  );
  expect(
    told(
      NAMES.map(() => 0),
      0,
    ).line,
  ).toBe('no class (no image activates it more than others)');
});
