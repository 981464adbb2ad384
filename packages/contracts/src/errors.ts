import { printable } from './printable.js';

/** Codes of {@link LayerwiseError}; scripts may rely on them. */
export type ErrorCode =
  | 'STUDY_INVALID'
  | 'PARAMS_INVALID'
  | 'DATA_MISSING'
  | 'DATA_INVALID'
  | 'ARTIFACT_MISSING'
  | 'ARTIFACT_CORRUPT'
  | 'ARTIFACT_LOCKED'
  | 'STORAGE_FAILED'
  | 'STAGE_FAILED'
  | 'DIVERGED'
  | 'EXPECTATION_UNMET'
  | 'ABORTED'
  | 'UNSUPPORTED'
  | 'USAGE';

/** What an error of another copy of this package, beside a stage of another version, has too. */
const brand = Symbol.for('layerwise.error');

/**
 * An error a user can act on. `message` is subject + rule + received value
 * (`study pipeline: exp4.reduce.variance must be in (0, 1], got 1.5`);
 * `where` is a file, optionally with `:line`; `remedy` says what to do next.
 * The command line prints these three and no stack trace. `instanceof` holds for those of every installed copy of this package.
 */
export class LayerwiseError extends Error {
  readonly code: ErrorCode;
  readonly where: string | undefined;
  readonly remedy: string | undefined;

  constructor(code: ErrorCode, message: string, options: { where?: string; remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LayerwiseError';
    this.code = code;
    this.where = options.where;
    this.remedy = options.remedy;
  }

  static override [Symbol.hasInstance](value: unknown): value is LayerwiseError {
    return typeof value === 'object' && value !== null && brand in value;
  }

  get [brand](): true {
    return true;
  }

  /** The whole of what a user is shown: message, place, remedy; {@link printable}, as names and values in it may come from anywhere. */
  describe(): string {
    const place = this.where ? ` (${this.where})` : '';
    return printable(`${this.message}${place}${this.remedy ? `\n  ${this.remedy}` : ''}`);
  }
}

/** Throws `ABORTED` if the signal has fired; long loops call it between units of work. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted)
    throw new LayerwiseError('ABORTED', 'the stage was stopped before it finished', {
      remedy: 'run the same command again: finished stages are kept',
    });
}
