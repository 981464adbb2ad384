import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { LiveView, nxShowsOutput } from '@layerwise/nx-plugin';
import { LiveFile } from '@layerwise/workspace/run/live-file';
import { describeStep, Stopwatch } from '@layerwise/workspace/run/stopwatch';

/** What a terminal of so many columns would show: understands the sequences that the view writes. */
class Terminal {
  lines = [''];
  constructor(
    readonly isTTY: boolean,
    readonly columns = 60,
  ) {}
  write = (text: string | Uint8Array): boolean => {
    for (const [piece] of String(text).matchAll(/\u001b\[2K|\u001b\[1A|\r|\n|[^\u001b\r\n]+/g)) {
      if (piece === '\u001b[2K') this.lines[this.lines.length - 1] = '';
      else if (piece === '\u001b[1A') this.lines.pop();
      else if (piece === '\n') this.lines.push('');
      else if (piece !== '\r') this.lines[this.lines.length - 1] += piece;
    }
    return true;
  };
}

describe('the view of a run', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'layerwise-live-')), 'run.live');
  const epoch = (n: number) => ({
    done: n * 10,
    total: 100,
    unit: 'steps',
    detail: `epoch ${n}/10  loss 0.5  accuracy 0.9`,
  });
  let view: LiveView | undefined;
  afterEach(() => view?.stop());

  it('shows a line for each running stage on a terminal, below what others write, and takes it away at the end', () => {
    const terminal = new Terminal(true);
    view = new LiveView(folder, terminal);
    view.start(1e6);
    const [train, embed] = [new LiveFile(folder, 'train-1', 'train'), new LiveFile(folder, 'embed-2', 'embed')];
    embed.step({ done: 1, total: 1, unit: 'views' });
    train.step(epoch(5));
    view.show();
    expect(terminal.lines[0]).toBe('embed  ████████████████  views 1/1');
    expect(terminal.lines[1]).toMatch(/^train {2}█{8}░{8} {2}[\d.]+ s left {2}epoch 5\/10/);
    expect(terminal.lines[1]?.length).toBeLessThan(60);
    terminal.write('✔ ingest\n');
    view.show();
    expect(terminal.lines).toHaveLength(3);
    expect(terminal.lines[0]).toBe('✔ ingest');
    embed.remove();
    view.show();
    expect(terminal.lines).toHaveLength(2);
    view.stop();
    expect(terminal.lines).toEqual(['✔ ingest', '']);
    terminal.write('the end');
    expect(terminal.lines).toEqual(['✔ ingest', 'the end']);
    expect(existsSync(folder)).toBe(false);
  });

  it('shows whole parts of a line that does not fit, at each width', () => {
    const parts = ['train  ████████░░░░░░░░', 'epoch 5/10', 'loss 0.5', 'accuracy 0.9', 'steps 50/100'];
    for (let columns = 20; columns < 100; columns++) {
      const terminal = new Terminal(true, columns);
      view = new LiveView(folder, terminal);
      view.start(1e6);
      new LiveFile(folder, 'train-1', 'train').step(epoch(5));
      view.show();
      const line = terminal.lines[0]?.replace(/ {2}[\d.]+ s left/, '') ?? '';
      expect(terminal.lines[0]?.length).toBeLessThan(columns);
      if (columns > 40) expect(parts.map((_, i) => parts.slice(0, i + 1).join('  '))).toContain(line);
      view.stop();
    }
  });

  it('tells no time left from a few of very many steps', () => {
    expect(describeStep({ done: 4, total: 51_570, unit: 'steps' }, 700)).toBe('steps 4/51570');
    expect(describeStep({ done: 150, total: 51_570, unit: 'steps' }, 1000)).toBe('5 min 43 s left  steps 150/51570');
  });

  it('reckons the time left from the first step on, where a stage goes on: making ready says nothing of it', () => {
    const watch = new Stopwatch();
    watch.resume();
    const later = Date.now() + 60_000;
    expect(watch.describe({ done: 82, total: 150, unit: 'steps' }, later)).toBe('steps 82/150');
    expect(watch.describe({ done: 92, total: 150, unit: 'steps' }, later + 2000)).toBe('12 s left  steps 92/150');
  });

  it('keeps back on a terminal what Nx says of itself at the end, and nothing else', () => {
    const terminal = new Terminal(true);
    view = new LiveView(folder, terminal);
    view.start(1e6);
    terminal.write(' NX   Successfully ran target exp5 for project pipeline\n');
    terminal.write(
      '\u001b[2mNx read the output from the cache instead of running the command for 7 out of 9 tasks.\u001b[22m\n',
    );
    terminal.write('Output of 8 successful tasks were not shown. Run with --verbose to see it.\n');
    terminal.write(
      '  Run duration:      11.0s\n  Cache:             7/9 hit (78%)\n  Critical path:     10.8s (8 tasks)\n  Recoverable time:  <1ms\n',
    );
    terminal.write('Failed tasks:\n- train-1:compute\n');
    view.stop();
    expect(terminal.lines).toEqual([
      ' NX   Successfully ran target exp5 for project pipeline',
      'Failed tasks:',
      '- train-1:compute',
      '',
    ]);
    terminal.write('Cache: mine');
    expect(terminal.lines.at(-1)).toBe('Cache: mine');
  });

  it('says a line for each running stage where there is no terminal, nothing twice', async () => {
    const file = new Terminal(false);
    view = new LiveView(folder, file);
    view.start(1e6);
    const train = new LiveFile(folder, 'train-1', 'train');
    train.step(epoch(3));
    view.show();
    view.show();
    await new Promise((done) => setTimeout(done, 250));
    train.step(epoch(4));
    view.show();
    expect(
      file.lines.map(
        (line) => /^train {2}[\d.]+ s left {2}(epoch \d+\/10 {2}loss 0.5 {2}accuracy 0.9) {2}steps/.exec(line)?.[1],
      ),
    ).toEqual(['epoch 3/10  loss 0.5  accuracy 0.9', 'epoch 4/10  loss 0.5  accuracy 0.9', undefined]);
  });

  it('says nothing of a stage that writes when the folder is gone', () => {
    new LiveFile(join(folder, 'gone'), 'train-1', 'train').step(epoch(1));
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
  });

  it('gives way where Nx shows the output itself', () => {
    const env = { NX_TUI: 'false', NX_ISOLATE_PLUGINS: 'false' };
    expect(nxShowsOutput(env, ['nx', 'run', 'pipeline:exp5'])).toBe(false);
    expect([
      nxShowsOutput({ ...env, NX_TUI: 'true' }, []),
      nxShowsOutput({ NX_TUI: 'false' }, []),
      nxShowsOutput(env, ['--output-style=stream']),
      nxShowsOutput(env, ['--outputStyle', 'stream-without-prefixes']),
    ]).toEqual([true, true, true, true]);
  });
});
