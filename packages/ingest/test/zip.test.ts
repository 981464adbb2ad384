import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Zip } from '../src/codecs/zip.js';
import { goldens } from './custom-data.js';
import { temporaryFolder } from './files.js';

/** Names of the members whose contents are read, and what these are. */
async function contents(path: string): Promise<[string, string][]> {
  const zip = await Zip.open(path);
  try {
    const found: [string, string][] = [];
    for (const member of zip.members) {
      const pieces: Uint8Array[] = [];
      for await (const piece of zip.content(member)) pieces.push(piece);
      found.push([member.name, Buffer.concat(pieces).toString('base64')]);
    }
    return found;
  } finally {
    await zip.close();
  }
}

it('gives all members or an error, whichever byte is changed', async () => {
  const sound = readFileSync(join(goldens, 'keras.npz'));
  const path = join(temporaryFolder(), 'a.npz');
  const whole = (await contents(join(goldens, 'keras.npz'))).map(([, content]) => content);
  expect(whole).toHaveLength(4);
  let refused = 0;
  for (let at = 0; at < sound.length; at++) {
    const bytes = Buffer.from(sound);
    bytes[at] = bytes[at]! ^ 0x55;
    writeFileSync(path, bytes);
    const read = await contents(path).catch((error: { code?: string }) => error.code);
    if (read === 'DATA_INVALID') refused++;
    else
      expect(
        (read as [string, string][]).map(([, content]) => content),
        `byte ${at}`,
      ).toEqual(whole);
  }
  expect(refused).toBeGreaterThan(sound.length / 2);
});
