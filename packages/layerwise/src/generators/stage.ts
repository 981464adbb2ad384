import { stageFiles } from '@layerwise/scaffold';
import { version } from '../version.js';
import { writeInto, type Tree } from './tree.js';

/** `nx g layerwise:stage <name>`: a new stage package. */
export default function stage(
  tree: Tree,
  { name, role = 'reduce' }: { readonly name: string; readonly role?: string },
): void {
  writeInto(tree, (existing) => stageFiles({ name, role, version }, existing));
}
