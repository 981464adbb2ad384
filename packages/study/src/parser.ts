import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';

/** The YAML parser, loaded when a text is to be parsed: that takes 30 ms, and a run whose studies are remembered parses none. */
export function parser(): typeof Yaml {
  return createRequire(import.meta.url)('yaml') as typeof Yaml;
}
