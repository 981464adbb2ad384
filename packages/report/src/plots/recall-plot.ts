/** One line of the plot: shares of images told right, after some numbers of nodes. */
export interface RecallLine {
  readonly kind: 'own' | 'random' | 'others';
  readonly points: readonly {
    readonly nodes: number;
    readonly recall: number;
    /** What the draws lie between. */
    readonly least?: number;
    readonly most?: number;
  }[];
}

const [LEFT, TOP, WIDTH, HEIGHT] = [40, 10, 250, 130];

/**
 * Share of images told right by how many nodes are set to their means, as SVG; numbers of nodes stand evenly spaced.
 * @param label what the figure shows, for those who cannot see it
 */
export function recallPlot(lines: readonly RecallLine[], label: string): string {
  const counts = [...new Set(lines.flatMap(({ points }) => points.map(({ nodes }) => nodes)))].sort((a, b) => a - b);
  const x = (nodes: number): string =>
    (LEFT + (counts.indexOf(nodes) / Math.max(1, counts.length - 1)) * WIDTH).toFixed(1);
  const y = (share: number): string => (TOP + (1 - share) * HEIGHT).toFixed(1);
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<path d="M${LEFT} ${y(share)}h${WIDTH}" stroke="currentColor" opacity=".14"/>` +
      `<text x="${LEFT - 6}" y="${y(share)}" dy="4" text-anchor="end">${100 * share}%</text>`,
  );
  const ticks = counts.map(
    (nodes) => `<text x="${x(nodes)}" y="${TOP + HEIGHT + 17}" text-anchor="middle">${nodes}</text>`,
  );
  const drawn = lines.map(({ kind, points }) => {
    const known = points.filter(({ recall }) => Number.isFinite(recall));
    if (known.length === 0) return '';
    const ranged = known.flatMap(({ nodes, least, most }) =>
      least === undefined || most === undefined ? [] : [{ nodes, least, most }],
    );
    const band = [
      ...ranged.map(({ nodes, most }) => `${x(nodes)} ${y(most)}`),
      ...ranged.toReversed().map(({ nodes, least }) => `${x(nodes)} ${y(least)}`),
    ];
    const area = band.length > 0 ? `<path class="band" d="M${band.join('L')}Z"/>` : '';
    const dots = known.map(({ nodes, recall }) => `<circle cx="${x(nodes)}" cy="${y(recall)}" r="2.6"/>`).join('');
    const path = known.map(({ nodes, recall }) => `${x(nodes)} ${y(recall)}`).join('L');
    return `<g class="${kind}">${area}<path class="line" d="M${path}"/>${dots}</g>`;
  });
  const axis = `<text x="${LEFT + WIDTH / 2}" y="${TOP + HEIGHT + 36}" text-anchor="middle" opacity=".8">nodes held at their means</text>`;
  return (
    `<svg class="recall-plot" viewBox="0 0 ${LEFT + WIDTH + 12} ${TOP + HEIGHT + 42}" role="img" aria-label="${label}" ` +
    `font-size="12" fill="currentColor">${grid.join('')}${ticks.join('')}${axis}${drawn.join('')}</svg>`
  );
}
