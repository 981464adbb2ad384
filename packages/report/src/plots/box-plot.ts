/**
 * Draws the boxes of one node as SVG. Used when the report is made and again by the page's script, which
 * takes it as text: it must not refer to anything outside itself.
 * @param stats five numbers per class: min, q1, median, q3, max; NaN for a class without rows
 * @param names class names
 * @param colours class colours
 * @param grouping name of the axis of classes
 */
export function boxPlot(
  title: string,
  stats: ArrayLike<number>,
  names: readonly string[],
  colours: readonly string[],
  grouping: string,
): string {
  const [left, top, width, height] = [44, 8, 172, 84];
  let low = 0;
  let high = 0;
  for (let i = 0; i < stats.length; i++) {
    low = Math.min(low, stats[i] || 0);
    high = Math.max(high, stats[i] || 0);
  }
  if (high === low) high = low + 1;
  const y = (value: number): string => (top + height - ((value - low) / (high - low)) * height).toFixed(1);
  const step = width / names.length;
  const slanted = names.length > 12 || names.some((name) => name.length > 2);
  let svg = '';
  for (const tick of low < 0 ? [low, 0, high] : [0, high / 2, high]) {
    svg += `<line x1="${left}" x2="${left + width}" y1="${y(tick)}" y2="${y(tick)}" stroke="currentColor" opacity=".14"/><text x="${left - 4}" y="${y(tick)}" dy="3.5" text-anchor="end">${tick === 0 ? '0' : Number(tick.toPrecision(2))}</text>`;
  }
  for (let c = 0; c < names.length; c++) {
    const [min, q1, median, q3, max] = Array.from({ length: 5 }, (_, i) => stats[5 * c + i]) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const x = left + step * (c + 0.5);
    const name = names[c].slice(0, 12).replace(/&/g, '&amp;').replace(/</g, '&lt;');
    svg += slanted
      ? `<text transform="translate(${(x + 3).toFixed(1)} ${top + height + 9}) rotate(-50)" text-anchor="end" font-size="${Math.min(8, step * 1.1).toFixed(1)}">${name}</text>`
      : `<text x="${x.toFixed(1)}" y="${top + height + 13}" text-anchor="middle">${name}</text>`;
    if (min !== min) continue;
    const tall = Math.max(1, Number(y(q1)) - Number(y(q3)));
    svg += `<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${y(min)}" y2="${y(max)}" stroke="${colours[c]}"/><rect x="${(x - step * 0.36).toFixed(1)}" width="${(step * 0.72).toFixed(1)}" y="${y(q3)}" height="${tall.toFixed(1)}" fill="${colours[c]}"/><line x1="${(x - step * 0.36).toFixed(1)}" x2="${(x + step * 0.36).toFixed(1)}" y1="${y(median)}" y2="${y(median)}" stroke="currentColor" stroke-width="1.6"/>`;
  }
  const bottom = slanted ? 158 : 124;
  svg += `<g opacity=".75" text-anchor="middle" font-size="9"><text transform="translate(9 ${top + height / 2}) rotate(-90)">activation</text><text x="${left + width / 2}" y="${bottom - 3}">${grouping}</text></g>`;
  return `<svg viewBox="0 0 220 ${bottom}" role="img" aria-label="${title}" font-size="9.5" fill="currentColor">${svg}</svg>`;
}
