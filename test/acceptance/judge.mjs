/** How far below the published accuracy a measured one may lie: 0.6 points. */
export const BAND = 0.006;

/**
 * What is wrong with the nets of studies before anything is trained: a sentence for each experiment whose hidden layers are not those of
 * `nets.json`, that is missing there, or that is there without being in a study. Columns that a reduction leaves are judged when they are measured.
 *
 * @param {readonly { name: string, experiments: readonly { name: string, sections: object }[] }[]} studies parsed
 * @param {Readonly<Record<string, { net: string, params: number }>>} nets by address, as their sources state them
 * @returns {string[]}
 */
export function wrongNets(studies, nets) {
  const planned = studies.flatMap(({ name, experiments }) =>
    experiments.map(({ name: experiment, sections }) => [`${name}:${experiment}`, sections]),
  );
  const addresses = new Set(planned.map(([address]) => address));
  return [
    ...planned.flatMap(([address, { train, reduce }]) => {
      if (!nets[address]) return [`${address}: its net must be stated in test/acceptance/nets.json`];
      const [inputs, ...rest] = nets[address].net.split('-').map(Number);
      const hidden = (train?.params.hidden ?? []).map(({ units }) => units);
      const columns = reduce ? (reduce.params.components ?? reduce.params.topK ?? inputs) : 784;
      const found = [columns, ...hidden, 10].join('-');
      return found === [inputs, ...rest].join('-')
        ? []
        : [`${address}: the net must be ${nets[address].net}, the study has ${found}`];
    }),
    ...Object.keys(nets)
      .filter((address) => !addresses.has(address))
      .map((address) => `${address}: is in test/acceptance/nets.json and in no study`),
  ];
}

/**
 * Whether a measured accuracy answers to the published one: within {@link BAND} of it, above it, or, where several seeds
 * were trained, the published figure lies in the range that they span. Where the source ran the experiment several times
 * (`reruns`), one of its figures suffices, and the words name it. Where only a validation accuracy was published, validation is judged.
 *
 * @typedef {{ dataset: string, fallback: boolean, published: object | null, seeds: Record<string, any> }} Origin
 * @typedef {{ test: { accuracy: number }, validation: { accuracy: number } }} Accuracies
 * @typedef {{ features: number, hidden: number[], classes: number, params: number }} NetSize
 *
 * @param {(Origin & Accuracies & NetSize) | undefined} result what `layerwise show --json` prints; undefined if the experiment is not built
 * @param {object | null | undefined} figures published ones, where there is no result to take them from
 * @param {{ net: string, params: number } | undefined} expected the net as its source states it; a measured net that is another is out, whatever its accuracy
 * @returns {{ state: 'in' | 'out' | 'open', split: string, published: number | undefined, measured: number | undefined, words: string }}
 */
export function judge(result, figures = result?.published, expected = undefined) {
  const split =
    figures?.test?.accuracy === undefined && figures?.validation?.accuracy !== undefined ? 'validation' : 'test';
  const published = figures?.[split]?.accuracy;
  if (!result) return { state: 'open', split, published, measured: undefined, words: 'not built' };
  const found = { split, published, measured: result[split].accuracy };
  if (result.fallback || result.dataset !== 'mnist')
    return { ...found, state: 'open', words: `measured on ${result.dataset}, not on MNIST` };
  const net = netOf(result);
  if (expected && (net !== expected.net || result.params !== expected.params)) {
    return {
      ...found,
      state: 'out',
      words: `the net must be ${expected.net} with ${expected.params} parameters, is ${net} with ${result.params}`,
    };
  }
  if (published === undefined) return { ...found, state: 'open', words: 'no figure published' };
  const first = against(published, found.measured, result.seeds[split], result.seeds.count);
  if (first.state === 'in') return { ...found, ...first };
  for (const rerun of figures[split].reruns ?? []) {
    const other = against(rerun, found.measured, result.seeds[split], result.seeds.count);
    if (other.state === 'in')
      return {
        ...found,
        state: 'in',
        words: `against the source's other run, ${share(rerun)}: ${other.words}; against its first: ${first.words}`,
      };
  }
  return { ...found, ...first };
}

function netOf({ features, hidden, classes }) {
  return [features, ...hidden, classes].join('-');
}

/** @returns {{ state: 'in' | 'out', words: string }} */
function against(published, measured, range, count) {
  // Published figures have four decimals.
  const difference = Math.round((measured - published) * 1e4) / 1e4;
  if (difference >= 0) return { state: 'in', words: difference > BAND ? 'above' : 'within 0.6 points' };
  if (difference >= -BAND) return { state: 'in', words: 'within 0.6 points' };
  if (count > 1 && published >= range.lowest && published <= range.highest)
    return { state: 'in', words: `inside the range of ${count} seeds` };
  return {
    state: 'out',
    words: `${(-difference * 100).toFixed(2)} points below${count > 1 ? `, outside the range of ${count} seeds` : ''}`,
  };
}

/**
 * The table as Markdown.
 * @param {readonly { address: string, result?: object, stale?: boolean, published?: object, expected?: object }[]} rows in the order to show
 */
export function table(rows) {
  const judged = rows.map((row) => ({ ...row, ...judge(row.result, row.published ?? undefined, row.expected) }));
  const count = (state) => judged.filter((row) => row.state === state).length;
  const lines = judged.map(({ address, result, stale, split, published, measured, words, state }) => {
    const seeds = result && result.seeds.count > 1 ? spreadOf(result.seeds, split) : '1';
    return [
      address + (stale ? ' (earlier run)' : ''),
      result ? netOf(result) : '',
      split,
      share(published),
      share(measured),
      published === undefined || measured === undefined ? '' : signed(measured - published),
      result ? seeds : '',
      `${{ in: 'yes', out: '**no**', open: '–' }[state]}: ${words}`,
    ];
  });
  const head = ['experiment', 'net', 'accuracy on', 'published', 'measured', 'points', 'seeds', 'in its band'];
  const summary = `${count('in')} of ${rows.length} experiments are in their band, ${count('out')} are not, ${count('open')} cannot be judged.`;
  const table = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  return [
    '# Published beside measured accuracy',
    '',
    'Made by `node test/acceptance/acceptance.mjs` from what `layerwise show --json` says of each experiment; not to be edited.',
    'The net of each is the one that its source states (nets.json). In its band: at most 0.6 points below the published ' +
      'accuracy, or above it, or the published accuracy lies inside the range of our seeds.',
    '',
    summary,
    '',
    ...table,
    '',
  ].join('\n');
}

function spreadOf(seeds, split) {
  const { mean, deviation, lowest, highest } = seeds[split];
  return `${seeds.count}: ${share(mean)} ± ${(deviation * 100).toFixed(2)}, ${share(lowest)} to ${share(highest)}`;
}

function share(value) {
  return value === undefined ? '' : `${(value * 100).toFixed(2)}%`;
}

function signed(difference) {
  return `${difference >= 0 ? '+' : ''}${(difference * 100).toFixed(2)}`;
}
