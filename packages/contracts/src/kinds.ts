import { isAffine } from './affine.js';
import type { ArtifactKind } from './artifact.js';
import { received } from './check.js';
import { wrongForm } from './forms.js';
import { MOST_CLASSES, NODE_CLASS_COLUMNS, NODE_COLUMNS } from './schemas.js';
import type { Sketch } from './sketch.js';

/** The files that every artifact of a kind has; `schemas.ts` says what is in them. */
const FILES: Readonly<Record<ArtifactKind, readonly string[]>> = {
  dataset: ['train.arrow', 'test.arrow', 'dataset.json'],
  features: ['train.arrow', 'validation.arrow', 'test.arrow', 'features.json'],
  model: ['model.json', 'weights.bin', 'history.parquet', 'evaluation.json'],
  activations: ['train.arrow', 'validation.arrow', 'test.arrow'],
  embedding: ['views.json'],
  nodes: ['nodes.json', 'nodes.parquet', 'classes.parquet'],
  report: ['index.html'],
};

type ColumnTypes = Readonly<Record<string, readonly string[]>>;

const rowColumns: ColumnTypes = { id: ['Uint32Array'], label: ['Uint16Array'] };

/** What the rows of a split have beside `id` and `label`. */
const splitColumns: Partial<Record<ArtifactKind, ColumnTypes>> = {
  dataset: { pixels: ['Uint8Array'] },
  features: { features: ['Uint8Array', 'Float32Array'] },
  activations: { predicted: ['Uint16Array'], probabilities: ['Float32Array'] },
};

/**
 * What of an artifact is not as its kind must be: files that are missing, columns of another type or length,
 * and JSON that says something else than the matrices beside it. Empty if it is sound.
 */
export function misshapen(kind: ArtifactKind, sketch: Sketch): readonly string[] {
  const missing = missingFiles(kind, sketch.files).map((file) => `${file} is missing`);
  const forms = [...sketch.values].flatMap(([name, value]) => wrongForm(kind, name, value) ?? []);
  const lengths = [...sketch.matrices].flatMap(([name, { rows, columns }]) =>
    [...columns].flatMap(([column, { length, width }]) =>
      length === rows * width
        ? []
        : [`${name}.arrow column ${column} has ${length} values, must have ${rows} x ${width}`],
    ),
  );
  const columns = splitsOf(sketch, kind).flatMap((name) =>
    badColumns(sketch, name, { ...rowColumns, ...splitColumns[kind] }),
  );
  const faults = [...missing, ...forms, ...lengths, ...columns];
  return faults.length > 0 ? faults : contradictions[kind](sketch);
}

/** The files that every artifact of a kind has, and that are not among these. */
export function missingFiles(kind: ArtifactKind, files: ReadonlySet<string>): readonly string[] {
  return FILES[kind].filter((file) => !files.has(file));
}

function splitsOf(sketch: Sketch, kind: ArtifactKind): string[] {
  return splitColumns[kind] ? ['train', 'validation', 'test'].filter((name) => sketch.matrices.has(name)) : [];
}

function badColumns({ matrices }: Sketch, name: string, wanted: ColumnTypes): string[] {
  return Object.entries(wanted).flatMap(([column, types]) => {
    const type = matrices.get(name)?.columns.get(column)?.type;
    return type !== undefined && types.includes(type)
      ? []
      : [`${name}.arrow column ${column} must be ${types.join(' or ')}, is ${type ?? 'missing'}`];
  });
}

function missingColumns({ tables }: Sketch, name: string, wanted: readonly string[]): string[] {
  const columns = tables.get(name)?.columns ?? [];
  return wanted
    .filter((column) => !columns.includes(column))
    .map((column) => `${name}.parquet column ${column} is missing`);
}

/** By kind, for artifacts that have all files and columns: where JSON and matrices contradict one another. */
const contradictions: Readonly<Record<ArtifactKind, (sketch: Sketch) => string[]>> = {
  dataset: (sketch) => {
    const info = groupOf(sketch.values.get('dataset'));
    const faults = badDataset(info, 'dataset.json');
    if (faults.length > 0) return faults;
    const counts = [
      ...(info.validationRows === undefined
        ? []
        : between('dataset.json: validationRows', info.validationRows, 0, rowsOf(sketch, 'train'))),
      ...(info.testSplitOff === undefined
        ? []
        : equal('dataset.json: testSplitOff', info.testSplitOff, rowsOf(sketch, 'test'), 'the rows of test.arrow')),
    ];
    return [
      ...counts,
      ...widths(sketch, 'dataset', 'pixels', pixelsOf(info), 'dataset.json: width x height'),
      ...labels(sketch, 'dataset', info),
    ];
  },
  features: (sketch) => {
    const info = groupOf(sketch.values.get('features'));
    const faults = badDataset(groupOf(info.dataset), 'features.json: dataset.');
    if (faults.length > 0) return faults;
    const wrong = [
      ...widths(sketch, 'features', 'features', info.columns, 'features.json: columns'),
      ...labels(sketch, 'features', groupOf(info.dataset)),
    ];
    return wrong.length > 0 ? wrong : badFeatures(sketch, info);
  },
  model: (sketch) => {
    const { weightsManifest } = groupOf(sketch.values.get('model'));
    const evaluation = groupOf(sketch.values.get('evaluation'));
    const groups = listOf(weightsManifest).map(groupOf);
    const shapes = groups.flatMap(({ weights }) =>
      listOf(weights).map((weight) => listOf(groupOf(weight).shape).map(Number)),
    );
    const paths = groups.flatMap(({ paths }) => listOf(paths) as readonly string[]);
    const total = shapes.reduce((sum, shape) => sum + shape.reduce((product, side) => product * side, 1), 0);
    const history = sketch.tables.get('history');
    return [
      ...paths.filter((path) => !sketch.files.has(path)).map((path) => `${path} is missing, which model.json names`),
      ...equal(
        'weights.bin: its bytes',
        sketch.sizes.get('weights.bin'),
        total * 4,
        'four for each number that model.json lists',
      ),
      ...equal(
        'evaluation.json: features',
        evaluation.features,
        shapes[0]?.[0],
        'the inputs of the first layer in model.json',
      ),
      ...equal('evaluation.json: epochs', evaluation.epochs, history?.rows, 'the rows of history.parquet'),
      ...missingColumns(sketch, 'history', ['epoch', 'loss', 'accuracy', 'valLoss', 'valAccuracy']),
    ];
  },
  activations: (sketch) => {
    const first = sketch.matrices.get('train')?.columns;
    const names = [...(first?.keys() ?? [])].filter((name) => name === 'probabilities' || /^hidden\d+$/.test(name));
    const classes = first?.get('probabilities')?.width ?? 0;
    return [
      ...names.flatMap((name) => widths(sketch, 'activations', name, first?.get(name)?.width, 'as in train.arrow')),
      ...labels(sketch, 'activations', { classes: { length: classes } }),
    ];
  },
  embedding: (sketch) =>
    listOf(sketch.values.get('views'))
      .map(groupOf)
      .flatMap(({ name, dimensions, rows }) => {
        const file = `${String(name)}.arrow`;
        const matrix = sketch.matrices.get(String(name));
        if (!matrix) return [`${file} is missing, which views.json names`];
        const columns = badColumns(sketch, String(name), { ...rowColumns, position: ['Float32Array'] });
        if (columns.length > 0) return columns;
        return [
          ...equal(
            `views.json: dimensions of ${String(name)}`,
            dimensions,
            matrix.columns.get('position')?.width,
            `the width of position in ${file}`,
          ),
          ...equal(`views.json: rows of ${String(name)}`, rows, matrix.rows, `the rows of ${file}`),
        ];
      }),
  nodes: (sketch) => {
    const layers = listOf(groupOf(sketch.values.get('nodes')).layers).map(groupOf);
    const units = layers.reduce((sum, layer) => sum + Number(layer.units), 0);
    const files = layers.flatMap(({ name, units }) =>
      sketch.matrices.has(String(name))
        ? [
            ...badColumns(sketch, String(name), nodeColumns),
            ...equal(
              `nodes.json: units of ${String(name)}`,
              units,
              rowsOf(sketch, String(name)),
              `the rows of ${String(name)}.arrow`,
            ),
          ]
        : [`${String(name)}.arrow is missing, which nodes.json names`],
    );
    return [
      ...files,
      ...missingColumns(sketch, 'nodes', Object.keys(NODE_COLUMNS)),
      ...missingColumns(sketch, 'classes', NODE_CLASS_COLUMNS),
      ...equal('nodes.json: units of all layers', units, sketch.tables.get('nodes')?.rows, 'the rows of nodes.parquet'),
    ];
  },
  report: (sketch) => ((sketch.sizes.get('index.html') ?? 0) > 0 ? [] : ['index.html is empty']),
};

/** Of the table of a hidden layer in an artifact of nodes. */
const nodeColumns: ColumnTypes = {
  node: ['Uint32Array'],
  weights: ['Float32Array'],
  preferredInput: ['Float32Array'],
  most: ['Uint32Array'],
  strongest: ['Uint32Array'],
  least: ['Uint32Array'],
  median: ['Uint32Array'],
};

/** What features of components have beside the splits. */
const componentColumns: Readonly<Record<string, ColumnTypes>> = {
  components: { component: ['Float64Array'], variance: ['Float64Array'], ratio: ['Float64Array'] },
  mean: { mean: ['Float64Array'] },
};

const origins = ['pixels', 'selected', 'components'];

/** `features.json` whose columns are those of the matrices. */
function badFeatures(sketch: Sketch, { origin, columns, scale, sourceScale, selected, dataset }: Group): string[] {
  const pixels = pixelsOf(groupOf(dataset));
  if (typeof origin !== 'string' || !origins.includes(origin))
    return [`features.json: origin must be one of ${origins.join(', ')}, got ${received(origin)}`];
  const faults = isAffine(scale, columns as number)
    ? []
    : [
        `features.json: scale must have a factor and an offset, each a number or one for each of ${String(columns)} columns, got ${received(scale)}`,
      ];
  if (sourceScale !== undefined && !isAffine(sourceScale, pixels))
    faults.push(
      `features.json: sourceScale must have a factor and an offset, each a number or one for each of ${pixels} pixels, got ${received(sourceScale)}`,
    );
  if (origin === 'pixels' && columns !== pixels)
    faults.push(
      `features.json: origin must be 'selected', with a list of the pixels under selected, or 'components' where there are not as many columns as pixels, got 'pixels' with ${String(columns)} columns of ${pixels} pixels`,
    );
  const isPixel = (index: unknown, i: number, all: readonly unknown[]): boolean =>
    Number.isInteger(index) &&
    (index as number) >= 0 &&
    (index as number) < pixels &&
    (i === 0 || (index as number) > (all[i - 1] as number));
  if (origin === 'selected' && !(Array.isArray(selected) && selected.length === columns && selected.every(isPixel)))
    faults.push(
      `features.json: selected must list ${String(columns)} pixels below ${pixels}, ascending, got ${received(selected)}`,
    );
  if (origin === 'components')
    faults.push(
      ...Object.entries(componentColumns).flatMap(([name, columns]) =>
        sketch.matrices.has(name)
          ? badColumns(sketch, name, columns)
          : [`${name}.arrow is missing, which features of components have`],
      ),
    );
  if (origin === 'components' && sketch.matrices.has('components'))
    faults.push(
      ...equal('features.json: columns', columns, rowsOf(sketch, 'components'), 'the rows of components.arrow'),
    );
  return faults;
}

function badDataset({ width, height, classes, name, origin }: Group, place: string): string[] {
  const at = place.endsWith('.') ? place : `${place}: `;
  const sides = Object.entries({ width, height })
    .filter(([, side]) => !Number.isInteger(side) || (side as number) < 1)
    .map(([side, value]) => `${at}${side} must be a whole number of at least 1, got ${received(value)}`);
  const names =
    Array.isArray(classes) &&
    classes.length >= 2 &&
    classes.length <= MOST_CLASSES &&
    classes.every((one) => typeof one === 'string') &&
    new Set(classes).size === classes.length;
  const texts = Object.entries({ name, origin })
    .filter(([, text]) => typeof text !== 'string')
    .map(([field, value]) => `${at}${field} must be a text, got ${received(value)}`);
  return [
    ...sides,
    ...(names ? [] : [`${at}classes must be 2 to ${MOST_CLASSES} different names, got ${received(classes)}`]),
    ...texts,
  ];
}

/** Of every split. */
function widths(sketch: Sketch, kind: ArtifactKind, column: string, wanted: unknown, what: string): string[] {
  return splitsOf(sketch, kind).flatMap((name) => {
    const width = sketch.matrices.get(name)?.columns.get(column)?.width;
    return width === wanted
      ? []
      : [
          `${name}.arrow column ${column} is ${String(width ?? 'not there')}${width === undefined ? '' : ' wide'}, must be ${received(wanted)} (${what})`,
        ];
  });
}

function labels(sketch: Sketch, kind: ArtifactKind, { classes }: Group): string[] {
  const count = (classes as { readonly length: number }).length;
  return splitsOf(sketch, kind).flatMap((name) =>
    ['label', 'predicted'].flatMap((column) => {
      const largest = sketch.matrices.get(name)?.columns.get(column)?.largest ?? -1;
      return largest < count
        ? []
        : [`${name}.arrow column ${column} must be below ${count}, the number of classes, got ${largest}`];
    }),
  );
}

type Group = Readonly<Record<string, unknown>>;

function groupOf(value: unknown): Group {
  return value !== null && typeof value === 'object' ? (value as Group) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function rowsOf(sketch: Sketch, name: string): number {
  return sketch.matrices.get(name)?.rows ?? 0;
}

function pixelsOf({ width, height }: Group): number {
  return Number(width) * Number(height);
}

function equal(what: string, got: unknown, wanted: unknown, because: string): string[] {
  return got === wanted ? [] : [`${what} must be ${received(wanted)}, ${because}, got ${received(got)}`];
}

function between(what: string, got: unknown, least: number, most: number): string[] {
  return Number.isInteger(got) && (got as number) >= least && (got as number) <= most
    ? []
    : [`${what} must be a whole number in [${least}, ${most}], got ${received(got)}`];
}
