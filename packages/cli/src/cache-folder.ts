import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LayerwiseError } from '@layerwise/contracts';

/** What came of storing an entry. */
export type Stored = 'stored' | 'already there' | 'too large' | 'empty' | 'cut short' | 'busy';

/** An entry that was found whole. Whoever found it closes the file. */
export interface FoundEntry {
  readonly file: FileHandle;
  /** Bytes of the entry; the file has its hash behind them. */
  readonly bytes: number;
  readonly sha256: string;
}

/** An entry as it is sent. */
export interface SentEntry {
  readonly pieces: AsyncIterable<Buffer>;
  /** Bytes that there will be, where that is known. */
  readonly announced?: number | undefined;
  /** Whether all has come. */
  readonly isComplete: () => boolean;
  /** SHA-256 of the entry that may be replaced. */
  readonly replace?: string | undefined;
}

/** Characters of a SHA-256. */
const hashLength = 64;
const suffix = '.entry';
const entryName = /^[A-Za-z0-9_-]{1,100}\.entry$/;
const asideName = /^\.new-[0-9a-f-]{36}$/;

/** ms between looks whether there is room for more of what arrives, and how many. */
const [pause, pauses] = [50, 400];

/**
 * The entries of a cache server: files `<key>.entry` with their SHA-256 in the last 64 characters, in a folder that holds nothing else. An entry
 * appears when it is whole; one that does not fit its hash is removed, and taken for not there. They take at most `maxBytes`: when one has arrived,
 * what was used least lately gives way to it, and to nothing that was only announced. What is arriving takes at most as much again.
 */
export class CacheFolder {
  /** Bytes that have come so far of the files that are arriving, by name. */
  private readonly arriving = new Map<string, number>();
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    private readonly maxBytes: number,
    private readonly log: (line: string) => void,
  ) {}

  /**
   * Takes a folder for the entries of one server, and removes what a server that was killed left unfinished.
   * @param folder absolute path; it is made where it is not there
   * @throws LayerwiseError USAGE where something else lies in it
   */
  static async open(
    folder: string,
    maxBytes: number,
    log: (line: string) => void = () => undefined,
  ): Promise<CacheFolder> {
    await mkdir(folder, { recursive: true });
    const found = await readdir(folder, { withFileTypes: true });
    const foreign = found.find(
      (entry) => !entry.isFile() || !(entryName.test(entry.name) || asideName.test(entry.name)),
    );
    if (foreign)
      throw new LayerwiseError(
        'USAGE',
        `the folder of a cache server must hold nothing but its entries, got ${foreign.name}`,
        { where: folder, remedy: 'Give another --folder: one that is empty or not there yet.' },
      );
    for (const { name } of found) if (asideName.test(name)) await rm(join(folder, name), { force: true });
    return new CacheFolder(folder, maxBytes, log);
  }

  /** An entry, which counts as used now, or undefined. */
  async find(key: string): Promise<FoundEntry | undefined> {
    const path = this.pathOf(key);
    const file = await open(path, 'r').catch(ignoreMissing);
    if (!file) return undefined;
    const found = await wholeEntry(file).catch(async (error: unknown) => {
      await file.close();
      throw error;
    });
    if (found) {
      await utimes(path, new Date(), new Date()).catch(ignoreMissing);
      return found;
    }
    await file.close();
    this.log(`damaged ${key}: it is not what was stored; removed`);
    await rm(path, { force: true });
    return undefined;
  }

  /** Stores an entry. One that is there is left, unless it is the one to be replaced. */
  async add(key: string, { pieces, announced = 0, isComplete, replace }: SentEntry): Promise<Stored> {
    if (announced + hashLength > this.maxBytes) return 'too large';
    if (!(await this.mayStore(key, replace))) return 'already there';
    const name = `.new-${randomUUID()}`;
    try {
      const outcome = await this.receive(name, pieces);
      if (typeof outcome === 'string') return outcome;
      if (!isComplete() || (announced || outcome) !== outcome) return 'cut short';
      return await this.inTurn(() => this.publish(key, name, replace));
    } finally {
      this.arriving.delete(name);
      await rm(join(this.folder, name), { force: true });
    }
  }

  private pathOf(key: string): string {
    return join(this.folder, `${key}${suffix}`);
  }

  private async mayStore(key: string, replace: string | undefined): Promise<boolean> {
    const found = await this.find(key);
    await found?.file.close();
    return found === undefined || found.sha256 === replace;
  }

  /** Counts what has come of a file; where too much is arriving, it waits for that to be over. @returns whether there is room */
  private async count(name: string, bytes: number): Promise<boolean> {
    for (let n = 0; this.bytesOfOthers(name) + bytes > this.maxBytes; n++) {
      if (n === pauses) return false;
      await sleep(pause);
    }
    this.arriving.set(name, bytes);
    return true;
  }

  private bytesOfOthers(name: string): number {
    return [...this.arriving].reduce((sum, [other, bytes]) => sum + (other === name ? 0 : bytes), 0);
  }

  /** Writes what arrives beside the entries, its hash behind it. @returns bytes */
  private async receive(name: string, pieces: AsyncIterable<Buffer>): Promise<number | Stored> {
    const file = await open(join(this.folder, name), 'wx');
    const hash = createHash('sha256');
    let bytes = 0;
    try {
      for await (const piece of pieces) {
        bytes += piece.length;
        if (bytes + hashLength > this.maxBytes) return 'too large';
        if (!(await this.count(name, bytes + hashLength))) return 'busy';
        hash.update(piece);
        await file.writeFile(piece);
      }
      if (bytes === 0) return 'empty';
      await file.writeFile(hash.digest('hex'));
      await file.sync();
      return bytes;
    } finally {
      await file.close();
    }
  }

  private async publish(key: string, name: string, replace: string | undefined): Promise<Stored> {
    if (!(await this.mayStore(key, replace))) return 'already there';
    const [path, now] = [join(this.folder, name), new Date()];
    await this.makeRoom((await stat(path)).size);
    await utimes(path, now, now);
    await rename(path, this.pathOf(key));
    return 'stored';
  }

  /** Removes entries until there is room for so many bytes. */
  private async makeRoom(bytes: number): Promise<void> {
    const found = await this.entries();
    let total = found.reduce((sum, { size }) => sum + size, bytes);
    for (const { name, size, used } of found) {
      if (total <= this.maxBytes) return;
      await rm(join(this.folder, name), { force: true });
      total -= size;
      this.log(`removed ${name.slice(0, -suffix.length)}, not used since ${used.toISOString()}`);
    }
  }

  /** Those used least lately first. A date to come was set by a clock that was wrong: it says nothing. */
  private async entries(): Promise<{ name: string; size: number; used: Date }[]> {
    const names = (await readdir(this.folder)).filter((name) => entryName.test(name));
    const found = await Promise.all(
      names.map(async (name) => ({ name, stats: await stat(join(this.folder, name)).catch(ignoreMissing) })),
    );
    const now = Date.now();
    const order = ({ used }: { used: Date }): number => (used.getTime() > now ? 0 : used.getTime());
    return found
      .flatMap(({ name, stats }) => (stats?.isFile() ? [{ name, size: stats.size, used: stats.mtime }] : []))
      .sort((a, b) => order(a) - order(b));
  }

  /** One after another: two that made room at once would each remove what the other has counted. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }
}

/** The entry in a file, if it fits its hash. */
async function wholeEntry(file: FileHandle): Promise<FoundEntry | undefined> {
  const stats = await file.stat();
  const bytes = stats.size - hashLength;
  if (!stats.isFile() || bytes <= 0) return undefined;
  const hash = createHash('sha256');
  for await (const piece of piecesOf(file, 0, bytes)) hash.update(piece);
  const sha256 = hash.digest('hex');
  let noted = '';
  for await (const piece of piecesOf(file, bytes, stats.size)) noted += piece.toString('latin1');
  return sha256 === noted ? { file, bytes, sha256 } : undefined;
}

const pieceBytes = 1 << 16;

/** Bytes of a file, in pieces; fewer where it ends. */
export async function* piecesOf(file: FileHandle, from: number, to: number): AsyncGenerator<Buffer> {
  for (let at = from; at < to;) {
    const { bytesRead, buffer } = await file.read(
      Buffer.allocUnsafe(Math.min(pieceBytes, to - at)),
      0,
      Math.min(pieceBytes, to - at),
      at,
    );
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
  return undefined;
}
