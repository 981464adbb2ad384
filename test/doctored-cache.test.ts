import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sha256 } from '@layerwise/contracts';
import { openCacheProxy } from '@layerwise/nx-plugin';
import { signEntry } from '@layerwise/store/cache-entry';
import { contentDigest, withChecksum, type Manifest } from '@layerwise/store/manifest';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { end, member } from '../packages/store/test/archives.js';
import { brief, Workspace } from './workspace/workspace.js';

const study = `name: tiny
seed: 7
dataset: { use: strokes, strokes: { train: 300, test: 60 } }
preprocess: { validation: { first: 60 } }
${brief}experiments:
  one: { train: { hidden: [{ units: 4 }], epochs: 1 } }
`;
const token = 'a token of this test';
/** What a stage's process would do if somebody's `.env` were its environment. */
const spy = "require('fs').writeFileSync('PLANTED', '')";

/** A whole entry of the cache: its members, without the end. */
interface Entry {
  readonly tar: Buffer;
  /** Folder of the artifact. */
  readonly folder: string;
}

/** A server that gives one workspace's entries to another, that of `train` doctored, by one who has the token. */
describe('a doctored entry of a shared cache', () => {
  let giver: Workspace;
  let taker: Workspace;
  let server: Server;
  let env: NodeJS.ProcessEnv;
  /** Id of the stage whose entry is doctored. */
  let train: string;
  let doctor: (entry: Entry, others: readonly Entry[]) => Buffer;
  const entries = new Map<string, Entry>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const key = request.url?.split('/').at(-1) as string;
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const entry = entries.get(key);
    if (request.method === 'PUT') {
      if (!entry) entries.set(key, entryOf(Buffer.concat(pieces).subarray(0, -32)));
      response.end();
    } else if (!entry) response.writeHead(404).end();
    else
      response.end(
        signEntry(
          key,
          entry.folder.includes('/train-')
            ? doctor(entry, [...entries.values()])
            : gzipSync(Buffer.concat([entry.tar, end])),
          token,
        ),
      );
  }

  beforeAll(async () => {
    [giver, taker] = [Workspace.create('layerwise-giver'), Workspace.create('layerwise-taker')];
    for (const workspace of [giver, taker]) workspace.study('tiny', study);
    server = createServer((request, response) => void serve(request, response));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    env = {
      NX_SELF_HOSTED_REMOTE_CACHE_SERVER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN: token,
    };
    const { code, output } = await giver.nx(['run', 'tiny:one'], env);
    expect(code, output).toBe(0);
    expect(entries.size).toBe(9);
    train = readdirSync(join(giver.root, 'artifacts/stages')).find((id) => id.startsWith('train-')) as string;
  });
  afterAll(() => {
    server.close();
    for (const workspace of [giver, taker]) workspace.remove();
  });
  beforeEach(() =>
    ['artifacts', '.nx'].forEach((path) => rmSync(join(taker.root, path), { recursive: true, force: true })),
  );

  const whole = (...tar: Buffer[]): Buffer => gzipSync(Buffer.concat([...tar, end]));
  const without = (tar: Buffer, name: string): Buffer =>
    Buffer.concat(
      membersOf(tar)
        .filter(([found]) => found !== name)
        .map(([, bytes]) => bytes),
    );
  const planted = (folder: string): Buffer[] => [
    member(`${folder}/.env`, `NODE_OPTIONS=--require=./${folder}/x.cjs\n`),
    member(`${folder}/x.cjs`, spy),
  ];

  const doctored: readonly [what: string, line: RegExp, change: typeof doctor][] = [
    [
      'files behind a header without a name',
      /without a name/,
      ({ tar, folder }) => whole(tar, member(''), ...planted(folder)),
    ],
    ['an .env', /\.env, which is not part/, ({ tar, folder }) => whole(tar, ...planted(folder))],
    [
      'other weights in a gzip member of their own',
      /after the end of its archive/,
      ({ tar, folder }) =>
        Buffer.concat([
          whole(without(tar, `${folder}/data/weights.bin`), member(`${folder}/data/weights.bin`, 'other')),
          whole(tar),
        ]),
    ],
    [
      'a folder that leads out',
      /\.\.\/\.\.\/x, which is not part/,
      ({ tar }) => whole(tar, member('../../x/', '', { type: '5' })),
    ],
    ['a second code', /code twice/, ({ tar }) => whole(tar, member('code', 'rubbish'))],
    [
      'the exit code 1',
      /another exit code/,
      ({ tar }) => whole(without(tar, 'code'), member('code', Buffer.from([0, 0, 0, 1]))),
    ],
    [
      'the artifact of another stage',
      /which is not part of train-/,
      (_entry, others) =>
        whole(
          (others.find(({ folder }) => folder.includes('/reduce-') || folder.includes('/preprocess-')) as Entry).tar,
        ),
    ],
    [
      'a file less than a model has, and a manifest that fits',
      /no sound artifact of kind model: model\.json is missing/,
      (entry) => whole(...forged(entry, (files) => files.delete('model.json'))),
    ],
    [
      'an evaluation of null, and a manifest that fits',
      /no sound artifact of kind model: evaluation\.json must be a group of fields, got null/,
      (entry) => whole(...forged(entry, (files) => files.set('evaluation.json', Buffer.from('null')))),
    ],
    [
      'warnings of null, and a seal that fits',
      /manifest\.warnings\[0\] must be a group of fields, got null/,
      (entry) => whole(...forged(entry, (_files, manifest) => (manifest.warnings = [null]))),
    ],
    [
      'a file that is a folder too, and a manifest that fits',
      /must not list x as a file, since it lists files in it too/,
      (entry) => whole(...forged(entry, (files) => files.set('x', Buffer.from('1')).set('x/y', Buffer.from('2')))),
    ],
  ];

  /** What the proxy does that a run has between Nx and the server. */
  it('is refused in one line, and Nx gets none', async () => {
    const said: string[] = [];
    const proxy = await openCacheProxy(
      { server: env.NX_SELF_HOSTED_REMOTE_CACHE_SERVER as string, token },
      { folder: join(taker.root, 'aside'), idOf: () => train, log: (line) => void said.push(line) },
    );
    const [key] = [...entries].find(([, { folder }]) => folder.endsWith(train)) as [string, Entry];
    const ask = (): Promise<Response> =>
      fetch(`${proxy.env.NX_SELF_HOSTED_REMOTE_CACHE_SERVER}/v1/cache/${key}`, {
        headers: { authorization: `Bearer ${proxy.env.NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN}` },
      });
    for (const [what, line, change] of doctored) {
      doctor = change;
      said.length = 0;
      expect((await ask()).status, what).toBe(404);
      expect(said, what).toEqual([expect.stringMatching(line)]);
      expect(said[0], what).toMatch(/^shared cache:/);
    }
    doctor = ({ tar }) => whole(tar);
    said.length = 0;
    expect([(await ask()).status, said]).toEqual([200, []]);
    proxy.close();
  });

  it.each(doctored.filter((_, i) => [0, 1, 3, 8].includes(i)))(
    'with %s is refused in one line, the stage is computed, and nothing is planted',
    async (_what, line, change) => {
      doctor = change;
      const { code, output, ran } = await taker.nx(['run', 'tiny:one'], env);
      expect(code, output).toBe(0);
      expect(output.split('\n').filter((text) => text.startsWith('shared cache:'))).toEqual([
        expect.stringMatching(line),
      ]);
      expect(ran).toEqual(['train']);
      expect(hashesOf(taker)).toEqual(hashesOf(giver));
      const files = readdirSync(taker.root, { recursive: true, encoding: 'utf8' }).filter((path) =>
        /^(artifacts|\.nx)\//.test(path),
      );
      expect(files.filter((path) => /(\/x|\.env|x\.cjs)$/.test(path))).toEqual([]);
    },
  );

  it.each([
    ['warnings', { warnings: [null] }],
    ['raw files', { recipe: { raw: [null] } }],
    ['inputs', { inputs: null }],
  ])('in artifacts/ with %s of null is named by every command, and no defect of Layerwise', async (_what, change) => {
    doctor = ({ tar }) => whole(tar);
    expect((await taker.nx(['run', 'tiny:one'], env)).code).toBe(0);
    const id = readdirSync(join(taker.root, 'artifacts/stages')).find((name) => name.startsWith('train-')) as string;
    const file = `artifacts/stages/${id}/manifest.json`;
    const manifest: Partial<Manifest> = JSON.parse(taker.read(file)) as Manifest;
    delete (manifest as { seal?: string }).seal;
    const changed = {
      ...manifest,
      ...change,
      recipe: { ...manifest.recipe, ...('recipe' in change && change.recipe) },
    };
    const content = contentDigest(changed.files as never, changed.warnings as never);
    taker.write(file, JSON.stringify(withChecksum({ ...changed, content } as never)));
    for (const command of [['show', 'tiny:one'], ['explain', 'tiny:one'], ['doctor'], ['gc'], ['list', '--stages']]) {
      const { output } = await taker.call(command);
      expect(output, command.join(' ')).not.toMatch(/unexpected|TypeError|undefined/);
      if (command[0] === 'show' || command[0] === 'doctor') expect(output, command.join(' ')).toMatch(/manifest/);
    }
    const { code, output, ran } = await taker.nx(['run', 'tiny:one']);
    expect([code, ran], output).toEqual([0, []]);
    expect(output).toMatch(new RegExp(`artifact ${id}: manifest.json is damaged`));
  });

  it('shows what the stage had printed without the controls in it', async () => {
    doctor = ({ tar }) =>
      whole(without(tar, 'terminalOutput'), member('terminalOutput', '\u001b]0;title\u0007\u001b[2Jgone\n'));
    const { code, output, ran } = await taker.nx(['run', 'tiny:one', '--output-style=static'], env);
    expect([code, ran]).toEqual([0, []]);
    const cached = readdirSync(join(taker.root, '.nx/cache/terminalOutputs')).map((name) =>
      taker.read(`.nx/cache/terminalOutputs/${name}`),
    );
    expect([output, ...cached].join('')).not.toContain('\u001b]0;');
    expect(cached.join('')).toContain('\\u001b]0;title\\u0007\\u001b[2Jgone');
  });

  it('an .env in an artifact is named, and is the environment of no stage', async () => {
    doctor = ({ tar }) => whole(tar);
    await taker.nx(['run', 'tiny:one'], env);
    const folder = `artifacts/stages/${readdirSync(join(taker.root, 'artifacts/stages')).find((id) => id.startsWith('train-'))}`;
    taker.write(`${folder}/x.cjs`, spy);
    for (const name of [
      '.env',
      '.env.local',
      '.local.env',
      '.env.compute',
      '.compute.env',
      '.env.compute.local',
      '.compute.local.env',
    ])
      taker.write(`${folder}/${name}`, `NODE_OPTIONS=--require=./${folder}/x.cjs\n`);
    taker.edit('packages/train/dist/engine.js', 'export ', 'globalThis.changed = 1;\nexport ');
    const { code, output, ran } = await taker.nx(['run', 'tiny:one']);
    expect(code, output).toBe(0);
    expect(ran).toContain('train');
    expect(existsSync(join(taker.root, 'PLANTED'))).toBe(false);
    expect(output).toMatch(/artifact train-\w+: \.env does not belong to it, and nothing reads it; remove it/);
  });
});

function entryOf(gzip: Buffer): Entry {
  const tar = Buffer.concat(membersOf(gunzipSync(gzip)).map(([, bytes]) => bytes));
  return { tar, folder: /artifacts\/stages\/[\w-]+/.exec(tar.toString('latin1', 1024))?.[0] as string };
}

function membersOf(tar: Buffer): [string, Buffer][] {
  const found: [string, Buffer][] = [];
  for (let at = 0; at < tar.length && tar[at] !== 0;) {
    const to = at + 512 + Math.ceil(parseInt(tar.toString('latin1', at + 124, at + 135), 8) / 512) * 512;
    found.push([tar.toString('utf8', at, tar.indexOf(0, at)), tar.subarray(at, to)]);
    at = to;
  }
  return found;
}

function hashesOf(workspace: Workspace): unknown {
  return readdirSync(join(workspace.root, 'artifacts/stages'))
    .sort()
    .map((id) => (JSON.parse(workspace.read(`artifacts/stages/${id}/manifest.json`)) as { files: unknown }).files);
}

/** The members of an entry of other files, with a manifest, seal and digest that fit them. */
function forged(
  { tar, folder }: Entry,
  change: (files: Map<string, Buffer>, manifest: Record<string, unknown>) => void,
): Buffer[] {
  const contents = membersOf(tar).map(([name, bytes]) => {
    const size = parseInt(bytes.toString('latin1', 124, 135), 8);
    return [name, bytes.subarray(512, 512 + size)] as const;
  });
  const data = `${folder}/data/`;
  const files = new Map(
    contents.flatMap(([name, bytes]) =>
      name.startsWith(data) && name !== data ? [[name.slice(data.length), bytes]] : [],
    ),
  );
  const others = contents.filter(([name]) => name === 'terminalOutput' || name === 'code');
  const manifest = JSON.parse(String(new Map(contents).get(`${folder}/manifest.json`))) as Record<string, unknown>;
  delete manifest['seal'];
  change(files, manifest);
  manifest['files'] = Object.fromEntries(
    [...files]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, bytes]) => [name, { bytes: bytes.length, sha256: sha256(bytes) }]),
  );
  manifest['content'] = contentDigest(manifest['files'] as never, manifest['warnings'] as never);
  return [
    ...[...files].map(([name, bytes]) => member(`${data}${name}`, bytes)),
    member(`${folder}/manifest.json`, JSON.stringify(withChecksum(manifest as never))),
    member(`${folder}/content`, `${manifest['content'] as string}\n`),
    ...others.map(([name, bytes]) => member(name, bytes)),
  ];
}
