import { createHmac, timingSafeEqual } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { sha256 } from '@layerwise/contracts';
import { parseManifest } from './manifest.js';

/** Bytes that an entry of a shared cache may have unpacked. */
export const maxEntryBytes = 4e9;

const sealBytes = 32;

/**
 * An entry as it travels and lies in a shared cache: the archive, and behind it the HMAC-SHA256 of key and archive under the access token.
 * So whoever has no token can neither change an entry nor put one in the place of another; a gzip reader passes over what follows the archive.
 */
export function sealEntry(key: string, archive: Uint8Array, token: string): Buffer {
  return Buffer.concat([archive, sealOf(key, archive, token)]);
}

/** The archive of a sealed entry, or what is wrong with the entry. */
export function openEntry(key: string, entry: Buffer, token: string): Buffer | string {
  if (entry.length <= sealBytes) return 'is cut short';
  const archive = entry.subarray(0, -sealBytes);
  return timingSafeEqual(sealOf(key, archive, token), entry.subarray(-sealBytes)) ? archive : 'is not what was stored under this key with this access token';
}

function sealOf(key: string, archive: Uint8Array, token: string): Buffer {
  return createHmac('sha256', token).update(`${key}\n`).update(archive).digest();
}

/**
 * Compares the artifact in an entry of Nx's cache with its manifest.
 * @param archive tar, gzipped: `artifacts/stages/<id>/…` with the manifest, `terminalOutput` and `code`
 * @returns what is wrong, or undefined
 */
export function findEntryFault(archive: Uint8Array): string | undefined {
  const files = unpack(archive);
  if (typeof files === 'string') return files;
  const manifests = [...files.keys()].filter((name) => /^artifacts\/stages\/[^/]+\/manifest\.json$/.test(name));
  const [name = ''] = manifests;
  if (manifests.length !== 1) return `must hold one artifact, got ${manifests.length}`;
  const manifest = parseManifest((files.get(name) as Buffer).toString('utf8'));
  if (typeof manifest === 'string') return `holds a manifest that ${manifest}`;
  const folder = `artifacts/stages/${manifest.id}/`;
  if (name !== `${folder}manifest.json`) return `holds the manifest of ${manifest.id} in another folder`;
  const wanted = new Map(Object.entries(manifest.files).map(([file, record]) => [`${folder}data/${file}`, record.sha256]));
  for (const [file, hash] of wanted) if (!files.has(file) || sha256(files.get(file) as Buffer) !== hash) return `holds a ${file} that is not what the manifest says`;
  const content = files.get(`${folder}content`)?.toString('utf8');
  if (content !== `${manifest.content}\n`) return 'holds another digest of the content than the manifest';
  const stray = [...files.keys()].find((file) => !wanted.has(file) && ![name, `${folder}content`, 'terminalOutput', 'code'].includes(file));
  return stray === undefined ? undefined : `holds ${stray}, which its manifest does not know`;
}

const block = 512;

/** Files by name, or what is wrong. Links and other special entries are refused. */
function unpack(archive: Uint8Array): Map<string, Buffer> | string {
  let tar: Buffer;
  try {
    tar = gunzipSync(archive, { maxOutputLength: maxEntryBytes });
  } catch (error) {
    return `cannot be unpacked: ${(error as Error).message}`;
  }
  const files = new Map<string, Buffer>();
  let longName: string | undefined;
  for (let at = 0; at + block <= tar.length && tar[at] !== 0; ) {
    const header = tar.subarray(at, at + block);
    const size = sizeIn(header);
    const content = tar.subarray(at + block, at + block + size);
    if (!Number.isSafeInteger(size) || content.length !== size) return 'is cut short';
    const type = String.fromCharCode(header[156] as number);
    if (type === 'L') longName = text(content);
    else if (type === '0' || type === '\0') files.set(longName ?? nameIn(header), content);
    else if (type !== '5') return `holds something that is neither file nor folder: ${longName ?? nameIn(header)}`;
    if (type !== 'L') longName = undefined;
    at += block + Math.ceil(size / block) * block;
  }
  return files;
}

function nameIn(header: Buffer): string {
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? text(header.subarray(345, 500)) : '';
  return (prefix ? `${prefix}/` : '') + text(header.subarray(0, 100));
}

/** Octal digits, or, from 8 GiB up, a binary number. */
function sizeIn(header: Buffer): number {
  const digits = text(header.subarray(124, 136)).trim();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number.NaN;
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}
