import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseManifest, type Manifest } from './manifest.js';
import { serves, type ForeseenRecipe } from './staleness.js';

/** An artifact that may serve: one of the workspace, or a copy that Nx's cache holds. */
export interface Shelved {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly from: 'artifacts' | 'cache';
}

/** Reads manifests on demand, each once; what cannot be read is passed over. */
export class Shelf {
  private readonly folders = new Map<string, Promise<Manifest | undefined>>();
  private listed?: Promise<readonly string[]>;
  private cached?: Promise<readonly { readonly id: string; readonly folder: string }[]>;

  /**
   * @param stages absolute path of the folder of artifacts
   * @param cache absolute path of Nx's cache, if there is one: `<hash>/artifacts/stages/<id>` below it
   * @param isWhole whether a copy in the cache that would serve is as its manifest says; without it, only sizes are compared
   */
  constructor(
    private readonly stages: string,
    private readonly cache?: string,
    private readonly isWhole: (folder: string, id: string) => boolean = () => true,
  ) {}

  /** The manifest in a folder, whole and of that id, or undefined. */
  manifest(folder: string, id: string): Promise<Manifest | undefined> {
    let found = this.folders.get(folder);
    if (!found) this.folders.set(folder, (found = readIntact(folder, id)));
    return found;
  }

  /** Artifacts of a stage that lie in the workspace, in the order of their ids. */
  async ofStage(stage: string): Promise<readonly Shelved[]> {
    this.listed ??= readdir(this.stages).then(
      (names) => names.filter((name) => !name.startsWith('.')).sort(),
      () => [],
    );
    const ids = (await this.listed).filter((id) => id.startsWith(`${stage}-`));
    return this.read(
      ids.map((id) => ({ id, folder: join(this.stages, id) })),
      'artifacts',
    );
  }

  /** Copies of a stage's artifacts in Nx's cache. */
  async inCache(stage: string): Promise<readonly Shelved[]> {
    this.cached ??= listCache(this.cache);
    return this.read(
      (await this.cached).filter(({ id }) => id.startsWith(`${stage}-`)),
      'cache',
    );
  }

  /**
   * Artifacts that serve a recipe, the best first: that of the id itself, others of the workspace, those of the cache.
   * @param damaged ids in the workspace that are not what their manifests say
   */
  async serving(
    stage: string,
    id: string,
    wanted: ForeseenRecipe,
    damaged: ReadonlySet<string> = new Set(),
  ): Promise<readonly Shelved[]> {
    const here = (await this.ofStage(stage)).filter(
      ({ manifest }) => !damaged.has(manifest.id) && serves(manifest.recipe, wanted),
    );
    const own = here.filter(({ manifest }) => manifest.id === id);
    const unknown = Object.values(wanted.inputs).includes(null);
    if (own.length > 0 && !unknown) return own;
    const copies = (await this.inCache(stage)).filter(({ manifest }) => serves(manifest.recipe, wanted));
    const whole = await Promise.all(copies.map(hasItsFiles));
    return [
      ...own,
      ...here.filter((found) => !own.includes(found)),
      ...copies.filter(({ folder, manifest }, index) => whole[index] && this.isWhole(folder, manifest.id)),
    ];
  }

  private async read(
    entries: readonly { readonly id: string; readonly folder: string }[],
    from: Shelved['from'],
  ): Promise<Shelved[]> {
    const found = await Promise.all(
      entries.map(async ({ id, folder }) => ({ folder, from, manifest: await this.manifest(folder, id) })),
    );
    return found.filter((entry): entry is Shelved => entry.manifest !== undefined);
  }
}

/** The folders of artifacts that Nx's cache holds, latest hash last. */
export async function listCache(cache: string | undefined): Promise<{ id: string; folder: string }[]> {
  if (cache === undefined) return [];
  const entries = await readdir(cache).catch(() => []);
  const found = await Promise.all(
    entries.sort().map(async (entry) => {
      const folder = join(cache, entry, 'artifacts/stages');
      const ids = await readdir(folder).catch(() => []);
      return ids.map((id) => ({ id, folder: join(folder, id) }));
    }),
  );
  return found.flat();
}

async function readIntact(folder: string, id: string): Promise<Manifest | undefined> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => '');
  const manifest = parseManifest(text);
  return typeof manifest === 'string' || manifest.id !== id ? undefined : manifest;
}

/** Whether every file is there in its size; its hash is compared when it is used. */
async function hasItsFiles({ folder, manifest }: Shelved): Promise<boolean> {
  const sizes = await Promise.all(
    Object.keys(manifest.files).map((file) =>
      stat(join(folder, 'data', file)).then(
        ({ size }) => size,
        () => -1,
      ),
    ),
  );
  return Object.values(manifest.files).every(({ bytes }, index) => bytes === sizes[index]);
}
