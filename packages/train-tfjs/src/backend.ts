import { fileURLToPath } from 'node:url';
import { LayerwiseError } from '@layerwise/contracts';
import type * as tfjs from '@tensorflow/tfjs';
import type * as tfjsWasm from '@tensorflow/tfjs-backend-wasm';

/** The namespace of TensorFlow.js. */
export type Tf = typeof tfjs;

/** A loaded TensorFlow.js with its backend set. */
export interface Backend {
  readonly tf: Tf;
  /** `tensorflow` (native, by tfjs-node) or `wasm`. */
  readonly name: string;
  /** What runs, in words, for the manifest. */
  readonly note: string;
}

/** One way of getting a backend; `load` throws where it is not installed or does not work. */
export interface Candidate {
  readonly name: string;
  load(): Promise<Backend>;
}

const native: Candidate = {
  name: 'tfjs-node',
  async load() {
    // Called a string, so that compiling needs no optional package; a literal, so that its version counts.
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- needed where the package is not installed
    const tf = namespace<Tf>(await import('@tensorflow/tfjs-node' as string));
    await use(tf, 'tensorflow');
    return { tf, name: 'tensorflow', note: 'TensorFlow.js on the native backend (tfjs-node)' };
  },
};

const wasm: Candidate = {
  name: 'WASM',
  async load() {
    const tf = namespace<Tf>(await import('@tensorflow/tfjs'));
    const { setWasmPaths } = namespace<typeof tfjsWasm>(await import('@tensorflow/tfjs-backend-wasm'));
    setWasmPaths(fileURLToPath(new URL('dist/', import.meta.resolve('@tensorflow/tfjs-backend-wasm/package.json'))));
    await use(tf, 'wasm');
    return {
      tf,
      name: 'wasm',
      note: 'TensorFlow.js on the WASM backend (SIMD, one thread: it has no threads under Node); tfjs-node is not installed or does not load',
    };
  },
};

/** Fastest first. The plain CPU backend, 7 times slower than WASM, is not among them. */
const CANDIDATES: readonly Candidate[] = [native, wasm];

/**
 * The first backend that loads.
 * @throws LayerwiseError UNSUPPORTED with each one's reason where none does
 */
export async function openBackend(candidates: readonly Candidate[] = CANDIDATES): Promise<Backend> {
  const reasons: string[] = [];
  for (const candidate of candidates) {
    try {
      return await candidate.load();
    } catch (error) {
      reasons.push(`${candidate.name}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  throw new LayerwiseError('UNSUPPORTED', `TensorFlow.js has no fast backend here (${reasons.join('; ')})`, {
    remedy: "run 'npm ci' again, or use '@layerwise/train', which needs no TensorFlow.js",
  });
}

async function use(tf: Tf, name: string): Promise<void> {
  const set = await tf.setBackend(name);
  await tf.ready();
  if (!set || tf.getBackend() !== name)
    throw new Error(`its backend could not be started, '${tf.getBackend()}' runs instead`);
}

/** The exports of a CommonJS module, however they were imported. */
function namespace<T>(imported: unknown): T {
  const { default: inner } = imported as { default?: T };
  return inner ?? (imported as T);
}
