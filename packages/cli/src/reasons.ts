import { LayerwiseError, nearest, type Reader, type ResultTable } from '@layerwise/contracts';

/** Nodes that are named of each side. */
const NAMED = 5;

/** A node and what it gives for the class against the rival. */
export interface NodeReason {
  readonly node: number;
  readonly evidence: number;
  /** Whether it is more active in the class than for the mean image, or less. */
  readonly by: 'firing' | 'silence';
}

type Figures = Readonly<Record<string, number | string>>;

/** Why an experiment's net takes a class for itself and not for a rival, as `layerwise why --json` prints it. */
export interface Reasons {
  readonly class: string;
  readonly rival: string;
  readonly sentence: string;
  /** As in rivals.parquet. */
  readonly evidence: Figures;
  /** As in blobs.parquet. */
  readonly places: readonly Figures[];
  /** Per hidden layer the nodes that speak most for the class, and against it. */
  readonly nodes: readonly {
    readonly layer: number;
    readonly for: readonly NodeReason[];
    readonly against: readonly NodeReason[];
  }[];
  /** As in confusions.parquet: images of the class told as the rival, and those of the rival told as the class. */
  readonly confusions: readonly Figures[];
  /** As in between.parquet. */
  readonly between: readonly Figures[];
  /** As in changes.parquet; none of a rival that is not the class's most frequent second choice. */
  readonly changes: readonly Figures[];
  /** As in removals.parquet, of the last hidden layer. */
  readonly removals: readonly Figures[];
}

/**
 * Reads why a class is told from a rival.
 * @param rival without it the class's most frequent second choice
 * @throws LayerwiseError USAGE where there is no such class, or nothing known of the pair
 */
export async function readReasons(artifact: Reader<'classes'>, name: string, rival?: string): Promise<Reasons> {
  const { classes, layers } = await artifact.json('classes');
  const c = indexOf(classes, name);
  const own = rowsOf(await artifact.table('classes'))[c];
  const r = rival === undefined ? Number(own.rival) : indexOf(classes, rival);
  const isPair = (row: Figures): boolean => row.class === c && row.rival === r;
  const isEither = (one: unknown, other: unknown): boolean => (one === c && other === r) || (one === r && other === c);
  const evidence = rowsOf(await artifact.table('rivals')).find((row) => isPair(row) && Number(row.rows) > 0);
  if (!evidence) throw unknownPair(classes, c, r);
  const changes = rowsOf(await artifact.table('changes')).filter(isPair);
  const last = layers.length;
  const removals = rowsOf(await artifact.table('removals')).filter((row) => row.class === c && row.layer === last);
  return {
    class: classes[c],
    rival: classes[r],
    sentence: String(Number(own.rival) === r ? own.sentence : evidence.sentence),
    evidence,
    places: rowsOf(await artifact.table('blobs')).filter(isPair),
    nodes: await readNodes(artifact, c, r),
    confusions: rowsOf(await artifact.table('confusions')).filter((row) => isEither(row.class, row.told)),
    between: rowsOf(await artifact.table('between')).filter((row) => isEither(row.class, row.rival)),
    changes,
    removals,
  };
}

/** The sentence of every class. */
export async function readSentences(
  artifact: Reader<'classes'>,
): Promise<readonly { readonly class: string; readonly sentence: string }[]> {
  const { classes } = await artifact.json('classes');
  const { sentence } = await artifact.table('classes');
  return classes.map((name, c) => ({ class: name, sentence: sentence.values[c] || 'is never told right' }));
}

function indexOf(classes: readonly string[], name: string): number {
  const found = classes.indexOf(name);
  if (found >= 0) return found;
  const close = nearest(name, classes);
  throw new LayerwiseError(
    'USAGE',
    `a class must be one of ${classes.slice(0, 40).join(', ')}${classes.length > 40 ? ', …' : ''}, got '${name}'`,
    {
      ...(close !== undefined && { remedy: `Did you mean '${close}'?` }),
    },
  );
}

function unknownPair(classes: readonly string[], c: number, r: number): LayerwiseError {
  if (r < 0)
    return new LayerwiseError(
      'USAGE',
      `class '${classes[c]}' must be told right at least once for there to be a reason, but never is`,
    );
  const why = c === r ? 'another class' : 'among its most frequent second choices';
  return new LayerwiseError('USAGE', `the rival of class '${classes[c]}' must be ${why}, got '${classes[r]}'`, {
    remedy: 'leave --rival out for the most frequent one',
  });
}

async function readNodes(artifact: Reader<'classes'>, c: number, r: number): Promise<Reasons['nodes']> {
  const { layers } = await artifact.json('classes');
  const [pairs, means, baseline] = [
    await artifact.matrix('rivals'),
    await artifact.matrix('means'),
    await artifact.matrix('baseline'),
  ];
  const at = pairs.columns.class.data.findIndex((one, i) => one === c && pairs.columns.rival.data[i] === r);
  return layers.map(({ name, units }, l) => {
    const values =
      (table: { columns: Readonly<Record<string, { data: ArrayLike<number> } | undefined>> }, row: number) =>
      (h: number): number =>
        table.columns[name]?.data[row * units + h] ?? NaN;
    const [given, own, before] = [values(pairs, at), values(means, c), values(baseline, 0)];
    const all = Array.from({ length: units }, (_, node): NodeReason => ({
      node,
      evidence: given(node),
      by: own(node) > before(node) ? 'firing' : 'silence',
    }));
    const ranked = all.sort((a, b) => b.evidence - a.evidence || a.node - b.node);
    return {
      layer: l + 1,
      for: ranked.filter(({ evidence }) => evidence > 0).slice(0, NAMED),
      against: ranked
        .filter(({ evidence }) => evidence < 0)
        .slice(-NAMED)
        .reverse(),
    };
  });
}

/** A table as rows. */
function rowsOf(table: ResultTable): Figures[] {
  const entries = Object.entries(table);
  return Array.from({ length: entries[0]?.[1].values.length ?? 0 }, (_, i) =>
    Object.fromEntries(entries.map(([name, { values }]) => [name, values[i] as number | string])),
  );
}

/** Reasons as lines for a terminal. */
export function describeReasons({
  class: name,
  rival,
  sentence,
  evidence,
  places,
  nodes,
  confusions,
  between,
  changes,
  removals,
}: Reasons): string {
  const lines: [string, string][] = [
    [
      'evidence',
      `logit of ${name} less that of ${rival}: ${signed(evidence.baseline)} for the mean image, ${signed(evidence.ink)} by ink, ` +
        `${signed(evidence.absence)} by its absence, ${signed(evidence.margin)} together (mean of ${evidence.rows} training images)`,
    ],
    ...(['ink', 'absence'] as const).map((kind): [string, string] => [
      kind,
      places
        .filter((place) => place.kind === kind)
        .map(({ place, share }) => `${place} ${percent(share)}`)
        .join(', ') || 'nowhere',
    ]),
    ...nodes.flatMap(({ layer, for: speaking, against }): [string, string][] => [
      [nodes.length === 1 ? 'nodes' : `hidden${layer}`, `for: ${listed(speaking)}`],
      ['', `against: ${listed(against)}`],
    ]),
    ...confusions.map((row, i): [string, string] => [i === 0 ? 'confused' : '', String(row.sentence)]),
    ...(between.length === 0 ? [] : [['between', hardlyTold(between)] as [string, string]]),
    ...changes.map((change): [string, string] => [
      String(change.kind),
      `${change.erased} erased and ${change.inked} inked: ${percent(change.toldRival)} of ${change.rows} told as ${rival}, ` +
        `${percent(change.toldOther)} as anything else than ${name}${elsewhere(change)}`,
    ]),
    ...removals
      .filter(({ by }) => by === 'evidence')
      .map((row, i): [string, string] => [i === 0 ? 'without' : '', removal(row, removals)]),
  ];
  const width = Math.max(...lines.map(([title]) => title.length));
  return [sentence, '', ...lines.map(([title, text]) => `  ${title.padEnd(width)}  ${text}`)].join('\n');
}

const hardlyTold = (images: readonly Figures[]): string =>
  `images ${images.map(({ id, margin }) => `${id} (by ${Math.abs(Number(margin)).toFixed(2)})`).join(', ')} are least clearly told as one of the two`;

function elsewhere({ draws, drawsRival, drawsRivalMost }: Figures): string {
  return Number(draws) === 0
    ? ''
    : `; as much change elsewhere ${percent(drawsRival)}, at most ${percent(drawsRivalMost)} (${draws} draws)`;
}

function removal({ nodes, recall, others }: Figures, all: readonly Figures[]): string {
  const random = all.find((row) => row.by === 'random' && row.nodes === nodes);
  const beside = random ? `; without as many others ${percent(random.recall)}` : '';
  return `${nodes} ${nodes === 1 ? 'node' : 'nodes'} with most evidence: ${percent(recall)} told right${beside}; other classes ${percent(others)}`;
}

const listed = (nodes: readonly NodeReason[]): string =>
  nodes.map(({ node, evidence, by }) => `${node} ${signed(evidence)} by ${by}`).join(', ') || 'none';

const signed = (value: number | string | undefined): string =>
  `${Number(value) < 0 ? '−' : '+'}${Math.abs(Number(value)).toFixed(2)}`;

const percent = (share: number | string | undefined): string =>
  Number.isNaN(Number(share)) ? 'no rows' : `${(100 * Number(share)).toFixed(1)}%`;
