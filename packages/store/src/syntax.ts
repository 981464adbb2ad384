import { parse, type Options, type Program } from 'acorn';
import { sha256 } from '@layerwise/contracts';

/** Where a token stands and how it is spelled; no part of what a program does. */
const spelling = new Set(['start', 'end', 'raw']);

/**
 * A hash of what a script says, whatever its layout: blanks, line breaks, comments, quotes, parentheses that change nothing and trailing
 * commas do not count.
 * @param isEs whether it is a module of ES
 * @returns SHA-256 of its syntax tree (ESTree); undefined if it cannot be parsed
 */
export function hashSyntax(source: string, isEs: boolean): string | undefined {
  const options: Options = {
    ecmaVersion: 'latest',
    sourceType: isEs ? 'module' : 'script',
    allowHashBang: true,
    allowReturnOutsideFunction: !isEs,
  };
  let program: Program;
  try {
    program = parse(source, options);
  } catch {
    return undefined;
  }
  return sha256(JSON.stringify(program, plain));
}

interface Key {
  readonly type?: string;
  readonly name?: string;
  readonly value?: unknown;
}

/** A node of the tree; of a property whether its key is computed. */
interface Node {
  readonly type?: string;
  readonly computed?: boolean;
}

/** A value of the tree without its spelling; a literal's is written as a string, since JSON has no infinity and no big integers. */
function plain(this: Node, key: string, value: unknown): unknown {
  if (this.type === 'Literal' && key === 'value') return `${typeof value} ${String(value)}`;
  if (key === 'key' && !this.computed) return plainKey(value as Key);
  // A template's raw text is what its tag is given; it lies in a value that has no type.
  return this.type !== undefined && spelling.has(key) ? undefined : value;
}

/** The key `a` of a property, be it written `a` or `'a'`. */
function plainKey(key: Key): unknown {
  return key.type === 'Literal' ? String(key.value) : key.type === 'Identifier' ? key.name : key;
}
