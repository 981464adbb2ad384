// What the trials of kills and of two runs at once share: a tiny study, its undisturbed artifacts, and what must hold afterwards.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifest } from '@layerwise/store/manifest';
import { brief, createFolder, nxPath, runNode } from '../workspace/folder.mjs';

/** The study of the trials; two experiments share all but their nets and what follows. */
export const study = `name: tiny
seed: 7
dataset: { use: strokes, strokes: { train: 300, test: 60 } }
preprocess: { validation: { first: 60 } }
${brief}experiments:
  one: { train: { hidden: [{ units: 4 }], epochs: 1 } }
  two: { train: { hidden: [{ units: 5 }], epochs: 1 } }
`;

/** Numbers from a seed (mulberry32), as `below(n)`: a whole number in [0, n). */
export function generator(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

export class Trial {
  /** Milliseconds of a run that computes all, and of one that restores all. */
  computing = 0;
  restoring = 0;
  /** @type {ReturnType<Trial['artifacts']> | undefined} */
  reference;

  /** A workspace in which both experiments were run once, undisturbed. */
  static async create() {
    const trial = new Trial(createFolder('layerwise-faults'));
    mkdirSync(join(trial.root, 'pipelines/tiny'), { recursive: true });
    writeFileSync(join(trial.root, 'pipelines/tiny/study.yaml'), study);
    trial.computing = await trial.timed('all');
    trial.restoring = await trial.timed('all');
    trial.reference = trial.artifacts();
    return trial;
  }

  constructor(root) {
    this.root = root;
    this.nx = nxPath(root);
  }

  /** Runs an experiment, or all, to its end. */
  run(target) {
    return runNode(this.root, [this.nx, 'run', `tiny:${target}`, '--output-style=static']);
  }

  /** Milliseconds of a run that must succeed. */
  async timed(target) {
    const started = Date.now();
    const { code, output } = await this.run(target);
    if (code !== 0) throw new Error(output);
    return Date.now() - started;
  }

  /** Removes what was made, or what Nx remembers of it. */
  forget(...paths) {
    for (const path of paths) rmSync(join(this.root, path), { recursive: true, force: true });
  }

  /** The artifacts that a reader would accept (manifest sealed, every file as it says): when each was finished, what it was made of, its files as they are. */
  artifacts() {
    return new Map(
      this.folders().flatMap((id) => {
        const path = (file) => join(this.root, 'artifacts/stages', id, file);
        const read = (file) => (existsSync(path(file)) ? readFileSync(path(file)) : Buffer.alloc(0));
        const manifest = parseManifest(read('manifest.json').toString('utf8'));
        if (typeof manifest === 'string' || manifest.id !== id) return [];
        const files = Object.keys(manifest.files).map((file) => [
          file,
          createHash('sha256')
            .update(read(`data/${file}`))
            .digest('hex'),
        ]);
        return files.every(([file, hash]) => hash === manifest.files[file].sha256)
          ? [[id, { finished: manifest.finished, inputs: manifest.recipe.inputs, files: Object.fromEntries(files) }]]
          : [];
      }),
    );
  }

  /** Folders in the place of artifacts that no reader accepts. */
  refused() {
    const whole = this.artifacts();
    return this.folders().filter((id) => !whole.has(id));
  }

  folders() {
    const folder = join(this.root, 'artifacts/stages');
    return existsSync(folder)
      ? readdirSync(folder)
          .filter((id) => !id.startsWith('.'))
          .sort()
      : [];
  }

  /** What is wrong with artifacts that readers accept: nothing, if each has the bytes, and was made of the bytes, of the undisturbed run. */
  differences(artifacts = this.artifacts()) {
    return [...artifacts].flatMap(([id, { files, inputs }]) => {
      const wanted = this.reference.get(id);
      return JSON.stringify([files, inputs]) === JSON.stringify([wanted?.files, wanted?.inputs])
        ? []
        : [`${id} has other bytes, or was made of others, than in the undisturbed run`];
    });
  }

  /** What stage processes noted at their end, in all runs since artifacts were forgotten. */
  journal() {
    const folder = join(this.root, 'artifacts/.runs');
    const lines = existsSync(folder)
      ? readdirSync(folder)
          .filter((file) => file.endsWith('.jsonl'))
          .flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean))
      : [];
    return lines.map((line) => JSON.parse(line));
  }

  /** How often each stage was computed. */
  computed() {
    const counts = {};
    for (const { id, status } of this.journal()) if (status === 'computed') counts[id] = (counts[id] ?? 0) + 1;
    return counts;
  }

  remove() {
    rmSync(this.root, { recursive: true, force: true });
  }
}
