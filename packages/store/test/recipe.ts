import type { Draft, Recipe } from '@layerwise/store';

/** A recipe that only its parameters tell from another. */
export function recipe(params: Record<string, unknown> = {}): Recipe {
  return {
    uses: '@layerwise/train',
    params,
    seed: 43,
    inputs: {},
    raw: [],
    code: { digest: 'd', modules: {}, dependencies: {} },
    node: 'v20',
  };
}

/** A draft of the artifact `id`, of the kind whose files may be whatever they are beside `index.html`. */
export function draft(id: string, params: Record<string, unknown> = {}): Draft {
  return { id, stage: 'train', kind: 'report', recipe: recipe(params), inputs: {} };
}

/** What a stage without anything to tell reports. */
export const outcome = { warnings: [], seconds: 1, peakMemoryMB: 50 };
