import { describe, expect, it } from 'vitest';
import { html, jsonScript, raw } from '../src/page/html.js';

describe('a template', () => {
  it('escapes what is put into it, but for markup', () => {
    expect(html`<p title="${'"'}">${'<b>'} ${raw('<i>')} ${['&', 1]}</p>`.text).toBe(
      '<p title="&quot;">&lt;b&gt; <i> &amp;1</p>',
    );
  });

  it('takes line breaks in the source as layout: a blank between words, nothing beside a tag or between values', () => {
    const [a, b] = ['12', 'images'];
    expect(
      html`<p class="x"
        id="y">of ${a}
        ${b} in
        ${a} rows of
        it
        <b>all</b>
      </p>`.text,
    ).toBe('<p class="x" id="y">of 12images in 12 rows of it<b>all</b></p>');
    expect(html`${a} ${b}`.text).toBe('12 images');
  });

  it('leaves line breaks in values as they are', () => {
    expect(html`<pre>${'a\n  b'}</pre>`.text).toBe('<pre>a\n  b</pre>');
  });
});

describe('JSON for the script', () => {
  it('cannot end its element', () => {
    expect(jsonScript('a', ['</script><b>']).text).toBe(
      '<script type="application/json" id="a">["\\u003c/script>\\u003cb>"]</script>',
    );
  });
});
