/** A typed array type that can live in a kernel's memory. */
export type SlotType =
  | Uint8ArrayConstructor
  | Int8ArrayConstructor
  | Uint16ArrayConstructor
  | Uint32ArrayConstructor
  | Int32ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor;

/** A planned array: `length` entries of `type` from byte `offset` of the memory. */
export interface Slot<T extends SlotType = SlotType> {
  readonly type: T;
  readonly offset: number;
  readonly length: number;
}

/** Bytes of a page of WebAssembly memory. */
export const PAGE = 65536;

/**
 * Plans a kernel's linear memory: arrays one after the other, each on a cache line of its own.
 * The first page is left to the module's static data.
 */
export class Layout {
  private next = PAGE;
  private readonly limit: number;

  /** @param limit bytes that the whole may take; more than a memory can have, to learn how many it would */
  constructor(limit = 65535 * PAGE) {
    this.limit = limit;
  }

  /** Plans an array of `length` entries. @throws RangeError when the whole no longer fits in 32 bits */
  take<T extends SlotType>(type: T, length: number): Slot<T> {
    const slot = { type, offset: this.next, length };
    this.next = Math.ceil((this.next + length * type.BYTES_PER_ELEMENT) / 64) * 64;
    if (this.next > this.limit)
      throw new RangeError(
        `the data must fit in 4 GiB of kernel memory, got ${(this.next / 2 ** 30).toFixed(1)} GiB; use fewer rows`,
      );
    return slot;
  }

  /** Bytes of the memory, whole pages. */
  get bytes(): number {
    return this.pages * PAGE;
  }

  /** 64 KiB pages needed so far. */
  get pages(): number {
    return Math.ceil(this.next / PAGE);
  }
}

/** The array of a slot, over the memory as it is now. */
export function view<T extends SlotType>(memory: WebAssembly.Memory, slot: Slot<T>): InstanceType<T> {
  return new slot.type(memory.buffer as never, slot.offset, slot.length) as InstanceType<T>;
}
