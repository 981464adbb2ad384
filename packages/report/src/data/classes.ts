import type { ClassesInfo, Reader, ResultTable, Schemas, TableOf } from '@layerwise/contracts';

/** A row of a table of results. */
type Row<T> = { readonly [Name in keyof T]: T[Name] extends { readonly values: ArrayLike<infer V> } ? V : never };
type RowOf<Name extends string> = Row<TableOf<Schemas['classes'], Name>>;

/** Figures of a class against another. */
export type RivalFigures = RowOf<'rivals'>;
/** What a node is to a class. */
export type NodeFigures = RowOf<'nodes'>;
/** How a class fares without some nodes. */
export type RemovalFigures = RowOf<'removals'>;
/** How images of a class are told when pixels of them are changed. */
export type ChangeFigures = RowOf<'changes'>;

/** Why images of a class are told as another. */
export interface Confusion extends RowOf<'confusions'> {
  /** float32[P] each: what tips by pixel where they have more ink than images told right, and where less. */
  readonly tipped: { readonly ink: Float32Array; readonly absence: Float32Array };
}
/** A held image of two classes that is hardly told apart. */
export type BetweenFigures = RowOf<'between'>;

/** What the main figures of a class are in one net: this one, or a control. */
export type ControlFigures = RowOf<'controls'>;
/** A node that tipped the wrong images of a class. */
export type ErrorFigures = RowOf<'errors'>;

/** A way in which a class is written. */
export interface Way extends RowOf<'ways'> {
  /** float32[P]: mean of its training images. */
  readonly image: Float32Array;
  /** Nodes that tell it from the other ways, and by how many standard deviations, that of most first. */
  readonly nodes: readonly { readonly node: number; readonly difference: number }[];
}

/** A single image and the least change of it that is told as another class. */
export interface LeastChange extends RowOf<'least'> {
  /** float32[P] each. */
  readonly before: Float32Array;
  readonly after: Float32Array;
}

/** An image that is told wrongly. */
export interface WrongImage extends Pick<RowOf<'wrong'>, 'id' | 'class' | 'told' | 'margin'> {
  /** Nodes that tipped it, the most first. */
  readonly nodes: readonly { readonly node: number; readonly evidence: number }[];
}

/** What is known of the classes; P pixels. */
export interface ClassFindings {
  readonly info: ClassesInfo;
  /** By class index. */
  readonly classes: readonly ClassFinding[];
  /** float32[P]: the mean training image. */
  readonly mean: Float32Array;
}

/** What is known of one class. */
export interface ClassFinding extends RowOf<'classes'> {
  /** float32[P]: its mean training image. */
  readonly image: Float32Array;
  /** Its pairs, by rising index of the rival. */
  readonly pairs: readonly PairFinding[];
  /** For each hidden layer its nodes, those that speak for the class most first, and what happens without some. */
  readonly layers: readonly {
    readonly nodes: readonly NodeFigures[];
    readonly removals: readonly RemovalFigures[];
  }[];
  readonly changes: readonly ChangeFigures[];
  /** uint8[P]: 1 where the decisive change erases a pixel, 2 where it inks one, else 0. */
  readonly marks: Uint8Array;
  readonly written: readonly Way[];
  readonly least: readonly LeastChange[];
  /** Nodes that tipped its wrong images, the most first. */
  readonly tipped: readonly ErrorFigures[];
  readonly wrong: readonly WrongImage[];
  /** Classes that its held images are told as. */
  readonly confusions: readonly Confusion[];
  /** Images between it and each class of higher index, the least clear of a pair first. */
  readonly between: readonly BetweenFigures[];
  /** The net's own figures first. */
  readonly controls: readonly ControlFigures[];
}

/** A class against another. */
export interface PairFinding extends RivalFigures {
  /** Missing for a pair that is not looked at. */
  readonly evidence?: {
    /** float32[P] each. */
    readonly ink: Float32Array;
    readonly absence: Float32Array;
    /** For each hidden layer the nodes with their evidence, the most first. */
    readonly nodes: readonly (readonly SpeakingNode[])[];
  };
}

/** A node with its evidence for a class against a rival. */
export interface SpeakingNode {
  readonly node: number;
  readonly evidence: number;
  /** Whether it is more active for the class than for the mean image. */
  readonly fires: boolean;
}

/** Opens a classes artifact. @param size P */
export async function readClasses(artifact: Reader<'classes'>, size: number): Promise<ClassFindings> {
  const info = await artifact.json('classes');
  const [classes, nodes, removals, changes] = [
    rowsOf(await artifact.table('classes')),
    rowsOf(await artifact.table('nodes')),
    rowsOf(await artifact.table('removals')),
    rowsOf(await artifact.table('changes')),
  ];
  const [means, baseline, marks] = [
    (await artifact.matrix('means')).columns,
    (await artifact.matrix('baseline')).columns,
    (await artifact.matrix('changes')).columns,
  ];
  if (means.image.width !== size)
    throw new TypeError(`means.arrow must have ${size} pixels an image, got ${means.image.width}`);
  const [pairs, of] = [await readPairs(artifact, size, info), await readImages(artifact, size)];
  return {
    info,
    mean: baseline.image.data,
    classes: classes.map((row, c) => ({
      ...row,
      image: means.image.data.subarray(c * size, (c + 1) * size),
      marks: marks.pixels.data.subarray(c * size, (c + 1) * size),
      pairs: pairs.filter((pair) => pair.class === c),
      changes: changes.filter((change) => change.class === c),
      layers: info.layers.map((_, l) => ({
        nodes: nodes.filter((node) => node.layer === l + 1 && node.class === c).sort((a, b) => a.rank - b.rank),
        removals: removals.filter((removal) => removal.layer === l + 1 && removal.class === c),
      })),
      ...of(c),
    })),
  };
}

/** What is known of the single images of a class and of groups of them. */
type OfImages = Pick<ClassFinding, 'written' | 'least' | 'tipped' | 'wrong' | 'controls' | 'confusions' | 'between'>;

async function readImages(artifact: Reader<'classes'>, size: number): Promise<(c: number) => OfImages> {
  const [ways, least] = [(await artifact.matrix('ways')).columns, (await artifact.matrix('least')).columns];
  const image = (data: Float32Array, row: number): Float32Array => data.subarray(row * size, (row + 1) * size);
  const written = rowsOf(await artifact.table('ways')).map((way, row): Way => {
    const [named, { width }] = [ways.differences.data, ways.nodes];
    const nodes = Array.from(ways.nodes.data.subarray(row * width, (row + 1) * width), (node, i) => ({
      node,
      difference: named[row * width + i],
    }));
    return { ...way, image: image(ways.image.data, row), nodes };
  });
  const changes = rowsOf(await artifact.table('least')).map((change, row): LeastChange => ({
    ...change,
    before: image(least.before.data, row),
    after: image(least.after.data, row),
  }));
  const [tipped, controls] = [rowsOf(await artifact.table('errors')), rowsOf(await artifact.table('controls'))];
  const [confusions, between] = [await readConfusions(artifact, size), rowsOf(await artifact.table('between'))];
  const tips = new Map<number, RowOf<'wrong'>[]>();
  for (const tip of rowsOf(await artifact.table('wrong'))) tips.set(tip.id, [...(tips.get(tip.id) ?? []), tip]);
  const wrong = [...tips.values()].map((nodes): WrongImage => ({ ...nodes[0], nodes }));
  return (c) => {
    const own = <T extends { readonly class: number }>(all: readonly T[]): T[] => all.filter((one) => one.class === c);
    return {
      written: own(written),
      least: own(changes),
      tipped: own(tipped),
      wrong: own(wrong),
      controls: own(controls),
      confusions: own(confusions),
      between: own(between),
    };
  };
}

async function readConfusions(artifact: Reader<'classes'>, size: number): Promise<Confusion[]> {
  const { ink, absence } = (await artifact.matrix('confusions')).columns;
  const map = ({ data }: typeof ink, row: number): Float32Array => data.subarray(row * size, (row + 1) * size);
  return rowsOf(await artifact.table('confusions')).map((confusion, row) => ({
    ...confusion,
    tipped: { ink: map(ink, row), absence: map(absence, row) },
  }));
}

async function readPairs(
  artifact: Reader<'classes'>,
  size: number,
  { layers }: ClassesInfo,
): Promise<readonly PairFinding[]> {
  const [figures, { columns, rows }] = [rowsOf(await artifact.table('rivals')), await artifact.matrix('rivals')];
  const [means, baseline] = [(await artifact.matrix('means')).columns, (await artifact.matrix('baseline')).columns];
  const places = new Map(
    Array.from({ length: rows }, (_, i) => [`${columns.class.data[i]} ${columns.rival.data[i]}`, i] as const),
  );
  return figures.map((row): PairFinding => {
    const at = places.get(`${row.class} ${row.rival}`);
    if (at === undefined) return row;
    const nodes = layers.map(({ name, units }) => {
      const values = (from: Values, place: number): ArrayLike<number> =>
        from[name]?.data.subarray(place * units, (place + 1) * units) ?? [];
      return speaking(values(columns, at), values(means, row.class), values(baseline, 0));
    });
    const [ink, absence] = [columns.ink, columns.absence].map(({ data }) => data.subarray(at * size, (at + 1) * size));
    return { ...row, evidence: { ink, absence, nodes } };
  });
}

/** Columns of numbers by name. */
type Values = Readonly<
  Record<string, { readonly data: { subarray(from: number, to: number): ArrayLike<number> } } | undefined>
>;

function speaking(evidence: ArrayLike<number>, own: ArrayLike<number>, before: ArrayLike<number>): SpeakingNode[] {
  return Array.from(evidence, (value, node) => ({ node, evidence: value, fires: own[node] > before[node] })).sort(
    (a, b) => b.evidence - a.evidence || a.node - b.node,
  );
}

function rowsOf<T extends ResultTable>(table: T): Row<T>[] {
  const entries = Object.entries(table);
  return Array.from(
    { length: entries[0]?.[1].values.length ?? 0 },
    (_, i) => Object.fromEntries(entries.map(([name, { values }]) => [name, values[i]])) as Row<T>,
  );
}
