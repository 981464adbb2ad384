import { createHash, createHmac, timingSafeEqual, type Hmac } from 'node:crypto';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGzip, createInflateRaw } from 'node:zlib';
import { misshapen, printable, Sketch } from '@layerwise/contracts';
import { parseManifest, type FileRecord, type Manifest } from './manifest.js';
import { isDataFile } from './names.js';
import type { Scratch } from './scratch.js';
import { addToSketch, isSketched } from './sketched.js';
import { readTar, tarEnd, TarFault, tarHeader, tarPadding, type TarMember } from './tar.js';

/** Bytes that an entry of a shared cache may have, packed and unpacked. */
export const maxEntryBytes = 4e9;

/** An entry unpacks to so many bytes whatever it has, and beyond them to so many times its own: whoever would take memory must send a share of it. */
const [freely, mostTimes] = [32e6, 100];

const signatureBytes = 32;

/**
 * What stands behind the archive of an entry as it travels and lies in a shared cache: the HMAC-SHA256 of key and archive under the access token.
 * So whoever has no token can neither change an entry nor put one in the place of another; a gzip reader passes over it.
 * @returns takes the archive
 */
export function signatureFor(key: string, token: string): Hmac {
  return createHmac('sha256', token).update(`${key}\n`);
}

/** An archive with its signature behind it, see {@link signatureFor}. */
export function signEntry(key: string, archive: Uint8Array, token: string): Buffer {
  return Buffer.concat([archive, signatureFor(key, token).update(archive).digest()]);
}

/** Bytes of the archive in a signed entry, or what is wrong with the entry. */
export async function openEntry(key: string, entry: Scratch, token: string): Promise<number | string> {
  const bytes = entry.bytes - signatureBytes;
  if (bytes <= 0) return 'is cut short';
  const signature = signatureFor(key, token);
  for await (const piece of entry.read(0, bytes)) signature.update(piece);
  const fits = timingSafeEqual(signature.digest(), await entry.slice(bytes, entry.bytes));
  return fits ? bytes : 'is not what was stored under this key with this access token';
}

/** Where an archive lies, and where it ends. */
export interface Archive {
  readonly file: Scratch;
  readonly bytes: number;
}

/**
 * Compares the artifact in an entry of Nx's cache with its manifest, and packs it anew: into `packed` comes nothing but what was checked,
 * so no reader can find something else in it. What the stage had printed is made {@link printable}.
 * @param archive tar, gzipped: `artifacts/stages/<id>/…` with the manifest, `terminalOutput` and `code`
 * @param id of the stage instance whose artifact it must be
 * @param packed takes the new archive; it is worth something only if nothing is wrong
 * @returns what is wrong, or undefined
 */
export async function repackEntry(archive: Archive, id: string, packed?: Scratch): Promise<string | undefined> {
  try {
    const tar = checkedTar(archive, id);
    if (packed)
      await pipeline(tar, createGzip({ level: constants.Z_NO_COMPRESSION }), (pieces: AsyncIterable<Buffer>) =>
        keep(pieces, packed),
      );
    else for await (const piece of tar) void piece;
    return undefined;
  } catch (error) {
    if (error instanceof TarFault) return printable(error.message).replaceAll('\n', '\\n');
    throw error;
  }
}

async function keep(pieces: AsyncIterable<Buffer>, packed: Scratch): Promise<void> {
  for await (const piece of pieces) await packed.write(piece);
}

const mostMembers = 10_000;

/** The files beside the data, and the bytes that each may have; `{}` stands for the artifact's folder. */
const small = {
  manifest: ['{}/manifest.json', 16e6],
  content: ['{}/content', 100],
  terminalOutput: ['terminalOutput', 1e6],
  code: ['code', 4],
} as const;

type Small = keyof typeof small;

/** The tar made anew, as the entry is read; its end comes when all was found right. @throws TarFault */
async function* checkedTar(archive: Archive, id: string): AsyncGenerator<Buffer> {
  const folder = `artifacts/stages/${id}`;
  const date = Math.floor(Date.now() / 1000);
  const texts: Partial<Record<Small, Buffer>> = {};
  const files = new Map<string, FileRecord>();
  const sketch = new Sketch();
  yield tarHeader(`${folder}/data`, 0, '5', date);
  for await (const { part, member } of partsOf(archive, folder)) {
    if (typeof part !== 'string') texts[part.small] = await textOf(member, small[part.small][1]);
    else {
      const hash = createHash('sha256');
      const pieces: Buffer[] = [];
      yield tarHeader(member.name, member.size, '0', date);
      for await (const piece of member.content) {
        hash.update(piece);
        if (isSketched(part)) pieces.push(piece);
        yield piece;
      }
      yield tarPadding(member.size);
      files.set(part, { bytes: member.size, sha256: hash.digest('hex') });
      const fault = await addToSketch(sketch, part, isSketched(part) ? Buffer.concat(pieces) : member.size);
      if (fault !== undefined) throw new TarFault(`holds no sound artifact: ${fault}`);
    }
  }
  const { manifest, content, terminalOutput } = checkedTexts(texts, files, sketch, id);
  for (const [name, bytes] of [
    [`${folder}/manifest.json`, manifest],
    [`${folder}/content`, content],
    ['terminalOutput', terminalOutput],
    ['code', successCode],
  ] as const) {
    yield Buffer.concat([tarHeader(name, bytes.length, '0', date), bytes, tarPadding(bytes.length)]);
  }
  yield tarEnd;
}

interface Part {
  /** Path of a data file below `data/`, or which of the small files it is. */
  readonly part: string | { readonly small: Small };
  readonly member: TarMember;
}

/** The files of an entry; folders are passed over where they can be those of the files. @throws TarFault where something else or anything twice is in it */
async function* partsOf(archive: Archive, folder: string): AsyncGenerator<Part> {
  const names = new Set<string>();
  const smalls = new Map(Object.entries(small).map(([key, [name]]) => [name.replace('{}', folder), key as Small]));
  for await (const member of readTar(unzip(archive))) {
    const { name, isFolder } = member;
    if (names.has(name)) throw new TarFault(`holds ${name} twice`);
    if (names.add(name).size > mostMembers) throw new TarFault(`holds more than ${mostMembers} files`);
    const file =
      name.startsWith(`${folder}/data/`) && isDataFile(name.slice(folder.length + 6))
        ? name.slice(folder.length + 6)
        : undefined;
    const key = smalls.get(name);
    if (
      isFolder
        ? file === undefined && !`${folder}/data/`.startsWith(`${name}/`)
        : file === undefined && key === undefined
    )
      throw new TarFault(`holds ${name}, which is not part of ${basename(folder)}`);
    if (!isFolder) yield { part: file ?? { small: key as Small }, member };
  }
}

async function textOf({ name, size, content }: TarMember, limit: number): Promise<Buffer> {
  if (size > limit) throw new TarFault(`holds a ${name} of ${size} bytes`);
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** As Nx writes the exit code 0 of a task. */
const successCode: Buffer = Buffer.alloc(4);

function checkedTexts(
  { manifest, content, terminalOutput, code }: Partial<Record<Small, Buffer>>,
  files: ReadonlyMap<string, FileRecord>,
  sketch: Sketch,
  id: string,
): Record<'manifest' | 'content' | 'terminalOutput', Buffer> {
  if (!manifest) throw new TarFault(`must hold the artifact ${id}, but has no manifest of it`);
  const parsed = parseManifest(manifest.toString('utf8'));
  if (typeof parsed === 'string') throw new TarFault(`holds a manifest that ${parsed}`);
  if (parsed.id !== id) throw new TarFault(`holds the manifest of ${parsed.id} in the folder of ${id}`);
  refuseOtherFiles(parsed, files);
  const [fault] = misshapen(parsed.kind, sketch);
  if (fault !== undefined) throw new TarFault(`holds no sound artifact of kind ${parsed.kind}: ${fault}`);
  if (content?.toString('utf8') !== `${parsed.content}\n`)
    throw new TarFault('holds another digest of the content than the manifest');
  if (!code || !terminalOutput)
    throw new TarFault(`must hold what the task printed and its exit code, got no ${code ? 'terminalOutput' : 'code'}`);
  if (!code.equals(successCode)) throw new TarFault('must be of a task that succeeded, got another exit code');
  return { manifest, content, terminalOutput: Buffer.from(printable(terminalOutput.toString('utf8'))) };
}

/** @throws TarFault unless the files are those that the manifest lists */
function refuseOtherFiles(manifest: Manifest, files: ReadonlyMap<string, FileRecord>): void {
  for (const [file, { bytes, sha256 }] of Object.entries(manifest.files)) {
    const found = files.get(file);
    if (found?.sha256 !== sha256 || found.bytes !== bytes)
      throw new TarFault(`holds a data/${file} that is not what the manifest says`);
  }
  const stray = [...files.keys()].find((file) => !Object.hasOwn(manifest.files, file));
  if (stray !== undefined) throw new TarFault(`holds data/${stray}, which its manifest does not know`);
}

/** A gzip header as Nx's packer and GNU gzip on a stream write it: without a name, a comment or other extras. */
const gzipHeader = Buffer.from([0x1f, 0x8b, 8, 0]);
const [headerBytes, trailerBytes] = [10, 8];

/** The bytes in a gzip file that is one member and nothing else. @throws TarFault */
async function* unzip({ file, bytes }: Archive): AsyncGenerator<Buffer> {
  if (bytes < headerBytes + trailerBytes) throw new TarFault('is cut short');
  if (!(await file.slice(0, gzipHeader.length)).equals(gzipHeader))
    throw new TarFault('cannot be unpacked: it is not gzip as Nx writes it');
  const inflate = createInflateRaw();
  const packed = Readable.from(file.read(headerBytes, bytes));
  packed.on('error', (error) => inflate.destroy(error));
  packed.pipe(inflate);
  let total = 0;
  try {
    for await (const piece of inflate as AsyncIterable<Buffer>) {
      total += piece.length;
      if (total > maxEntryBytes) throw new TarFault(`unpacks to more than ${maxEntryBytes / 1e9} GB`);
      if (total > freely + mostTimes * bytes)
        throw new TarFault(`unpacks to more than ${mostTimes} times its ${bytes} bytes`);
      yield piece;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code?.startsWith('Z_') ? new TarFault(`cannot be unpacked: ${(error as Error).message}`) : error;
  } finally {
    packed.destroy();
    inflate.destroy();
  }
  if (inflate.bytesWritten !== bytes - headerBytes - trailerBytes)
    throw new TarFault('is cut short, or continues after the end of its archive');
}
