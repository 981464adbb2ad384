import type { FoundDigit } from './find.js';
import type { Box } from './normalise.js';

/** A hidden node and how much it spoke for (positive) or against (negative) the class that won. */
export interface Attribution {
  /** `hidden1`, `hidden2`, ... */
  readonly layer: string;
  /** From 0. */
  readonly node: number;
  /** In units of the class's logit. */
  readonly contribution: number;
}

/** What the net says of one digit. */
export interface Reading {
  /** File name of the picture. */
  readonly picture: string;
  /** Place in reading order, from 1. */
  readonly number: number;
  /** Row on the sheet, from 1. */
  readonly row: number;
  readonly box: Box;
  /** Name of the class that won. */
  readonly class: string;
  /** Per class, in their order. */
  readonly probabilities: readonly number[];
  readonly for: readonly Attribution[];
  readonly against: readonly Attribution[];
  /** Distance to the training set in the last hidden layer, and the share (%) of training images that are nearer. */
  readonly distance: number;
  readonly percentile: number;
  /** The input is unlike the training images: the percentile is above UNLIKE of novelty.ts. */
  readonly unlike: boolean;
  /** As {@link FoundDigit} has it. */
  readonly touching?: FoundDigit['touching'];
}

/** The `count` strongest attributions for and against, each layer's own, strongest first. */
export function strongest(
  contributions: readonly ArrayLike<number>[],
  count: number,
): { for: Attribution[]; against: Attribution[] } {
  const attributions = contributions.map((values, l) =>
    Array.from(values, (contribution, node) => ({ layer: `hidden${l + 1}`, node, contribution })),
  );
  const most = (sign: number): Attribution[] =>
    attributions.flatMap((layer) =>
      layer
        .filter((attribution) => sign * attribution.contribution > 0)
        .sort((a, b) => sign * (b.contribution - a.contribution) || a.node - b.node)
        .slice(0, count),
    );
  return { for: most(1), against: most(-1) };
}

/** Readings as CSV (RFC 4180), one line a digit. */
export function toCsv(readings: readonly Reading[], classes: readonly string[]): string {
  const head = [
    'picture',
    'number',
    'row',
    'x',
    'y',
    'width',
    'height',
    'class',
    'probability',
    ...classes.map((name) => `p(${name})`),
    'for',
    'against',
    'distance',
    'percentile',
    'unlike',
    'touching',
  ];
  const lines = readings.map((r) => {
    const { x, y, width, height } = r.box;
    return [
      r.picture,
      r.number,
      r.row,
      x,
      y,
      width,
      height,
      r.class,
      winner(r),
      ...r.probabilities.map((p) => p.toFixed(6)),
      listed(r.for),
      listed(r.against),
      r.distance.toFixed(4),
      r.percentile.toFixed(1),
      r.unlike,
      r.touching ?? '',
    ];
  });
  return [head, ...lines].map((cells) => `${cells.map((cell) => quoted(String(cell))).join(',')}\r\n`).join('');
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function winner({ probabilities }: Reading): string {
  return Math.max(...probabilities).toFixed(6);
}

function listed(list: readonly Attribution[]): string {
  return list
    .map(
      ({ layer, node, contribution }) => `${layer}[${node}] ${contribution > 0 ? '+' : ''}${contribution.toFixed(2)}`,
    )
    .join('; ');
}

const TOUCHING = { cut: 'cut off a digit that it touches', wide: 'wide: perhaps several digits that touch' } as const;

/** Readings as a table for a terminal. */
export function toText(readings: readonly Reading[]): string {
  const head = ['#', 'row', 'box', 'class', 'prob', 'most for', 'against', 'doubts'];
  const lines = readings.map((r) => {
    const { x, y, width, height } = r.box;
    const far = [
      r.unlike && `unlike the training data: farther than ${r.percentile.toFixed(1)}% of it`,
      r.touching && TOUCHING[r.touching],
    ]
      .filter(Boolean)
      .join('; ');
    return [
      String(r.number),
      String(r.row),
      `${x},${y} ${width}x${height}`,
      r.class,
      Math.max(...r.probabilities).toFixed(3),
      listed(r.for.slice(0, 2)),
      listed(r.against.slice(0, 2)),
      far,
    ];
  });
  const widths = head.map((title, c) => Math.max(title.length, ...lines.map((line) => line[c].length)));
  return [head, ...lines]
    .map((cells) =>
      cells
        .map((cell, c) => cell.padEnd(widths[c]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
