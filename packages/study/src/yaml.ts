import type { CST, Document, LineCounter, Node, YAMLError } from 'yaml';
import { LayerwiseError, received } from '@layerwise/contracts';
import { parser } from './parser.js';
import { lineOf } from './position.js';

/** A YAML file, read: its value and where in the file each part of it stands. */
export interface YamlFile {
  readonly value: unknown;
  /** `file:line` of the value at a path, or of its nearest ancestor that is there. */
  readonly where: (path: readonly (string | number)[]) => string;
  /** The line alone, from 1. */
  readonly line: (path: readonly (string | number)[]) => number;
}

/** The longest study that is read. */
export const mostCharacters = 65_536;
const maxDepth = 64;

/**
 * Reads one YAML 1.2 document of plain data. Nothing in it can run, grow or refer to itself:
 * tags, aliases that expand to more than 100 nodes or lie in what they name, nesting deeper than 64 and more than 65,536 characters are refused.
 * @param file its path, for messages
 * @throws LayerwiseError STUDY_INVALID naming file and line
 */
export function readYaml(text: string, file: string): YamlFile {
  const { LineCounter, parseDocument } = parser();
  const lines = new LineCounter();
  const at = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  if (text.length > mostCharacters)
    throw refused(
      `must be at most ${mostCharacters} characters long, got ${text.length}`,
      `${file}:1`,
      'Is this a study?',
    );
  refuseDepth(text, (offset) => `${file}:${text.slice(0, offset).split('\n').length}`);
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    schema: 'core',
    customTags: [],
    resolveKnownTags: false,
    uniqueKeys: false,
  });
  const [wrong] = [...document.errors, ...document.warnings];
  if (wrong) throw syntaxError(wrong, text, lines, file);
  refuseDuplicates(document, at, lines);
  const line: YamlFile['line'] = (path) => lineOf(document, lines, path);
  return { value: valueOf(document, at), where: (path) => `${file}:${line(path)}`, line };
}

/** What a study that breaks rules, or is not even YAML, seems to be called, and its experiments; only what stands there plainly. */
export function readOutline(text: string): { readonly name?: string; readonly experiments: readonly string[] } {
  const { isMap, isScalar, parseDocument } = parser();
  refuseDepth(text, String);
  const { contents } = parseDocument(text, {
    schema: 'core',
    customTags: [],
    resolveKnownTags: false,
    uniqueKeys: false,
    logLevel: 'silent',
  });
  if (!isMap(contents)) return { experiments: [] };
  const [name, experiments] = [contents.get('name'), contents.get('experiments', true)];
  const keys = isMap(experiments) ? experiments.items.map(({ key }) => (isScalar(key) ? key.value : undefined)) : [];
  return { ...(typeof name === 'string' ? { name } : {}), experiments: keys.filter((key) => typeof key === 'string') };
}

function refused(rule: string, where: string, remedy = 'Fix the line and run again.'): LayerwiseError {
  return new LayerwiseError('STUDY_INVALID', `study file ${rule}`, { where, remedy });
}

/** Before the file is composed, since that recurs: a file of brackets alone would exhaust the stack, which cannot be caught. */
function refuseDepth(text: string, at: (offset: number) => string): void {
  const { Parser } = parser();
  const pending: { token: CST.Token; depth: number }[] = [...new Parser().parse(text)].map((token) => ({
    token,
    depth: 0,
  }));
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { token, depth } = next;
    if (depth > maxDepth) throw refused(`must be nested at most ${maxDepth} deep, got more`, at(token.offset));
    const items =
      'items' in token ? token.items.flatMap(({ key, value }) => [key, value]) : 'value' in token ? [token.value] : [];
    for (const item of items) if (item) pending.push({ token: item, depth: depth + 1 });
  }
}

const tabbed = /^ *\t/;

function syntaxError(
  { code, message, pos }: YAMLError,
  text: string,
  lines: LineCounter,
  file: string,
): LayerwiseError {
  const { line } = lines.linePos(pos[0]);
  const written = text.split(/\r?\n/);
  const wrong = written[line - 1] ?? '';
  const where = `${file}:${line}`;
  // Between brackets the parser complains of what a tab leads to, not of the tab.
  switch (tabbed.test(wrong) ? 'TAB_AS_INDENT' : code) {
    case 'TAB_AS_INDENT':
      return refused('must be indented with spaces, got a tab', where, 'Replace the tab by spaces.');
    case 'TAG_RESOLVE_FAILED':
      return refused(`must be plain data without tags, got ${text.slice(...pos)}`, where, 'Remove the tag.');
    case 'MULTIPLE_DOCS':
      return refused(
        'must hold one document, got a second one after ---',
        where,
        'Put each study into a file of its own.',
      );
    default: {
      const tab = written.findIndex((other) => tabbed.test(other)) + 1;
      const got = wrong.trim()
        ? received(wrong.trim())
        : text.slice(pos[0]).trim()
          ? 'an empty line'
          : 'the end of the file';
      return refused(
        `must be valid YAML: ${message.trim().replace(/\.?$/, '')}, got ${got}`,
        where,
        tab > 0 ? `Line ${tab} is indented with a tab: replace it by spaces.` : undefined,
      );
    }
  }
}

/** In place of the parser's own check, whose time grows with the square of the number of keys. */
function refuseDuplicates(document: Document.Parsed, at: (offset: number) => string, lines: LineCounter): void {
  const { isScalar, visit } = parser();
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Map<string, number>();
      for (const { key } of items) {
        const name = isScalar(key) ? String(key.value) : String(key);
        const offset = (key as Node | null)?.range?.[0] ?? 0;
        const first = seen.get(name);
        if (first !== undefined)
          throw refused(
            `must have every name once in its group, got '${name}' twice, first on line ${lines.linePos(first).line}`,
            at(offset),
            'Rename or remove one of the two.',
          );
        seen.set(name, offset);
      }
    },
  });
}

function valueOf(document: Document.Parsed, at: (offset: number) => string): unknown {
  let first: number | undefined;
  parser().visit(document, {
    Alias: (_, alias, path) => {
      const offset = alias.range?.[0] ?? 0;
      const named = alias.resolve(document);
      if (!named) throw refused(`must define &${alias.source} before *${alias.source}`, at(offset));
      if (path.includes(named))
        throw refused(`must have no alias within what it names, got *${alias.source}`, at(offset));
      first ??= offset;
    },
  });
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw refused(
      'must have aliases that expand to at most 100 nodes, got more',
      at(first ?? 0),
      'Write the values out.',
    );
  }
}
