// Packs all packages, publishes them to a registry on this computer, and goes the ways of those who use them: in an empty folder, in a
// workspace of Nx, in an npm project. node test/publish/publish.mjs [--manager pnpm] [--no-build] [--output results.json]
// What is not of this repository comes from the registry that npm is set up with. LAYERWISE_DEBUG=1 keeps the folder.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nxSteps, projectSteps } from './existing.mjs';
import { freshSteps } from './fresh.mjs';
import { managerOf } from './managers.mjs';
import { clearUp, startRegistry } from './registry.mjs';

const { values } = parseArgs({
  options: {
    manager: { type: 'string', default: 'npm' },
    'no-build': { type: 'boolean' },
    'no-comments': { type: 'boolean' },
    output: { type: 'string' },
  },
});

const work = mkdtempSync(join(tmpdir(), 'layerwise-publish-'));
if (!process.env.LAYERWISE_DEBUG) clearUp(work);
const started = Date.now();
const say = (text) => process.stdout.write(`${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
let [passed, failed] = [0, 0];

/** Goes through steps, up to the first that fails. */
async function go(way, steps) {
  say(way);
  for (const [what, step] of Object.entries(steps)) {
    try {
      const found = await step();
      passed++;
      say(`  ok  ${what}${typeof found === 'string' ? `: ${found}` : ''}`);
    } catch (error) {
      failed++;
      say(`  NOT ${what}\n${error.stack}`);
      return;
    }
  }
}

const { env, publish } = await startRegistry(work);
const manager = managerOf(values.manager, work, env);
say('a registry is there');
const options = ['no-build', 'no-comments'].filter((name) => values[name]).map((name) => `--${name}`);
publish('9.0.1', { options });
say('version 9.0.1 is published');
await go('in an empty folder', freshSteps(work, manager, publish));
await go('in a workspace of Nx', nxSteps(work, manager, '9.0.1'));
await go('in an npm project', projectSteps(work, manager));
if (values.output) {
  const results = { numPassedTests: passed, numFailedTests: failed, numFailedTestSuites: 0 };
  writeFileSync(values.output, JSON.stringify(results));
}
say(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
