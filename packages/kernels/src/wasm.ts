import './webassembly.js';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fusesMultiplyAdd } from './multiply-add.js';

/** Functions of a kernel by name, with how many numbers each takes. */
export type Functions = Readonly<Record<string, number>>;

type Numbers<N extends number, T extends readonly number[] = readonly []> = number extends N
  ? readonly number[]
  : T['length'] extends N
    ? T
    : Numbers<N, readonly [...T, number]>;

/** The functions of a kernel: numbers in, a number (or nothing) out. */
export type KernelExports<F extends Functions = Functions> = {
  readonly [K in keyof F]: (...args: Numbers<F[K]>) => number;
};

/** One call of a kernel function: its name and arguments. */
export type Call<F extends Functions = Functions> = {
  [K in keyof F & string]: readonly [name: K, ...args: Numbers<F[K]>];
}[keyof F & string];

/**
 * A kernel's files and what it exports. Addresses are written out, `new URL('./wasm/x.wasm', import.meta.url)`: whoever follows a stage's
 * imports then finds them.
 */
export interface Kernel<F extends Functions = Functions> {
  readonly wasm: URL;
  /** The same for processors that do not multiply and add in one operation, where the kernel does so. */
  readonly emulated?: URL;
  readonly functions: F;
}

const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** The compiled module of a kernel that suits this processor, once per process. */
export async function kernelModule({ wasm, emulated }: Kernel): Promise<WebAssembly.Module> {
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

/**
 * A kernel on a memory, for one thread.
 * @throws Error naming a function that the compiled kernel lacks, or that takes another number of arguments
 */
export async function openKernel<F extends Functions>(
  kernel: Kernel<F>,
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): Promise<KernelExports<F>> {
  const found = await instantiate(module, memory);
  for (const [name, count] of Object.entries(kernel.functions)) {
    const takes = typeof found[name] === 'function' ? `one of ${found[name].length}` : 'none';
    if (takes !== `one of ${count}`)
      throw new Error(
        `${basename(kernel.wasm.pathname)} must have a function ${name} of ${count} numbers, but has ${takes}; run npm run build`,
      );
  }
  return found as unknown as KernelExports<F>;
}
