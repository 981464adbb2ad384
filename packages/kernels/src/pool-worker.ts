import { parentPort, workerData } from 'node:worker_threads';
import { instantiate } from './wasm.js';

const { module, memory } = workerData as { module: WebAssembly.Module; memory: WebAssembly.Memory };
const ready = instantiate(module, memory);

parentPort?.on('message', async ({ name, args }: { name: string; args: number[] }) => {
  try {
    const kernel = await ready;
    parentPort?.postMessage({ result: (kernel[name] as (...args: number[]) => number)(...args) });
  } catch (error) {
    parentPort?.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});
