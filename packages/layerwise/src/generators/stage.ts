import { stageFiles } from '@layerwise/scaffold';
import { version } from '../version.js';
import { writeInto, type Tree } from './tree.js';

/** `nx g layerwise:stage <name>`: a new stage package. */
export default function stage(tree: Tree, { name }: { readonly name: string }): void {
  writeInto(tree, (existing) => stageFiles(name, version, existing));
}
