import { schemas } from '@layerwise/contracts';

/** Writes an artifact of a kind that says nothing: tables and matrices without rows, no file with a name of its own, and the document. */
export async function writeEmpty(output, kind, document) {
  for (const [file, { format, columns }] of Object.entries(schemas[kind].files)) {
    const [name] = file.split('.');
    const given = Object.entries(columns ?? {}).filter(([column]) => !column.includes('<'));
    if (file.includes('<')) continue;
    if (format === 'matrix')
      await output.matrix(name, { rows: 0, columns: Object.fromEntries(given.map(emptyColumn)) });
    if (format === 'table') await output.table(name, Object.fromEntries(given.map(emptyResults)));
    if (format === 'document') await output.json(name, document);
  }
}

const types = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
};
const emptyColumn = ([name, { dtype }]) => [name, { data: new types[[dtype].flat()[0]](), width: 1 }];
const emptyResults = ([name, { dtype }]) => [name, { type: [dtype].flat()[0], values: [] }];
