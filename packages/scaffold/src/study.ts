import { newFiles, type Existing, type FileSet } from './file-set.js';
import { checkedName } from './name.js';

/**
 * A study with two experiments that run in seconds, on synthetic digits.
 * @throws Refusal if it may not be called so, or is there already
 */
export function studyFiles(name: string, existing: Existing): FileSet {
  checkedName('study', name);
  return newFiles(new Map([[`pipelines/${name}/study.yaml`, textOf(name)]]), existing);
}

const textOf = (name: string): string => `# yaml-language-server: $schema=../study.schema.json
name: ${name}
title: What do the hidden nodes of a dense net respond to?
seed: 43

# Synthetic digits. \`dataset: { use: mnist, offline: strokes }\` reads MNIST, which \`npx layerwise data fetch\` downloads.
dataset: { use: strokes, strokes: { train: 6000, test: 1000 } }

preprocess:
  validation: { lastFraction: 0.1 }
  scale: by255

train: { epochs: 15 }
embed: { tsne: [{ rows: 1000 }] }

# npx layerwise params train lists what may stand in a section.
experiments:
  exp1:
    title: 16 hidden nodes
    train: { hidden: [{ units: 16 }] }
  exp2:
    title: 16 hidden nodes, from the forest's top 70 pixels
    extends: exp1
    reduce: { uses: '@layerwise/reduce-forest', trees: 30, topK: 70 }
`;
