/**
 * Tries the cases of one group of the corpus, each in a folder of its own, and prints a line of JSON for each:
 * what came of it, its CPU seconds and the peak of the process's memory in MB.
 *
 *   node test/malformed/run.mjs <group>
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LayerwiseError } from '@layerwise/contracts';

const group = process.argv[2];
const { cases } = await import(`./corpus/${group}.mjs`);
const all = await cases();
forgetPeak();
// What made the cases is given back a moment after it was collected.
await sleep(100);
for (const one of all) process.stdout.write(`${JSON.stringify({ group, ...(await tried(one)) })}\n`);
process.exit();

async function tried({ name, code, says, run }) {
  const folder = mkdtempSync(join(tmpdir(), 'layerwise-malformed-'));
  forgetPeak();
  const before = process.cpuUsage();
  /** @type {object} */
  let outcome = { accepted: true };
  try {
    await run(folder);
  } catch (error) {
    outcome = describe(error, code, says);
  }
  const { user, system } = process.cpuUsage(before);
  const peak = peakMemory();
  rmSync(folder, { recursive: true, force: true });
  return { name, ...outcome, seconds: (user + system) / 1e6, megabytes: peak };
}

/** `fault` says in what an error is not as it must be. */
function describe(error, code, says) {
  if (!(error instanceof LayerwiseError))
    return { fault: `not a LayerwiseError: ${error instanceof Error ? error.stack : String(error)}` };
  const text = error.describe();
  const faults = [
    ![code].flat().includes(error.code) && `its code is ${error.code}, not ${code}`,
    !says.test(error.message) && `it must say ${says}`,
    !error.where && !error.remedy && !/\.yaml:\d+\)/.test(error.message) && 'it says neither where nor what to do',
    /^\s+at .*:\d+:\d+/m.test(text) && 'it shows a stack trace',
    text.length > 4000 && `it is ${text.length} characters long`,
  ].filter(Boolean);
  return { code: error.code, text, ...(faults.length > 0 ? { fault: `${faults.join('; ')}: ${text}` } : {}) };
}

/** Linux forgets the peak on request; elsewhere it is that of the process so far. */
function forgetPeak() {
  globalThis.gc?.();
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // The peak so far is at least that of the case.
  }
}

function peakMemory() {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}
