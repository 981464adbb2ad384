import type { ArtifactKind } from './artifact.js';
import { count, flag, group, listOf, oneOf, optional, orNull, real, text, type Form } from './form.js';

/** As numbers stand in JSON that are not numbers where there is nothing to count. */
const known = orNull(real);

const dataset = group({
  name: text,
  width: count,
  height: count,
  classes: listOf(text),
  validationRows: optional(count),
  testSplitOff: optional(count),
  origin: text,
  fallback: optional(group({ wanted: text, reason: text })),
});

const score = group({ accuracy: known, loss: known });
const pair = group({ node: count, of: count, correlation: known });

const view = group({
  name: text,
  method: oneOf(['pca', 'tsne', 'columns']),
  source: text,
  split: oneOf(['train', 'validation', 'test']),
  dimensions: count,
  rows: count,
  explained: optional(listOf(known)),
  columns: optional(listOf(count)),
  purity: optional(
    group({
      neighbours: count,
      share: known,
      classes: listOf(group({ class: count, rows: count, share: known, rival: orNull(count) })),
    }),
  ),
});

const layer = group({
  name: text,
  units: count,
  activation: text,
  dead: listOf(count),
  duplicates: listOf(pair),
  nearest: optional(pair),
  effectiveRank: known,
  enough: optional(group({ accuracy: known, for95: count, for99: count, order: listOf(count) })),
  nodeOrder: listOf(count),
  classOrder: listOf(count),
  line: optional(group({ classes: listOf(count), overlaps: listOf(known), bins: count })),
  accuracy: known,
  sampled: group({ ablation: count, gradients: count, weights: count, correlation: count, bootstrap: count }),
  preferredInput: group({ exact: optional(flag), steps: optional(count), starts: optional(count) }),
});

/** Of the JSON files of a kind, by their names without `.json`: what a reader of `schemas.ts` relies on. */
const FORMS: Readonly<Record<ArtifactKind, Readonly<Record<string, Form>>>> = {
  dataset: { dataset },
  features: {
    features: group({ origin: text, columns: count, dataset, explained: optional(known) }),
    forest: group({
      trees: count,
      outOfBagAccuracy: known,
      validationAccuracy: known,
      testAccuracy: known,
      nodes: count,
      maxDepth: count,
    }),
  },
  model: {
    model: group({
      modelTopology: group({}),
      weightsManifest: listOf(
        group({ paths: listOf(text), weights: listOf(group({ name: text, shape: listOf(count), dtype: text })) }),
      ),
    }),
    evaluation: group({
      train: score,
      validation: score,
      test: score,
      params: count,
      features: count,
      epochs: count,
      bestEpoch: count,
      stoppedEarly: flag,
      hidden: listOf(count),
      deadUnits: listOf(listOf(count)),
    }),
  },
  activations: {},
  embedding: { views: listOf(view) },
  nodes: { nodes: group({ rows: count, layers: listOf(layer) }) },
  report: {
    comparison: group({
      rows: group({ train: count, validation: count, test: count }),
      validatesOnTest: flag,
      cost: orNull(group({ multiplyAdds: known, numbers: known })),
    }),
  },
};

/** All kinds of artifacts. */
export const ARTIFACT_KINDS = Object.keys(FORMS) as readonly ArtifactKind[];

/** The first rule that a JSON file of an artifact breaks, with the name of the file; undefined if it is sound. @param name without `.json` */
export function wrongForm(kind: ArtifactKind, name: string, value: unknown): string | undefined {
  const form = Object.hasOwn(FORMS[kind], name) ? FORMS[kind][name] : undefined;
  return form?.(value, `${name}.json`);
}
