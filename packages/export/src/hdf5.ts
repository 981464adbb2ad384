import { toLittleEndian } from '@layerwise/nets';
import { lookup3 } from './lookup3.js';
import { concatenated } from './protobuf.js';

/** A matrix or vector of float32, row after row. */
export interface Dataset {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A folder of an HDF5 file: names to datasets and further folders. */
export interface Group {
  readonly [name: string]: Group | Dataset;
}

const UNDEFINED = 0xffffffffffffffffn;
const SUPERBLOCK = 48;

/**
 * An HDF5 file of groups and float32 datasets: superblock 2, version-2 object headers, compact links, contiguous data
 * (HDF5 File Format Specification 3.0). No time stamps, so that equal weights are equal bytes.
 */
export function toHdf5(root: Group): Uint8Array {
  const parts: Uint8Array[] = [];
  let end = SUPERBLOCK;
  const append = (bytes: Uint8Array): bigint => {
    const padding = (8 - (end % 8)) % 8;
    parts.push(new Uint8Array(padding), bytes);
    const address = end + padding;
    end = address + bytes.length;
    return BigInt(address);
  };
  const write = (entry: Group | Dataset): bigint =>
    append(
      isDataset(entry)
        ? datasetHeader(entry, append(toLittleEndian(entry.data)))
        : groupHeader(Object.entries(entry).map(([name, child]) => [name, write(child)])),
    );
  const address = write(root);
  return concatenated([superblock(address, BigInt(end)), ...parts]);
}

function isDataset(entry: Group | Dataset): entry is Dataset {
  return entry.data instanceof Float32Array;
}

/** Section II.A. */
function superblock(root: bigint, end: bigint): Uint8Array {
  return checked(
    concatenated([
      Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 2, 8, 8, 0),
      words(0n, UNDEFINED, end, root),
    ]),
  );
}

/** Link info (2), group info (10), and a hard link (6) for each entry. */
function groupHeader(entries: readonly (readonly [string, bigint])[]): Uint8Array {
  const links = entries.map(([name, address]) => {
    const text = new TextEncoder().encode(name);
    return message(0x06, concatenated([Uint8Array.of(1, 0, text.length), text, words(address)]));
  });
  return objectHeader([
    message(0x02, concatenated([Uint8Array.of(0, 0), words(UNDEFINED, UNDEFINED)])),
    message(0x0a, Uint8Array.of(0, 0)),
    ...links,
  ]);
}

/** Dataspace (1), datatype (3: IEEE float32, little-endian), fill value (5: undefined), layout (8: contiguous). */
function datasetHeader({ shape, data }: Dataset, address: bigint): Uint8Array {
  return objectHeader([
    message(0x01, concatenated([Uint8Array.of(2, shape.length, 0, 1), words(...shape.map(BigInt))])),
    message(0x03, Uint8Array.of(0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0)),
    message(0x05, Uint8Array.of(3, 0x0a)),
    message(0x08, concatenated([Uint8Array.of(3, 1), words(address, BigInt(4 * data.length))])),
  ]);
}

function message(type: number, body: Uint8Array): Uint8Array {
  return concatenated([Uint8Array.of(type, body.length & 255, body.length >> 8, 0), body]);
}

/** Section IV.A.1.b: flags 2 = the size of the messages takes four bytes. */
function objectHeader(messages: readonly Uint8Array[]): Uint8Array {
  const body = concatenated(messages);
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, body.length, true);
  return checked(concatenated([Uint8Array.of(0x4f, 0x48, 0x44, 0x52, 2, 2), size, body]));
}

function checked(bytes: Uint8Array): Uint8Array {
  const sum = new Uint8Array(4);
  new DataView(sum.buffer).setUint32(0, lookup3(bytes), true);
  return concatenated([bytes, sum]);
}

/** 64-bit words, little-endian. */
function words(...values: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(8 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setBigUint64(8 * i, value, true));
  return bytes;
}
