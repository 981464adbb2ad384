import type { ArtifactKind } from '../artifact.js';
import { activations } from './activations.js';
import { classes } from './classes.js';
import { dataset } from './dataset.js';
import { embedding } from './embedding.js';
import { features } from './features.js';
import { model } from './model.js';
import { nodes } from './nodes.js';
import { report } from './report.js';
import type { ArtifactSchema } from './schema.js';

/** What every kind of artifact holds, in the order of the pipeline; docs/artifacts.md is made from it. */
export const schemas = { dataset, features, model, activations, embedding, nodes, classes, report } satisfies Record<
  ArtifactKind,
  ArtifactSchema
>;

/** All kinds of artifacts. */
export const ARTIFACT_KINDS = Object.keys(schemas) as readonly ArtifactKind[];

/** The schemas by kind. */
export type Schemas = typeof schemas;
