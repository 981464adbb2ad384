import { parentPort } from 'node:worker_threads';
import { instantiate, type KernelExports } from './wasm.js';

/** A kernel to open, a call of it, or (empty) the end of a pool: the memory is let go of. */
interface Message {
  readonly module?: WebAssembly.Module;
  readonly memory?: WebAssembly.Memory;
  readonly name?: string;
  readonly args?: readonly number[];
}

let opened: Promise<KernelExports> | undefined;

parentPort?.on('message', async ({ module, memory, name, args = [] }: Message) => {
  if (name === undefined) {
    opened = module && memory && instantiate(module, memory);
    opened?.catch(() => undefined);
    return;
  }
  try {
    const kernel = (await opened) as KernelExports;
    parentPort?.postMessage({ result: kernel[name](...args) });
  } catch (error) {
    parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});
