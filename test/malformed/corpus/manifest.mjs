/** manifest.json of an artifact, and JSON files in one. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { canonicalJson, sha256 } from '@layerwise/contracts';
import { Store } from '@layerwise/store';
import { artifactOf } from './artifact.mjs';
import { cut } from './bytes.mjs';

/** The manifest's text, changed. */
const texts = {
  'an empty file': [() => '', /must be JSON/],
  'cut short': [(text) => cut(Buffer.from(text), 0.7), /must be JSON/],
  'no JSON': [() => 'schema: 1', /must be JSON/],
  'a list': [() => '[]', /must be a group of fields/],
  null: [() => 'null', /must be a group of fields/],
  'of a schema to come': [(text) => text.replace('"schema": 1', '"schema": 2'), /must be of schema 1, got 2/],
  'one figure changed': [(text) => text.replace('"seconds": 1', '"seconds": 2'), /must match its checksum/],
  'a hash changed': [(text) => text.replace(/"sha256": "./, '"sha256": "x'), /must match its checksum/],
  'bytes that are no UTF-8': [() => Buffer.alloc(100, 0xff), /must be JSON/],
  'brackets a million deep': [() => '['.repeat(1_000_000), /must be/],
  'groups 20,000 deep': [() => '{"schema":1,"a":'.repeat(20_000) + '1' + '}'.repeat(20_000), /must be/],
};

/** The manifest's value, changed and sealed again, as someone who knows the format could write it. */
const sealed = {
  'files left out': [
    (manifest) => without(manifest, 'files'),
    /manifest\.files must be a group of fields, got nothing/,
  ],
  'files null': [(manifest) => ({ ...manifest, files: null }), /manifest\.files must be a group of fields, got null/],
  'files a list': [(manifest) => ({ ...manifest, files: [1] }), /manifest\.files must be a group of fields, got \[1\]/],
  'a file without a record': [
    (manifest) => ({ ...manifest, files: { 'x.json': null } }),
    /manifest\.files\.x\.json must be a group of fields/,
  ],
  'a file of no size': [
    (manifest) => ({ ...manifest, files: { 'x.json': { bytes: 'many', sha256: 'a' } } }),
    /manifest\.files\.x\.json\.bytes must be a whole number/,
  ],
  'a file outside of its folder': [
    (manifest) => ({ ...manifest, files: { '../../../x.json': { bytes: 1, sha256: 'a'.repeat(64) } } }),
    /must list files below its folder/,
  ],
  'a file by absolute path': [
    (manifest) => ({ ...manifest, files: { '/etc/passwd': { bytes: 1, sha256: 'a'.repeat(64) } } }),
    /must list files below its folder/,
  ],
  'an id that is a path': [(manifest) => ({ ...manifest, id: '../train-1' }), /must have a valid name for its id/],
  'an id that is a number': [(manifest) => ({ ...manifest, id: 5 }), /manifest\.id must be a text, got 5/],
  'the id of another artifact': [
    (manifest) => ({ ...manifest, id: 'train-2' }),
    /must be of train-1, got that of train-2/,
  ],
  'content of other files': [(manifest) => ({ ...manifest, content: 'x' }), /must match the files it lists/],
  'warnings left out': [(manifest) => without(manifest, 'warnings'), /must/],
  'the recipe left out': [(manifest) => without(manifest, 'recipe'), /manifest\.recipe must be a group of fields/],
  'a recipe that is a text': [
    (manifest) => ({ ...manifest, recipe: 'x' }),
    /manifest\.recipe must be a group of fields/,
  ],
};

export function cases() {
  const open = async (folder, change) => {
    await artifactOf(folder, { 'x.json': '{}' });
    const path = `${folder}/stages/train-1/manifest.json`;
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    await (await new Store(folder).open('train-1')).json('x');
  };
  const seal = (change) => (text) => {
    const rest = without(JSON.parse(text), 'seal');
    const changed = change(rest);
    const whole = {
      ...changed,
      ...(changed.content === rest.content && changed.files
        ? { content: sha256(canonicalJson({ files: changed.files, warnings: changed.warnings })) }
        : {}),
    };
    return JSON.stringify({ ...whole, seal: sha256(canonicalJson(whole)) });
  };
  const code = 'ARTIFACT_CORRUPT';
  const places = [
    {
      name: 'the manifest a folder',
      code: 'STORAGE_FAILED',
      says: /must be a file, got a folder/,
      run: (folder) => replaced(folder, (path) => mkdirSync(path)),
    },
    {
      name: 'the manifest a link to itself',
      code: 'STORAGE_FAILED',
      says: /ELOOP/,
      run: (folder) => replaced(folder, (path) => symlinkSync(path, path)),
    },
    {
      name: 'no manifest',
      code: 'ARTIFACT_MISSING',
      says: /must have a manifest.json/,
      run: (folder) => replaced(folder, () => undefined),
    },
  ];
  const json = Object.entries({
    'an empty JSON file': '',
    'JSON cut short': '{"a":',
    'JSON followed by more': '{} {}',
    'JSON with NaN': '{"loss":NaN}',
    'JSON a million deep': '['.repeat(1_000_000),
  }).map(([name, text]) => ({
    name,
    code,
    says: /file must be readable as json/,
    run: async (folder) => (await artifactOf(folder, { 'x.json': text })).json('x'),
  }));
  return [
    ...Object.entries(texts).map(([name, [change, says]]) => ({
      name: `manifest: ${name}`,
      code,
      says,
      run: (folder) => open(folder, change),
    })),
    ...Object.entries(sealed).map(([name, [change, says]]) => ({
      name: `manifest sealed again: ${name}`,
      code,
      says,
      run: (folder) => open(folder, seal(change)),
    })),
    ...places,
    ...json,
  ];
}

function without(value, name) {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
}

async function replaced(folder, put) {
  await artifactOf(folder, { 'x.json': '{}' });
  const path = `${folder}/stages/train-1/manifest.json`;
  rmSync(path);
  put(path);
  await new Store(folder).open('train-1');
}
