import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';
import { onDisk } from '@layerwise/store/storage';
import { CacheFolder } from '../cache-folder.js';
import { createCacheServer } from '../cache-server.js';
import { givenToken, keptToken } from '../cache-token.js';
import { defineCommand } from '../command.js';
import { print } from '../terminal.js';

const units: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, TB: 1e12 };

/** `layerwise cache serve`: serves Nx's self-hosted remote cache from a folder until it is stopped. */
export async function cacheServeCommand({
  folder,
  host,
  port,
  size,
}: {
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly size: string;
}): Promise<void> {
  const given = givenToken();
  const place = resolve(folder);
  const log = (line: string): void => print(line);
  const entries = await onDisk(place, () => CacheFolder.open(place, bytesOf(size), log));
  const token = given || (await onDisk(place, async () => keptToken(`${place}.token`)));
  const server = createCacheServer({ entries, token, log });
  await new Promise<void>((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      fail(
        new LayerwiseError(
          'USAGE',
          `the address to serve at must be free and belong to this computer, got ${host}:${port}: ${error.code}`,
          { remedy: 'Give another --port or --host.' },
        ),
      ),
    );
    server.listen(port, host, done);
  });
  const { address, family, port: bound } = server.address() as AddressInfo;
  log(`serving ${place}, at most ${size}. In the workspaces that share it:`);
  log(`  export NX_SELF_HOSTED_REMOTE_CACHE_SERVER=http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`);
  log(`  export NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN=${given ? '<the token that this server was given>' : token}`);
  const stopped = new Promise<void>((done) => server.once('close', () => done()));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close().closeAllConnections());
  await stopped;
}

/** Bytes of `500MB`, `10GB`. @throws LayerwiseError USAGE */
export function bytesOf(size: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(MB|GB|TB)$/.exec(size) ?? [];
  const bytes = Number(number) * (units[unit] ?? Number.NaN);
  if (bytes > 0) return bytes;
  throw new LayerwiseError('USAGE', `--max-size must be a number with MB, GB or TB, got '${size}'`, {
    remedy: 'For example: --max-size 10GB',
  });
}

/** `layerwise cache` */
export const command = defineCommand({
  builder: (y) =>
    y
      .positional('action', { choices: ['serve'] as const, demandOption: true, describe: 'serve' })
      .option('folder', { type: 'string', default: '.layerwise/cache', describe: 'Where the entries lie' })
      .option('host', {
        type: 'string',
        default: '127.0.0.1',
        describe: 'Address to serve at; the default is this computer alone',
      })
      .option('port', { type: 'number', default: 4949, describe: '0 takes any free port' })
      .option('max-size', {
        type: 'string',
        default: '10GB',
        describe: 'Of all entries together; the least recently used are removed',
      })
      .epilogue('The access token is NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN; without it a new one is made and shown.')
      .example('$0 cache serve', ''),
  handler: async ({ folder, host, port, maxSize }) => cacheServeCommand({ folder, host, port, size: maxSize }),
});
