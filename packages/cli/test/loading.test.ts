import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const loaded = (command: string): string[] => {
  const hook = `
    import { writeSync } from 'node:fs';
    export async function load(url, context, next) {
      writeSync(1, url + '\\n');
      return next(url, context);
    }`;
  const hookUrl = `data:text/javascript,${encodeURIComponent(hook)}`;
  const entry = new URL(`../dist/commands/${command}.js`, import.meta.url).href;
  const script = `
    import { register } from 'node:module';
    register(${JSON.stringify(hookUrl)});
    await import(${JSON.stringify(entry)});`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
  });
  return printed.split('\n').filter((line) => line.startsWith('file:'));
};

// The command that ends every run: libraries that it has no use for took more time than all the rest of it.
it.each(['result', 'explain'])('%s loads neither the writers of tables nor the command-line parser', (command) => {
  const modules = loaded(command);
  expect(modules.length).toBeGreaterThan(10);
  expect(modules.filter((url) => /\/(apache-arrow|parquetjs-lite|yargs)\//.test(url))).toEqual([]);
});
