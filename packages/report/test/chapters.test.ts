import { describe, expect, it } from 'vitest';
import { runInMemory } from '@layerwise/conformance';
import { stage } from '@layerwise/report';
import { chapters } from '../dist/sections/list.js';
import { fixture } from './fixture.js';

describe('the list of chapters', () => {
  it('has each id and each place once, ascending', () => {
    const [ids, orders] = [chapters.map(({ id }) => id), chapters.map(({ order }) => order)];
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(orders).size).toBe(orders.length);
    expect(orders).toEqual([...orders].sort((a, b) => a - b));
  });

  it('is the order of the page and of its contents, with markers for what comes later', async () => {
    const { output } = await runInMemory(stage, {
      params: { study: 'pipeline', experiment: 'exp5' },
      inputs: fixture({ origin: 'selected', hidden: [16, 2] }),
    });
    const text = new TextDecoder().decode(output.blobs.get('index.html'));
    const links = [...text.matchAll(/<a href="#([\w-]+)">([^<]*)<\/a>/g)].map(([, id, title]) => [id, title]);
    const places = [...text.matchAll(/<section id="([\w-]+)"|^<!--layerwise:([\w-]+)-->$/gm)]
      .map(([, id, late]) => id ?? late)
      .filter((id) => id !== 'seeds' && id !== 'sources'); // markers within a chapter
    expect(links.map(([id]) => id)).toEqual(places);
    expect(chapters.map(({ id }) => id).filter((id) => places.includes(id))).toEqual(places);
    // Of all chapters those are missing for which there is nothing: components, findings of classes and of nodes.
    expect(chapters.map(({ id }) => id).filter((id) => !places.includes(id))).toEqual([
      'classes',
      'nodes',
      'components',
    ]);
    for (const [id, title] of links)
      if (chapters.some((chapter) => chapter.id === id && !('late' in chapter)))
        expect(text).toContain(`<h2 id="${id}-title">${title}</h2>`);
  });
});
