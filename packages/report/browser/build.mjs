// Bundles the script and the style sheet of pages into dist/page/, each as a module that exports it as a text.
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const folder = dirname(fileURLToPath(import.meta.url));
const root = join(folder, '../../..');
const out = join(folder, '../dist/page');

/** The script as one classic script, and the files that it is made of. */
async function bundleScript() {
  const build = await rolldown({
    input: join(folder, 'main.ts'),
    platform: 'browser',
    tsconfig: false,
    // Sources name compiled modules; those of this package are taken as they are.
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    onLog(level, { message }) {
      throw new Error(`the page's script must be bundled without a ${level}, got: ${message}`);
    },
  });
  const { output } = await build.generate({ format: 'iife', minify: true });
  await build.close();
  const [{ code, moduleIds }] = output;
  if (/<\/script|<!--/i.test(code)) throw new Error('the page’s script must not hold what ends or comments a script');
  return { text: code.trim(), inputs: moduleIds };
}

/** The style sheet with what it imports in its place; without comments and indentation. */
function bundleStyle() {
  const read = (name) => readFileSync(join(folder, 'styles', name), 'utf8');
  const whole = read('page.css').replace(/^@import '(.+)';$/gm, (_, name) => read(name));
  return whole
    .replace(/\/\*[^]*?\*\//g, '')
    .replace(/\n\s*/g, '\n')
    .trim();
}

const started = new Date();
const script = await bundleScript();
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'script.js'), `export const SCRIPT = ${JSON.stringify(script.text)};\n`);
writeFileSync(join(out, 'style.js'), `export const STYLE = ${JSON.stringify(bundleStyle())};\n`);
// What else they are made of than this folder; the stamp's time says up to when the sources were looked at.
const others = script.inputs.map((path) => relative(root, path).split(sep).join('/'));
writeFileSync(join(out, '.stamp'), JSON.stringify(others.sort(), null, 1));
utimesSync(join(out, '.stamp'), started, started);
