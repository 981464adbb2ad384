import { execFileSync } from 'node:child_process';
import { Scratch } from '@layerwise/store/scratch';
import type { Archive } from '@layerwise/store/cache-entry';

/** A member of a tar, written by hand, so that a test can make one that no packer makes. */
export function member(
  name: string,
  content: string | Buffer = '',
  { type = '0', link = '', magic = 'ustar  \0' } = {},
): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
  header.fill(32, 148, 156);
  header.write(type, 156);
  header.write(link, 157);
  header.write(magic, 257);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** The two blocks of zeros at the end of a tar. */
export const end = Buffer.alloc(1024);

/** As Nx packs an entry, by the tar of the system. @param root holds `artifacts`, `terminalOutput` and `code` */
export function packed(root: string, names: readonly string[] = ['artifacts', 'terminalOutput', 'code']): Buffer {
  return execFileSync(
    'tar',
    ['-c', `--format=${process.platform === 'linux' ? 'gnu' : 'gnutar'}`, '-C', root, ...names],
    { maxBuffer: 1 << 26 },
  );
}

/** Bytes as an archive on disk. */
export async function archiveOf(folder: string, bytes: Uint8Array): Promise<Archive> {
  const file = await Scratch.open(folder);
  await file.write(bytes);
  return { file, bytes: bytes.length };
}
