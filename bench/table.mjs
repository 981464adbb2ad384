/** A row of results as text for the terminal and as Markdown. */
import { median } from './compare.mjs';
import { goals } from './goals.mjs';

export function seconds(value) {
  if (value < 0.1) return `${(value * 1000).toFixed(1)} ms`;
  return value < 10 ? `${value.toFixed(2)} s` : `${value.toFixed(1)} s`;
}

/** Median of a figure over the repetitions, or undefined where it isn't reported. */
function middle(entry, key) {
  const values = entry.figures.map((figure) => figure[key]).filter((value) => typeof value === 'number');
  return values.length ? median(values) : undefined;
}

const heads = ['', 'median', 'range', 'processor', 'peak memory', 'accuracy', 'times ours', 'processor times ours'];

/** How often an entry was measured, where that is once or less often than ours. */
function times({ repetitions }, ours) {
  if (repetitions === 1) return ' (once)';
  return repetitions < ours?.repetitions ? ` (${repetitions} times)` : '';
}

function cells(entry, ours) {
  const accuracy = middle(entry, 'accuracy');
  return [
    `${entry.name}${entry.threads > 1 ? `, ${entry.threads} threads` : ''}`,
    seconds(entry.seconds),
    `${seconds(entry.range[0])} to ${seconds(entry.range[1])}${times(entry, ours)}`,
    entry.cpuSeconds === undefined ? '' : seconds(entry.cpuSeconds),
    entry.peakMB === undefined ? '' : `${Math.round(entry.peakMB)} MB`,
    accuracy === undefined ? '' : accuracy.toFixed(4),
    ours && entry !== ours ? (entry.seconds / ours.seconds).toFixed(2) : '',
    ours && entry !== ours && entry.cpuSeconds && ours.cpuSeconds
      ? (entry.cpuSeconds / ours.cpuSeconds).toFixed(2)
      : '',
  ];
}

/** Whether the goals of a row are reached: one sentence each. @returns {string[]} */
export function verdicts(row) {
  const ours = row.entries.find((entry) => entry.name === 'ours');
  const rivals = row.entries.filter((entry) => entry !== ours);
  if (!ours || !rivals.length) return [];
  return (goals[row.key] ?? []).flatMap(({ against, ratio }) => {
    const named = rivals.filter((entry) => entry.name.startsWith(against));
    if (!named.length) return [];
    const rival = named.reduce((best, entry) => (entry.seconds < best.seconds ? entry : best));
    const reached = rival.seconds / ours.seconds;
    return [
      `Goal: at least ${ratio} times as fast as ${against}. Measured: ${reached.toFixed(2)} (${rival.name}). ${reached >= ratio ? 'Reached.' : 'Not reached.'}`,
    ];
  });
}

function lines(row) {
  const ours = row.entries.find((entry) => entry.name === 'ours');
  return [heads, ...row.entries.map((entry) => cells(entry, ours))];
}

/** For the terminal, columns aligned. */
export function rowText(row) {
  const table = row.entries.length ? lines(row) : [];
  const widths = heads.map((_, i) => Math.max(0, ...table.map((line) => line[i].length)));
  const text = table.map(
    (line) =>
      `  ${line
        .map((cell, i) => cell.padEnd(widths[i]))
        .join('  ')
        .trimEnd()}`,
  );
  return [
    `\n${row.title}`,
    ...text,
    ...verdicts(row).map((line) => `  ${line}`),
    ...(row.notes ?? []).map((line) => `  ${line}`),
    '',
  ].join('\n');
}

/** As Markdown. */
export function rowMarkdown(row) {
  const table = row.entries.length ? lines(row) : [];
  const text = table.map((line) => `| ${line.join(' | ')} |`);
  if (text.length) text.splice(1, 0, `|${' --- |'.repeat(heads.length)}`);
  const more = [...verdicts(row), ...(row.notes ?? [])];
  return [`### ${row.title}`, '', ...text, ...(text.length ? [''] : []), ...more.map((line) => `- ${line}`), ''].join(
    '\n',
  );
}
