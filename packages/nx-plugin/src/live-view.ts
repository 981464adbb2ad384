import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { printable } from '@layerwise/contracts';
import { noteSuffix, type LiveStep } from '@layerwise/workspace/run/live-file';
import { fitting } from '@layerwise/workspace/run/stopwatch';

/** Where lines go: a terminal or a file. */
export type Out = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>;

const barWidth = 16;
const redrawEvery = 150;
const lineEvery = 3000;

/**
 * Shows what the stages of a run are doing, in the process of Nx, which shows nothing of a task before it has ended:
 * on a terminal a line for each running stage, redrawn below all other output, else a line of each every few seconds.
 */
export class LiveView {
  private timers: readonly NodeJS.Timeout[] = [];
  private restore = (): void => undefined;
  private drawn = 0;
  private readonly printed = new Map<string, string>();

  /** @param folder where the stages' files are */
  constructor(
    private readonly folder: string,
    private readonly out: Out = process.stdout,
  ) {}

  /** Begins to look; does not keep the process alive. */
  start(every = this.out.isTTY ? redrawEvery : lineEvery): void {
    mkdirSync(this.folder, { recursive: true });
    // Of its own, since Nx takes stdout's writing away when it is told to stop.
    this.write = this.out.write.bind(this.out);
    if (this.out.isTTY) this.givePlace();
    // Nx tells nobody of a run that ends before its tasks, as of one whose tasks it cannot order.
    process.once('exit', this.stop);
    this.timers = [
      setInterval(() => this.show(), every).unref(),
      setInterval(() => this.printNotes(), redrawEvery).unref(),
    ];
  }

  /** Shows the steps as they are now. */
  show(): void {
    const steps = this.steps();
    if (this.out.isTTY) this.draw(steps);
    else this.printSteps(steps);
  }

  /** Leaves the output as others wrote it. */
  readonly stop = (): void => {
    process.off('exit', this.stop);
    this.timers.forEach(clearInterval);
    this.printNotes();
    this.erase();
    this.restore();
    rmSync(this.folder, { recursive: true, force: true });
  };

  private steps(): readonly (LiveStep & { readonly file: string })[] {
    return this.files()
      .filter((file) => !file.endsWith(noteSuffix))
      .flatMap((file) => {
        try {
          const { stage, share, text } = JSON.parse(readFileSync(join(this.folder, file), 'utf8')) as LiveStep;
          return typeof stage === 'string' && typeof share === 'number' && typeof text === 'string'
            ? [{ file, stage: printable(stage), share, text: printable(text) }]
            : [];
        } catch {
          return []; // Half written, or the stage has just ended.
        }
      });
  }

  private files(): string[] {
    try {
      return readdirSync(this.folder).sort();
    } catch {
      return []; // Nothing runs yet, or the folder was tidied away.
    }
  }

  /** Prints the notes of the stages, each once. */
  private printNotes(): void {
    for (const file of this.files()) {
      if (!file.endsWith(noteSuffix)) continue;
      const path = join(this.folder, file);
      const line = readFileSync(path, 'utf8');
      if (line === '') continue; // Not written yet.
      rmSync(path, { force: true });
      this.erase();
      this.write(`${line}\n`);
    }
  }

  private printSteps(steps: readonly (LiveStep & { readonly file: string })[]): void {
    for (const { file, stage, share, text } of steps) {
      if (share === 0 || this.printed.get(file) === text) continue;
      this.printed.set(file, text);
      this.write(`${stage}  ${text}\n`);
    }
  }

  private draw(steps: readonly LiveStep[]): void {
    const lines = steps.map(({ stage, share, text }) => {
      const filled = Math.round(Math.min(1, Math.max(0, share)) * barWidth);
      const line = `${stage}  ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}  ${text}`;
      return fitting(line, (this.out.columns || 80) - 1);
    });
    this.erase();
    if (lines.length > 0) this.write(lines.join('\n'));
    this.drawn = lines.length;
  }

  private erase(): void {
    if (this.drawn > 0) this.write(`\r\u001b[2K${'\u001b[1A\u001b[2K'.repeat(this.drawn - 1)}`);
    this.drawn = 0;
  }

  private write: Out['write'] = (text: string | Uint8Array) => this.out.write(text);

  /** What others write stands above the lines, but for what Nx says of itself. */
  private givePlace(): void {
    const own = this.out.write;
    this.out.write = (text: string | Uint8Array, ...given: []) => {
      this.erase();
      return own.call(this.out, typeof text === 'string' ? withoutNotes(text) : text, ...given);
    };
    this.restore = () => void (this.out.write = own);
  }
}

/** What Nx says at the end of its cache, of output that it has kept back and of its own times. It has no switch for that, and the last screen says what ran. */
const note =
  /^\s*(Nx read the output from the cache|Output of \d+ .* (was|were) not shown\.|(Run duration|Cache|Critical path|Recoverable time): )/;

function withoutNotes(text: string): string {
  return text
    .split('\n')
    .filter((line) => !note.test(stripVTControlCharacters(line)))
    .join('\n');
}

/** Whether Nx is asked to show the output of tasks itself, in its own interface or as it comes. */
export function nxShowsOutput(env: NodeJS.ProcessEnv = process.env, args: readonly string[] = process.argv): boolean {
  return (
    env.NX_TUI === 'true' ||
    env.NX_ISOLATE_PLUGINS !== 'false' ||
    [...args, env.NX_DEFAULT_OUTPUT_STYLE ?? ''].some((word) => /^(--output-?style=)?(stream|dynamic)/i.test(word))
  );
}
