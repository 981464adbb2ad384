/** The native prototype (epoch.c) as a contender: one epoch from new weights by a process of its own, which times itself. */
import { execFileSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { compiled } from './compiler.mjs';

const options = JSON.parse(process.argv[2]);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const program = compiled(options.lanes);

say({ ready: true, version: `C, ${options.lanes} lanes` });
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
while (!(await lines.next()).done) {
  const said = JSON.parse(
    execFileSync(program, [options.data, options.net, `${options.threads}`, '1'], { encoding: 'utf8' }),
  );
  const { seconds, cpuSeconds, ...more } = said;
  say({ ...more, seconds: seconds[0], cpuSeconds: cpuSeconds[0] });
}
