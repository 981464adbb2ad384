import type { Document, LineCounter, Node } from 'yaml';
import { parser } from './parser.js';

/** The line (from 1) where the value at `path` stands; of its nearest ancestor if it is missing. For an unknown field, its name. */
export function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly (string | number)[]): number {
  const { isMap, isScalar, isSeq } = parser();
  let node: unknown = document.contents;
  let offset = start(node) ?? 0;
  for (const step of path) {
    const next = isMap(node)
      ? node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(step))
      : undefined;
    if (next) {
      offset = start(next.key) ?? offset;
      node = next.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      offset = start(node) ?? offset;
    } else break;
  }
  return lines.linePos(offset).line;
}

function start(node: unknown): number | undefined {
  return (node as Node | null)?.range?.[0];
}
