import { isBuiltin } from 'node:module';
import { extname, posix } from 'node:path';
import { sha256 } from '@layerwise/contracts';
import { parse } from 'es-module-lexer';
import { hashSyntax } from './syntax.js';

/** What a file of code says by itself, wherever it lies. */
export interface Module {
  /** Of a script that of its syntax, see `hashSyntax`, of any other file that of its bytes. */
  readonly sha256: string;
  /** Specifiers of its imports and of `import.meta.resolve`, those of Node.js left out. */
  readonly imports: readonly string[];
  /** Addresses, from its own, that it names by `new URL(…, import.meta.url)`; with `${` in the last part, of all files that fit. */
  readonly assets: readonly string[];
  /** Where it cannot be followed: what stands in quotes after `require`, `import`, `from` and the like. */
  readonly mentions: readonly string[];
  /** The first construct, in words, by which it may load what it does not name. */
  readonly opaque?: string;
  /** The module of Node.js by which it may read a file that it does not name, such as `node:fs`. */
  readonly reads?: string;
  /** Whether it is one of ES by its syntax. */
  readonly isEs: boolean;
}

/** `new URL('./wasm/pca.wasm', import.meta.url)`, also as a template. */
const asset = /new URL\(\s*(['"`])([^'"`\\]+)\1\s*,\s*import\.meta\.url\s*\)/g;
const resolving = /import\.meta\.resolve\(\s*(['"`])([^'"`\\$]+)\1\s*\)/y;
const metaProperty = /import\.meta(?:\.\w+)?/y;
const mention = /(?:\b(?:require|import|from|resolve|URL|Worker|fork)\s*\(?|\)\s*\()\s*(['"`])([^'"`\\$\n]+)\1/g;
/** Words by which code is loaded that no import names. */
const loading =
  /\b(?:createRequire|getBuiltinModule|dlopen|process\.(?:binding|cwd|mainModule|loadEnvFile)|importScripts|eval|Function)\b/;
/** Modules of Node.js that load code by whatever name, and those that read whatever file. */
const loaders = new Set(['module', 'vm', 'repl']);
const readers = new Set(['fs', 'fs/promises', 'child_process', 'worker_threads', 'cluster', 'sqlite', 'wasi']);
const followed = new Set(['.js', '.mjs']);
const otherScript = /^\.(?:cjs|[cm]?tsx?|jsx)$/;

/**
 * Reads a file as code, as data if it is no script.
 * @param path its name tells what it is
 */
export function readModule(path: string, bytes: Buffer): Module {
  const hash = sha256(bytes);
  const extension = extname(path);
  if (followed.has(extension)) {
    const source = bytes.toString('utf8');
    const read = readScript(source, path);
    return { sha256: hashSyntax(source, read.isEs) ?? hash, ...read };
  }
  const plain = { sha256: hash, imports: [], assets: [], mentions: [], isEs: false };
  if (extension === '.node') return { ...plain, opaque: 'a native add-on' };
  return otherScript.test(extension)
    ? { ...plain, mentions: mentionsIn(bytes.toString('utf8')), opaque: `a file ${extension}` }
    : plain;
}

function readScript(source: string, path: string): Omit<Module, 'sha256'> {
  // Without its init() the lexer is compiled here, by the first module that is not remembered: in a run with nothing changed, never.
  let lexed: ReturnType<typeof parse>;
  try {
    lexed = parse(source, path);
  } catch {
    return { imports: [], assets: [], mentions: mentionsIn(source), opaque: 'syntax that cannot be read', isEs: false };
  }
  const [specifiers, , , isEs] = lexed;
  const named = [...source.matchAll(asset)];
  const imports: string[] = [];
  const opaque: string[] = [];
  for (const found of specifiers) {
    if (found.type === 'import-meta') {
      const { start } = found;
      const resolved = matchAt(resolving, source, start);
      if (resolved) imports.push(resolved[2]);
      else if (!named.some((match) => match.index < start && start < match.index + match[0].length))
        opaque.push(matchAt(metaProperty, source, start)?.[0] ?? 'import.meta');
    } else if (found.specifier === undefined || ('glob' in found && found.glob))
      opaque.push('import() of a computed name');
    else imports.push(found.specifier);
  }
  const assets = named.map((match) => match[2]);
  opaque.push(...assets.filter(hasComputedFolder).map(() => 'new URL() of a computed folder'));
  opaque.push(
    ...imports.filter((name) => loaders.has(plainName(name)) || isForeign(name)).map((name) => `an import of ${name}`),
  );
  const word = loading.exec(source)?.[0];
  if (word) opaque.push(word);
  const reads = imports.find((name) => isBuiltin(name) && readers.has(plainName(name)));
  return {
    imports: imports.filter((name) => !isBuiltin(name)),
    assets,
    mentions: mentionsIn(source),
    ...(opaque[0] ? { opaque: opaque[0] } : {}),
    ...(reads ? { reads } : {}),
    isEs,
  };
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}

/** Whether an address is a template, and not in its last part alone. */
export function hasComputedFolder(address: string): boolean {
  return posix.dirname(address).includes('${');
}

/** A file that Node.js would load by other means than as a script or JSON. */
function isForeign(specifier: string): boolean {
  const extension = extname(specifier.replace(/[?#].*$/, ''));
  return (
    /^\.{0,2}\//.test(specifier) && extension !== '.json' && !followed.has(extension) && !otherScript.test(extension)
  );
}

function plainName(builtin: string): string {
  return builtin.replace(/^node:/, '');
}

function mentionsIn(source: string): string[] {
  return [...new Set([...source.matchAll(mention)].map((match) => match[2]))].filter((name) => !isBuiltin(name));
}
