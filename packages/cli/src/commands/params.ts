import { pathToFileURL } from 'node:url';
import { jsonSchema, LayerwiseError, type AnyStage, type JsonSchema } from '@layerwise/contracts';
import { findRoot } from '@layerwise/workspace/plan/selection';
import { entryOf, nearestPackage } from '@layerwise/workspace/plan/packages';
import { defineCommand } from '../command.js';
import { print } from '../terminal.js';

const SCOPE = '@layerwise/';

/** `layerwise params <stage>`: what may stand in the section of a stage in a study. @throws LayerwiseError USAGE if there is no such stage */
export async function paramsCommand(name: string, { json }: { readonly json: boolean }): Promise<void> {
  const root = findRoot();
  const { id, summary, params } = await stageOf(root, name);
  const schema = jsonSchema(params);
  if (json) return print(JSON.stringify({ stage: id, summary, params: schema }, null, 2));
  const rows = rowsOf(schema, '');
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  print([`${id}: ${summary}`, '', ...lines].join('\n'));
}

async function stageOf(root: string, name: string): Promise<AnyStage> {
  const full = name.includes('/') ? name : `${SCOPE}${name}`;
  const entry = entryOf(root, full);
  const module = entry === undefined ? {} : ((await import(pathToFileURL(entry).href)) as { stage?: AnyStage });
  if (module.stage) return module.stage;
  const close = nearestPackage(root, name)?.replace(SCOPE, '');
  throw new LayerwiseError('USAGE', `the stage must be an installed package that exports one, got '${name}'`, {
    remedy:
      close === undefined
        ? 'layerwise schema lists them all in pipelines/study.schema.json'
        : `Did you mean '${close}'?`,
  });
}

type Row = readonly [field: string, type: string, given: string, doc: string];

/** A row for each field of a group, and for those within it. */
function rowsOf(schema: JsonSchema, prefix: string): Row[] {
  const required = (schema.required ?? []) as readonly string[];
  return Object.entries((schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const given =
      'default' in field
        ? `default ${JSON.stringify(field.default)}`
        : required.includes(name)
          ? 'required'
          : 'optional';
    const row: Row = [path, typeOf(field), given, String(field.description ?? '')];
    return [row, ...rowsOf(field, `${path}.`), ...rowsOf((field.items ?? {}) as JsonSchema, `${path}[].`)];
  });
}

/** Type and range of a field in words. */
function typeOf(field: JsonSchema): string {
  const { minItems, maxItems, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = field;
  if (field.enum) return (field.enum as readonly unknown[]).join(', ');
  if (field.anyOf) return (field.anyOf as readonly JsonSchema[]).map(typeOf).join(' or ');
  if (field.type === 'array')
    return words(`list of ${typeOf(field.items as JsonSchema)}`, [
      ['with at least', minItems],
      ['with at most', maxItems],
    ]);
  if (field.type === 'object') return field.maxProperties === 1 ? 'one of' : 'group';
  return words(String(field.type), [
    ['at least', minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum],
    ['above', exclusiveMinimum],
    ['at most', maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum],
    ['below', exclusiveMaximum],
  ]);
}

function words(type: string, bounds: readonly (readonly [string, unknown])[]): string {
  return [type, ...bounds.flatMap(([word, bound]) => (bound === undefined ? [] : `${word} ${String(bound)}`))].join(
    ', ',
  );
}

/** `layerwise params` */
export const command = defineCommand({
  builder: (y) =>
    y
      .positional('stage', {
        type: 'string',
        demandOption: true,
        describe: 'A stage package, such as train or reduce-pca',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object, with a JSON Schema' })
      .example('$0 params train', ''),
  handler: async ({ stage, json }) => paramsCommand(stage, { json }),
});
