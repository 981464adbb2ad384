/** The figures of docs/benchmarks.json as one SVG: bars of ratios, and curves of growth on log axes. */

const ink = '#1f2933';
const rule = '#d5dbe1';
const hues = {
  ours: '#0b6e4f',
  Keras: '#c1440e',
  PyTorch: '#8a3ffc',
  'scikit-learn': '#2f6fb0',
  openTSNE: '#b5179e',
  DVC: '#6b7280',
  'Python script': '#6b7280',
};
const dashes = ['', '6 3', '2 3', '8 3 2 3', '1 2'];

const hue = (name) => hues[Object.keys(hues).find((key) => name.startsWith(key))] ?? '#6b7280';
const escape = (text) => text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character]);
const label = (x, y, text, more = '') => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escape(text)}</text>`;

/** Peers of every row as multiples of ours, those that were measured beside ours. */
function ratios(record) {
  return Object.values(record).flatMap(({ rows }) =>
    rows.flatMap((row) => {
      const ours = row.entries.find((entry) => entry.name === 'ours');
      if (!ours) return [];
      const bars = row.entries
        .filter((entry) => entry !== ours)
        .map((entry) => ({ name: entry.name, ratio: entry.seconds / ours.seconds }));
      return bars.length ? [{ title: row.title, bars }] : [];
    }),
  );
}

/** Horizontal bars on a log axis around 1. @returns {{ body: string, height: number }} */
function barPanel(groups, width) {
  const left = 170;
  const all = groups.flatMap(({ bars }) => bars.map(({ ratio }) => ratio));
  const low = Math.min(0.5, ...all) / 1.1;
  const high = Math.max(2, ...all) * 1.3;
  const x = (ratio) =>
    left + ((Math.log(ratio) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (width - left - 60);
  const body = [];
  let y = 40;
  for (const { title, bars } of groups) {
    body.push(label(10, y, title, 'font-weight="600"'));
    y += 8;
    body.push(
      `<line x1="${x(1).toFixed(1)}" x2="${x(1).toFixed(1)}" y1="${y - 3}" y2="${y + 16 * bars.length}" stroke="${ink}"/>`,
    );
    for (const { name, ratio } of bars) {
      const [from, to] = [x(1), x(ratio)].sort((a, b) => a - b);
      body.push(
        `<rect x="${from.toFixed(1)}" y="${y}" width="${Math.max(1, to - from).toFixed(1)}" height="12" fill="${hue(name)}"/>`,
      );
      body.push(
        label(left - 8, y + 10, name, 'text-anchor="end"'),
        label(Math.max(to, x(1)) + 5, y + 10, ratio.toFixed(ratio < 10 ? 2 : 1)),
      );
      y += 16;
    }
    y += 16;
  }
  body.unshift(
    label(
      10,
      18,
      'Seconds of the peers as multiples of ours (log axis; right of the line, ours is faster)',
      'font-size="14" font-weight="600"',
    ),
  );
  return { body: body.join('\n'), height: y };
}

const powers = (low, high) =>
  Array.from(
    { length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, i) => 10 ** (Math.floor(Math.log10(low)) + i),
  );

/** Curves of seconds over rows, both logarithmic. */
function growthPanel(curves, top, width) {
  const points = curves.flatMap((curve) => curve.points);
  const bounds = (key) => [
    Math.min(...points.map((point) => point[key])) / 1.2,
    Math.max(...points.map((point) => point[key])) * 1.2,
  ];
  const box = { left: 60, right: width - 230, top: top + 40, bottom: top + 400 };
  const scale =
    (/** @type {number[]} */ [low, high], /** @type {number} */ from, /** @type {number} */ to) =>
    (/** @type {number} */ value) =>
      from + ((Math.log(value) - Math.log(low)) / (Math.log(high) - Math.log(low))) * (to - from);
  const [rowBounds, secondBounds] = [bounds('rows'), bounds('seconds')];
  const x = scale(rowBounds, box.left, box.right);
  const y = scale(secondBounds, box.bottom, box.top);
  const inside = (/** @type {number[]} */ [low, high]) =>
    powers(low, high).filter((value) => value >= low && value <= high);
  const body = [label(10, top + 18, 'Seconds over rows (log axes)', 'font-size="14" font-weight="600"')];
  for (const value of inside(secondBounds))
    body.push(
      `<line x1="${box.left}" x2="${box.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}" stroke="${rule}"/>`,
      label(box.left - 6, y(value) + 4, `${value} s`, 'text-anchor="end"'),
    );
  for (const value of [10000, 55000, 100000, 550000].filter((rows) => rows >= rowBounds[0] && rows <= rowBounds[1]))
    body.push(
      `<line y1="${box.top}" y2="${box.bottom}" x1="${x(value).toFixed(1)}" x2="${x(value).toFixed(1)}" stroke="${rule}"/>`,
      label(x(value), box.bottom + 16, value.toLocaleString('en'), 'text-anchor="middle"'),
    );
  const kernels = [...new Set(curves.map(({ kernel }) => kernel))];
  curves.forEach(({ kernel, name, points: list, exponent }, i) => {
    const dash = dashes[kernels.indexOf(kernel) % dashes.length];
    const stroke = `stroke="${hue(name)}" stroke-width="2" fill="none" stroke-dasharray="${dash}"`;
    const key = box.top + 10 + i * 20;
    body.push(
      `<polyline points="${list.map((point) => `${x(point.rows).toFixed(1)},${y(point.seconds).toFixed(1)}`).join(' ')}" ${stroke}/>`,
    );
    body.push(
      `<line x1="${box.right + 12}" x2="${box.right + 40}" y1="${key - 4}" y2="${key - 4}" ${stroke}/>`,
      label(box.right + 46, key, `${kernel}, ${name}: ^${exponent.toFixed(2)}`),
    );
  });
  return { body: body.join('\n'), height: 430 };
}

/** @param {Record<string, { rows: import('./parts.mjs').Row[] }>} record @returns {string} SVG */
export function plot(record) {
  const width = 760;
  const groups = ratios(record);
  const curves = record.growth?.rows[0].curves ?? [];
  const bars = groups.length ? barPanel(groups, width) : { body: '', height: 0 };
  const lines = curves.length ? growthPanel(curves, bars.height, width) : { body: '', height: 0 };
  const height = bars.height + lines.height + 10;
  const label = 'Benchmarks: seconds of the peers as multiples of ours, and growth with the number of rows';
  const font = 'font-family="system-ui, sans-serif" font-size="11"';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${font} fill="${ink}" role="img" aria-label="${label}">
<rect width="${width}" height="${height}" fill="#ffffff"/>
${bars.body}
${lines.body}
</svg>
`;
}
