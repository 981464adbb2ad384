import { createRequire } from 'node:module';
import { join } from 'node:path';
import { FileCache } from '@layerwise/store/file-cache';
import { CodeTracer, type CodeTrace } from '@layerwise/store/fingerprint';
import { entryOf } from './packages.js';

/** As this package sees it, whose store a stage gets, even where the workspace has another version. */
const { resolve } = createRequire(import.meta.url);

/** What is known of the files of a workspace: raw data, modules, installed packages. @param root absolute path of the workspace */
export function fileCacheOf(root: string): FileCache {
  return new FileCache(join(root, 'artifacts', '.files.json'));
}

/**
 * Finds the code that runs in a stage's process: that of the package, and that which reads and writes matrices and tables. Each package is traced once.
 * @param fileCache is used, not saved
 * @returns a function of the name of an installed package
 */
export function tracerOf(root: string, fileCache: FileCache): (uses: string) => CodeTrace {
  const tracer = new CodeTracer(fileCache);
  const files = ['writer', 'arrow', 'arrow-rows', 'parquet'].map((name) => resolve(`@layerwise/store/${name}`));
  const traces = new Map<string, CodeTrace>();
  return (uses) => {
    const trace = traces.get(uses) ?? tracer.trace([entryOf(root, uses) as string, ...files]);
    traces.set(uses, trace);
    return trace;
  };
}
