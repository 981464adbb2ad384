import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const names = readdirSync(join(import.meta.dirname, '../src/commands')).map((file) => file.replace(/\.ts$/, ''));

/** What the command line prints, and the modules of commands that it loads. */
function layerwise(...args: string[]): { output: string; loaded: string[] } {
  const hook = `
    import { writeSync } from 'node:fs';
    export async function load(url, context, next) {
      if (url.includes('/dist/commands/')) writeSync(2, url + '\\n');
      return next(url, context);
    }`;
  const hookUrl = `data:text/javascript,${encodeURIComponent(hook)}`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(hookUrl)});`;
  const entry = join(root, 'packages/cli/bin/layerwise.mjs');
  const printed = execFileSync(
    '/bin/sh',
    [
      '-c',
      '"$@" 2>&1',
      'sh',
      process.execPath,
      '--import',
      `data:text/javascript,${encodeURIComponent(register)}`,
      entry,
      ...args,
    ],
    { encoding: 'utf8', cwd: root, env: { ...process.env, COLUMNS: '100' } },
  );
  const lines = printed.split('\n');
  const loaded = lines.flatMap((line) => /^file:.*\/dist\/commands\/([\w-]+)\.js$/.exec(line)?.[1] ?? []);
  return { output: lines.filter((line) => !line.startsWith('file:')).join('\n'), loaded: loaded.sort() };
}

describe('the modules in src/commands', () => {
  it('are all in the help, by the name of their file; none is loaded for it', () => {
    const { output, loaded } = layerwise('--help');
    expect([...output.matchAll(/^ {2}layerwise ([\w-]+)/gm)].map(([, name]) => name).sort()).toEqual(names);
    expect(loaded).toEqual([]);
  });

  it.each(names)('%s is loaded alone where it is named', (name) => {
    const { output, loaded } = layerwise(name, '--help');
    expect(output).toMatch(new RegExp(`^layerwise ${name}\\b`));
    expect(loaded).toEqual([name]);
  });
});
