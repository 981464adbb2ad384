import './webassembly.js';
import { readFile } from 'node:fs/promises';
import { fusesMultiplyAdd } from './multiply-add.js';

/** The functions of a kernel: numbers in, a number (or nothing) out. */
export type KernelExports = Readonly<Record<string, (...args: number[]) => number>>;

/**
 * The files of a kernel. Addresses are written out, `new URL('./wasm/x.wasm', import.meta.url)`: whoever follows a stage's imports
 * then finds them.
 */
export interface KernelFiles {
  readonly wasm: URL;
  /** The same for processors that do not multiply and add in one operation, where the kernel does so. */
  readonly emulated?: URL;
}

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** The compiled module of a kernel that suits this processor, once per process. */
export async function kernelModule({ wasm, emulated }: KernelFiles): Promise<WebAssembly.Module> {
  const url = emulated && !(await fusesMultiplyAdd()) ? emulated : wasm;
  let module = compiled.get(url.href);
  if (!module) {
    module = readFile(url).then((bytes) => WebAssembly.compile(bytes));
    compiled.set(url.href, module);
  }
  return module;
}

/** Shared memory of `pages` 64 KiB pages, of fixed size. */
export function kernelMemory(pages: number): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
}

/** An instance of a module on a memory that other instances may share. */
export async function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<KernelExports> {
  const abort = (): never => {
    throw new Error('a kernel stopped');
  };
  const instance = await WebAssembly.instantiate(module, { env: { memory, abort } });
  return instance.exports as unknown as KernelExports;
}
