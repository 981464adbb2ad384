// The records that kernels read and drivers write: each field's name, type and meaning, in the order in which they stand in memory.
// From this table build.mjs writes <kernel>-records.ts here for AssemblyScript and src/<kernel>/records.ts for the drivers.

/**
 * @typedef {readonly [name: string, type: 'f64' | 'f32' | 'i32' | 'u32' | 'usize', doc: string, count?: number]} Field
 * @typedef {{ doc: string, fields: readonly Field[], bytes: number }} RecordTable
 */

/** @type {RecordTable} */
const plan = {
  doc: 'What a net and its training are, and where their arrays stand',
  bytes: 192,
  fields: [
    ['layers', 'u32', 'hidden layers + 1'],
    ['inputs', 'u32', ''],
    ['classes', 'u32', ''],
    ['batch', 'u32', ''],
    ['workers', 'u32', ''],
    ['sparse', 'u32', '1: the first layer works on lists of non-zeros'],
    ['optimizer', 'u32', 'code of src/train/optimizers.ts'],
    ['rates', 'u32', 'f32 for each step of the epoch'],
    ['beta1', 'f32', ''],
    ['beta2', 'f32', ''],
    ['epsilon', 'f32', ''],
    ['lazy', 'u32', '1: rows without gradient are left for later'],
    ['step', 'u32', 'steps done before this epoch'],
    ['factor', 'u32', 'f32[D]'],
    ['offset', 'u32', 'f32[D]'],
    ['drop', 'u32', 'threshold of input dropout, 0 for none'],
    ['dropScale', 'f32', ''],
    ['dropSeed', 'u32', 'two words', 2],
    ['input', 'u32', 'two buffers: lists or panels', 2],
    ['starts', 'u32', "two buffers: begin and end of each row's list", 2],
    ['entries', 'u32', "two buffers: the batch's columns as lists; or f32 sums of the columns, in the first", 2],
    ['entriesStride', 'u32', "bytes of each worker's part"],
    ['records', 'u32', "two buffers: one record for each column's list", 2],
    ['recordCounts', 'u32', 'i32[2][workers]'],
    ['cursors', 'u32', 'i32[D]'],
    ['last', 'u32', 'u32[D]: step at which a row was last updated'],
    ['powers', 'u32', 'f32[4097]: rho^k'],
    ['losses', 'u32', 'f32[B]'],
    ['hits', 'u32', 'i32[B]'],
    ['totals', 'u32', 'Totals'],
    ['barrier', 'u32', ''],
    ['layerTable', 'u32', ''],
    ['penalties', 'u32', 'f64 for each tile'],
    ['tiles', 'u32', ''],
    ['penalised', 'u32', '1: some layer has an L2 penalty'],
    ['oneMinusBeta1', 'f32', '1 - BETA1'],
    ['oneMinusBeta2', 'f32', '1 - BETA2'],
    ['scratch', 'u32', 'SCRATCH_BYTES for each worker'],
    ['lists', 'u32', "each worker's buffer of lists"],
    ['listsStride', 'u32', 'its bytes'],
    ['extra', 'f32', 'what one optimiser alone has'],
  ],
};

/** @type {RecordTable} */
const totals = {
  doc: 'The totals of an epoch',
  bytes: 64,
  fields: [
    ['loss', 'f64', 'sum over rows'],
    ['penalty', 'f64', 'sum over rows'],
    ['hits', 'i32', ''],
    ['status', 'i32', '1: a loss was not finite'],
    ['failed', 'i32', 'batch at which'],
    ['power1', 'f64', 'beta1^steps'],
    ['power2', 'f64', 'beta2^steps'],
  ],
};

/** @type {RecordTable} */
const layer = {
  doc: 'One layer',
  bytes: 64,
  fields: [
    ['in', 'u32', ''],
    ['out', 'u32', ''],
    ['weights', 'u32', 'panels of in + 1 rows; the last row is the bias'],
    ['slot1', 'u32', 'distance in bytes from a weight to its first optimiser slot'],
    ['slot2', 'u32', ''],
    ['transposed', 'u32', 'panels of out rows over the inputs, then a row of zeros; 0 for the first layer'],
    ['activation', 'u32', 'code of the registry of activations; any other for the softmax'],
    ['drop', 'u32', ''],
    ['dropScale', 'f32', ''],
    ['decay', 'f32', '2 x L2'],
    ['values', 'u32', 'two buffers', 2],
    ['delta', 'u32', ''],
    ['tile', 'u32', "number of the layer's first tile"],
    ['sparse', 'u32', 'Sparse'],
    ['sums', 'u32', 'weighted sums, where the slope cannot be told from the activation; else 0'],
  ],
};

/** @type {RecordTable} */
const rows = {
  doc: 'A set of rows',
  bytes: 32,
  fields: [
    ['count', 'u32', ''],
    ['kind', 'u32', '0 bytes, 1 floats, 2 sparse bytes, 3 sparse floats'],
    ['values', 'u32', ''],
    ['columns', 'u32', 'u16 of each sparse value'],
    ['starts', 'u32', 'u32[rows + 1]'],
    ['labels', 'u32', 'u16'],
  ],
};

/** @type {RecordTable} */
const job = {
  doc: 'What a tree is grown from and where',
  bytes: 128,
  fields: [
    ['rows', 'u32', ''],
    ['columns', 'u32', ''],
    ['classes', 'u32', ''],
    ['width', 'u32', 'Bytes of a feature code: 1, or 4 for ranks of float32 values.'],
    ['maxFeatures', 'u32', ''],
    ['maxDepth', 'u32', ''],
    ['minSplit', 'u32', ''],
    ['minLeaf', 'u32', ''],
    ['bootstrap', 'u32', ''],
    ['byRowBelow', 'u32', 'Nodes with fewer rows read the codes row by row, not column by column (width 1 only).'],
    ['labels', 'usize', 'uint16[N]'],
    ['byColumn', 'usize', 'codes[D][N]'],
    ['byRow', 'usize', 'codes[N][D], width 1 only'],
    ['seed', 'usize', 'uint32[4], changed'],
    ['samples', 'usize', 'uint64[N], a row in the node: weight << 48 | class << 32 | row number'],
    ['spare', 'usize', 'uint64[N]'],
    ['keys', 'usize', 'uint64[N] each: code << 32 | weight << 16 | class'],
    ['sortedKeys', 'usize', ''],
    ['features', 'usize', 'uint32[D] each'],
    ['constants', 'usize', ''],
    ['stack', 'usize', 'uint32[N + 2][5]'],
    ['totals', 'usize', 'uint32[K rounded up to 16] each'],
    ['lefts', 'usize', ''],
    ['histogram', 'usize', 'uint32[256][16], all zero between uses'],
    ['flags', 'usize', 'uint8[256], all zero between uses'],
    ['digits', 'usize', 'uint32[256]'],
    ['nodes', 'usize', 'int32[2 N][4]: see growTree'],
    ['entries', 'usize', "uint32[N][2]: class and weight of the leaves' rows"],
    ['importances', 'usize', 'float64[D]'],
    ['weights', 'usize', 'uint32[N]: how often each row was drawn'],
    ['entryCount', 'u32', 'results'],
    ['depth', 'u32', ''],
  ],
};

/** @type {RecordTable} */
const state = {
  doc: 'What the threads of one descent share',
  bytes: 256,
  fields: [
    ['rate', 'f64', 'Step length of this stretch of iterations.'],
    ['momentum', 'f64', ''],
    ['exaggeration', 'f64', ''],
    ['wantedSpacing', 'f64', 'Largest distance of grid nodes, and the one in use (smaller for a small map).'],
    ['spacing', 'f64', ''],
    ['originX', 'f64', 'Position of the first node that may be touched.'],
    ['originY', 'f64', ''],
    ['Z', 'f64', 'Sum over ordered pairs i != j of 1 / (1 + d^2).'],
    ['rows', 'i32', ''],
    ['threads', 'i32', ''],
    ['blocks', 'i32', 'Rows are handled in blocks of BLOCK; [blocks].'],
    ['exact', 'i32', '1: sum over all pairs instead of the grid.'],
    ['nodes', 'i32', 'Nodes a side in use (a multiple of 4) and at most.'],
    ['maxNodes', 'i32', ''],
    ['size', 'i32', 'Length of the transforms: at least 2 nodes + 14.'],
    ['y', 'usize', 'float64 [N x 2]: positions, last steps, gains, attraction, repulsion.'],
    ['update', 'usize', ''],
    ['gains', 'usize', ''],
    ['attraction', 'usize', ''],
    ['repulsion', 'usize', ''],
    ['y32', 'usize', 'float32 [N x 2]: positions, rounded.'],
    [
      'rowStart',
      'usize',
      'The symmetric matrix: uint32 [N + 1], uint32 [E], float32 [E]; rows start at multiples of 4.',
    ],
    ['columns', 'usize', ''],
    ['p', 'usize', ''],
    ['stats', 'usize', 'float64 [blocks x 8]: potential, lowest and highest x and y, divergence.'],
    ['charges', 'usize', 'float64 [CHUNKS x nodes x nodes].'],
    ['potential', 'usize', 'float64 [nodes x nodes].'],
    ['spectrum', 'usize', 'Complex [size / 2 + 2][nodes].'],
    ['kernel', 'usize', 'float64 pairs [(size / 2 + 2) / 2][size].'],
    ['table', 'usize', 'Complex [size].'],
    ['scratch', 'usize', 'Two buffers of 32 * size bytes for each thread.'],
    ['scratchStride', 'i32', ''],
    ['barrier', 'usize', 'int32 [64], as barrier.ts uses them.'],
    ['outgrown', 'i32', '1: the map is too wide for the grid now, so that all pairs are summed.'],
  ],
};

/** Records by kernel; those in `namespaces` are read by address and offset, those in `classes` as objects. */
export const kernels = {
  forest: { namespaces: {}, classes: { Job: job } },
  train: { namespaces: { Plan: plan, Totals: totals, Layer: layer, Rows: rows }, classes: {} },
  tsne: { namespaces: {}, classes: { State: state } },
};

const sizes = { f64: 8, f32: 4, i32: 4, u32: 4, usize: 4 };
const origin = '// Written by build.mjs from the table in assembly/records.mjs.\n';

/** Fields with their places, each aligned to its size as AssemblyScript aligns those of classes. @param {RecordTable} record */
function placed({ fields, bytes }) {
  let next = 0;
  const places = fields.map(([name, type, doc, count = 1]) => {
    const offset = Math.ceil(next / sizes[type]) * sizes[type];
    next = offset + count * sizes[type];
    return { name, type, doc, offset, index: offset / sizes[type] };
  });
  if (next > bytes) throw new RangeError(`a record of ${bytes} bytes has fields of ${next}`);
  return places;
}

const upper = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
const comment = (doc, indent) => (doc ? `${indent}/** ${doc.replace(/\.$/, '')}. */\n` : '');

function namespace(name, record) {
  const note = ({ type, doc }) => [type === 'u32' ? '' : type, doc].filter(Boolean).join(': ');
  const constants = placed(record).map((field) => {
    const said = note(field);
    return `  export const ${upper(field.name)}: usize = ${field.offset};${said && ` // ${said}`}`;
  });
  return [
    `/** ${record.doc}: byte offsets. Pointers and integers are u32 unless said. */`,
    `export namespace ${name} {`,
    `  export const BYTES: usize = ${record.bytes};`,
    ...constants,
    '}\n',
  ].join('\n');
}

function classOf(name, record) {
  const fields = placed(record).map(({ name: field, type, doc }) => `${comment(doc, '  ')}  ${field}: ${type};`);
  return [`/** ${record.doc}. */`, '@unmanaged', `export class ${name} {`, ...fields, '}\n'].join('\n');
}

function numbers(name, record) {
  const constant = upper(name).slice(1);
  const fields = placed(record).map(({ name: field, doc, index }) => `${comment(doc, '  ')}  ${field}: ${index},`);
  return [
    `/** ${record.doc}: the number of each field in an array of its type. */`,
    `export const ${constant} = {`,
    ...fields,
    '} as const;',
    '/** Bytes of it. */',
    `export const ${constant}_BYTES = ${record.bytes};\n`,
  ].join('\n');
}

/** Texts of the files that are written for a kernel, by path from packages/kernels. */
export function recordFiles(kernel) {
  const { namespaces, classes } = kernels[kernel];
  const join = (parts) => `${origin}\n${parts.join('\n')}`;
  const all = Object.entries({ ...namespaces, ...classes });
  return {
    [`assembly/${kernel}/records.ts`]: join([
      ...Object.entries(namespaces).map(([name, record]) => namespace(name, record)),
      ...Object.entries(classes).map(([name, record]) => classOf(name, record)),
    ]),
    [`src/${kernel}/records.ts`]: join(all.map(([name, record]) => numbers(name, record))),
  };
}
