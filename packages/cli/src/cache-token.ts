import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LayerwiseError } from '@layerwise/contracts';

const leastCharacters = 16;

/**
 * The token of a cache server that is given none: made once and kept beside the folder, for this user alone, since with another token
 * nothing that is stored could be read any more.
 * @param file absolute path
 * @throws LayerwiseError USAGE where the file holds no token
 */
export function keptToken(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(file, `${randomBytes(24).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  chmodSync(file, 0o600);
  const token = readFileSync(file, 'utf8').trim();
  if (token.length >= leastCharacters && !/\s/.test(token)) return token;
  throw new LayerwiseError(
    'USAGE',
    `the access token must be one word of at least ${leastCharacters} characters, got ${token.length === 0 ? 'none' : 'another text'}`,
    {
      where: file,
      remedy: 'Remove the file, and a new token is made; or set NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN.',
    },
  );
}
