import { studyFiles } from '@layerwise/scaffold';
import { writeInto, type Tree } from './tree.js';

/** `nx g layerwise:study <name>`: a new study. */
export default function study(tree: Tree, { name }: { readonly name: string }): void {
  writeInto(tree, (existing) => studyFiles(name, existing));
}
