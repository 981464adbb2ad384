import './webassembly.js';
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';

/** A module that can be compiled only where WebAssembly has the instruction, and its functions tell what it does. */
const probe = new URL('./wasm/multiply-add-probe.wasm', import.meta.url);
/** Below it the module's own data. */
const FREE = 65536;

let emulated = false;
let known: Promise<boolean> | undefined;

/**
 * Whether this processor computes a b + c with one rounding, as all 64-bit Arm and x86 with FMA3 do. Where it does not, kernels run from
 * their other module, which computes the same bits in more time.
 */
export function fusesMultiplyAdd(): Promise<boolean> {
  return emulated ? Promise.resolve(false) : (known ??= ask());
}

/** From now on kernels are opened as on a processor that cannot, or (false) again as on this one. */
export function emulateMultiplyAdd(on: boolean): void {
  emulated = on;
}

async function ask(): Promise<boolean> {
  const bytes = await readFile(probe);
  // Node 20 has the instruction, but hides it.
  if (!WebAssembly.validate(bytes)) setFlagsFromString('--experimental-wasm-relaxed-simd');
  if (!WebAssembly.validate(bytes)) return false;
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true });
  const abort = (): never => {
    throw new Error('a kernel stopped');
  };
  const { exports } = await WebAssembly.instantiate(await WebAssembly.compile(bytes), { env: { memory, abort } });
  const { maddFloats, maddDoubles } = exports as Record<string, (...args: number[]) => void>;
  // With two roundings the last bit of the square is lost before 1 is taken away.
  const [a, b, c, out] = [FREE, FREE + 64, FREE + 128, FREE + 192];
  const floats = (at: number): Float32Array => new Float32Array(memory.buffer, at, 4);
  const doubles = (at: number): Float64Array => new Float64Array(memory.buffer, at, 2);
  for (const at of [a, b]) floats(at).fill(1 + 2 ** -12);
  floats(c).fill(-1);
  maddFloats(a, b, c, out, 4, 0);
  const single = floats(out).every((x) => x === 2 ** -11 + 2 ** -24);
  for (const at of [a, b]) doubles(at).fill(1 + 2 ** -27);
  doubles(c).fill(-1);
  maddDoubles(a, b, c, out, 2, 0);
  return single && doubles(out).every((x) => x === 2 ** -26 + 2 ** -54);
}
