/**
 * The part of the WebAssembly JavaScript API that Node offers and the `es` libraries of TypeScript leave out
 * (it is declared in `lib.dom` only, with everything of a browser).
 */
declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- a global of the platform
  namespace WebAssembly {
    interface Module {
      readonly [Symbol.toStringTag]: string;
    }
    interface Instance {
      readonly exports: Record<string, unknown>;
    }
    interface Memory {
      readonly buffer: SharedArrayBuffer;
      grow(pages: number): number;
    }
    // eslint-disable-next-line no-var -- as the platform declares it
    var Memory: new (descriptor: { initial: number; maximum?: number; shared?: boolean }) => Memory;
    function validate(bytes: Uint8Array): boolean;
    function compile(bytes: Uint8Array): Promise<Module>;
    function instantiate(module: Module, imports?: Record<string, Record<string, unknown>>): Promise<Instance>;
  }
}

export {};
