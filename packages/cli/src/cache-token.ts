import { randomBytes } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
  if (lstatSync(file).isSymbolicLink())
    throw new LayerwiseError('USAGE', 'the file of the access token must be a file, got a link', {
      where: file,
      remedy: 'Remove the link, and a new token is made; or set NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN.',
    });
  chmodSync(file, 0o600);
  const token = readFileSync(file, 'utf8').trim();
  if (token.length >= leastCharacters && isWord(token)) return token;
  throw new LayerwiseError(
    'USAGE',
    `the access token must be one word of at least ${leastCharacters} characters, got ${token.length === 0 ? 'none' : 'another text'}`,
    {
      where: file,
      remedy: 'Remove the file, and a new token is made; or set NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN.',
    },
  );
}

/**
 * The token that the environment gives, if it does.
 * @throws LayerwiseError USAGE where no client could send it
 */
export function givenToken(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const token = env.NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN;
  if (!token) return undefined;
  if (isWord(token)) return token;
  throw new LayerwiseError(
    'USAGE',
    'NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN must be one word of visible ASCII characters, got one with blanks or others',
    { remedy: 'Give another token, or unset it: a new one is then made and shown.' },
  );
}

function isWord(token: string): boolean {
  return /^[\x21-\x7e]+$/.test(token);
}
