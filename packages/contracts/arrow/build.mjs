// Bundles what the packages use of apache-arrow into dist/bundle/arrow.js.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');

const build = await rolldown({
  input: join(dist, 'arrow.js'),
  platform: 'node',
  // One copy for everybody, whose reader of lengths is bounded.
  external: ['flatbuffers'],
  onLog(level, { message }) {
    throw new Error(`apache-arrow must be bundled without a ${level}, got: ${message}`);
  },
});
const { output } = await build.generate({ format: 'es' });
await build.close();
mkdirSync(join(dist, 'bundle'), { recursive: true });
writeFileSync(join(dist, 'bundle/arrow.js'), output[0].code);
const { version } = JSON.parse(
  readFileSync(join(dirname(createRequire(import.meta.url).resolve('apache-arrow')), 'package.json'), 'utf8'),
);
writeFileSync(join(dist, 'bundle/.stamp'), version);
