import { existsSync } from 'node:fs';
import { access, constants, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LayerwiseError, sha256, throwIfAborted, type Progress } from '@layerwise/contracts';
import { describeWait, withLease, type Holder } from '@layerwise/contracts/lease';
import { inflate, isGzip } from '../codecs/inflate.js';
import { MNIST_FILES, type MnistFile } from './mnist-files.js';
import { MNIST_MIRRORS } from './mirrors.js';
import { Part } from './part.js';
import { MirrorFailure, PATIENCE, transfer, unreachable, type Patience } from './transfer.js';

/** What {@link fetchMnist} needs. */
export interface FetchOptions {
  /** Folder to keep the files in; made if missing. */
  readonly folder: string;
  /** Addresses below which `<file>.gz` is; default {@link MNIST_MIRRORS}. */
  readonly mirrors?: readonly string[];
  /** The files wanted; default all four. Those already in `folder` are left as they are. */
  readonly wanted?: readonly MnistFile[];
  readonly progress?: (step: Progress) => void;
  readonly signal?: AbortSignal;
  readonly patience?: Patience;
}

interface Mirror {
  readonly address: string;
  /** Why it can't be used at all, once known. */
  readonly dead: Promise<string | undefined>;
}

/**
 * Downloads the MNIST files that `folder` lacks: mirrors in turn, transfers resumed, content checked by SHA-256,
 * each file put in place by one rename. While another process downloads there, that is waited for. Without a network it gives up after `patience.connect`.
 *
 * @returns the paths, in the order of `wanted`
 * @throws LayerwiseError DATA_MISSING with each mirror's reason; ABORTED
 */
export async function fetchMnist({
  folder,
  mirrors = MNIST_MIRRORS,
  wanted = MNIST_FILES,
  progress = () => {},
  signal = new AbortController().signal,
  patience = PATIENCE,
}: FetchOptions): Promise<readonly string[]> {
  const here = (file: MnistFile): string | undefined =>
    [join(folder, file.name), join(folder, `${file.name}.gz`)].find((path) => existsSync(path));
  const missing = (): readonly MnistFile[] => wanted.filter((file) => !here(file));
  if (missing().length > 0) {
    await makeFolder(folder);
    const lease = join(folder, '.downloading');
    const onWait = (holder: Holder): void =>
      progress({ done: 0, total: 1, unit: 'downloads', detail: describeWait(holder, 'is downloading') });
    const fetchMissing = (): Promise<void> =>
      fetchFiles({ folder, mirrors, wanted: missing(), progress, signal, patience });
    try {
      await withLease(lease, { signal, onWait }, fetchMissing);
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    } finally {
      await rm(lease, { recursive: true, force: true });
    }
  }
  return wanted.map((file) => here(file) as string);
}

async function fetchFiles({
  folder,
  mirrors,
  wanted,
  progress,
  signal,
  patience,
}: Required<FetchOptions>): Promise<void> {
  const total = kilobytes(wanted.reduce((sum, file) => sum + file.compressed, 0));
  const probe = wanted.at(-1)?.name;
  const servers =
    probe === undefined
      ? []
      : mirrors.map((address): Mirror => ({ address, dead: unreachable(`${address}/${probe}.gz`, patience, signal) }));
  let before = 0;
  for (const file of wanted) {
    const grown = (bytes: number): void =>
      progress({
        done: Math.min(total, kilobytes(before + bytes)),
        total,
        unit: 'KB',
        detail: `downloading ${file.name}`,
      });
    await fetchFile(file, folder, servers, patience, signal, grown);
    before += file.compressed;
  }
}

function kilobytes(bytes: number): number {
  return Math.round(bytes / 1000);
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (error) {
    throw new LayerwiseError(
      'DATA_MISSING',
      `MNIST cannot be downloaded: its folder cannot be made or written to (${(error as Error).message})`,
      { where: folder },
    );
  }
}

async function fetchFile(
  file: MnistFile,
  folder: string,
  mirrors: readonly Mirror[],
  patience: Patience,
  signal: AbortSignal,
  grown: (bytes: number) => void,
): Promise<void> {
  const part = new Part(join(folder, `${file.name}.gz.part`));
  const reasons = new Map<string, string>();
  let candidates = mirrors;
  try {
    for (let round = 0; round < patience.rounds && candidates.length > 0; round++) {
      if (round > 0) await sleep(patience.pause * 2 ** (round - 1), undefined, { signal }).catch(() => {});
      const again: Mirror[] = [];
      for (const mirror of candidates) {
        const failure = await tryMirror(file, folder, mirror, part.path, patience, signal, grown);
        throwIfAborted(signal);
        if (!failure) return;
        reasons.set(mirror.address, failure.message);
        if (failure.again) again.push(mirror);
      }
      candidates = again;
    }
  } finally {
    part.keep();
  }
  const list = [...reasons].map(([address, reason]) => `  ${address}: ${reason}`).join('\n');
  throw new LayerwiseError(
    'DATA_MISSING',
    `MNIST's file ${file.name} could not be downloaded from any of ${mirrors.length} mirrors:\n${list}`,
  );
}

async function tryMirror(
  file: MnistFile,
  folder: string,
  mirror: Mirror,
  part: string,
  patience: Patience,
  signal: AbortSignal,
  grown: (bytes: number) => void,
): Promise<MirrorFailure | undefined> {
  const dead = await mirror.dead;
  if (dead !== undefined) return new MirrorFailure(dead, false);
  try {
    const { resumed } = await transfer({
      url: `${mirror.address}/${file.name}.gz`,
      part,
      limit: file.size + 65_536,
      patience,
      signal,
      grown,
    });
    await accept(file, folder, part, resumed);
    return undefined;
  } catch (error) {
    if (error instanceof MirrorFailure) return error;
    throw error;
  }
}

/** Checks what came and puts it in place. A wrong file is deleted; if it was pieced together from two transfers, the same mirror may try again. */
async function accept(file: MnistFile, folder: string, part: string, resumed: boolean): Promise<void> {
  const bytes = await readFile(part);
  const packed = isGzip(bytes);
  const defect = await defectOf(file, bytes, part);
  if (defect !== undefined) {
    await rm(part, { force: true });
    throw new MirrorFailure(defect, resumed);
  }
  await rename(part, join(folder, packed ? `${file.name}.gz` : file.name));
  await syncFolder(folder);
}

async function defectOf(file: MnistFile, bytes: Uint8Array, where: string): Promise<string | undefined> {
  try {
    const content = isGzip(bytes) ? await inflate(bytes, where, file.size) : bytes;
    return sha256(content) === file.sha256
      ? undefined
      : `sent a file with another checksum (SHA-256 ${sha256(content).slice(0, 12)}…, must be ${file.sha256.slice(0, 12)}…)`;
  } catch (error) {
    return `sent a damaged file: ${(error as Error).message}`;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().catch(() => {});
  await handle.close();
}
