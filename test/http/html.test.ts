import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { html } from '../../src/http/html.ts';
import { blocksHtml } from '../../src/http/page-html.ts';
import { item, line, section, snippet } from '../../src/views/page.ts';

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=y>',
    "' onload='x",
    '&lt;',
    '</p><p>',
    '\u202e',
    '\n',
  ),
);

describe('a template', () => {
  test('W1: whatever text is put into it, it stays text: no element, no attribute, no entity comes out of it', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const { markup } = html`<p title="${text}">${text}</p>`;
        const [, attribute = '', inside = ''] = /^<p title="([^"]*)">([^<]*)<\/p>$/.exec(markup) ?? [];
        expect(markup).toBe(`<p title="${attribute}">${inside}</p>`);
        expect(inside.replaceAll(/&(amp|lt|gt|quot|#39);/g, '')).not.toMatch(/[&<>"']/);
      }),
    );
  });

  test('W1: markup in a name is shown letter for letter, in a text as in an attribute', () => {
    const name = `<script>"it's" & more</script>`;
    const shown = '&lt;script&gt;&quot;it&#39;s&quot; &amp; more&lt;/script&gt;';
    expect(html`<p title="${name}">${name}</p>`.markup).toBe(`<p title="${shown}">${shown}</p>`);
  });

  test('W1: what turns a line round or hides in it is written out', () => {
    expect(html`${'a\u202eb\u200bc\0'}`.markup).toBe('a\\u{202e}b\\u{200b}c\\u{0}');
  });

  test('takes templates as they are, lists in their order, and nothing for nothing', () => {
    const names = ['<a>', 'b'];
    expect(html`<ul>${names.map((name) => html`<li>${name}</li>`)}</ul>${null}${undefined}${7}`.markup).toBe(
      '<ul><li>&lt;a&gt;</li><li>b</li></ul>7',
    );
  });
});

describe('a page of the command line as HTML', () => {
  test('keeps its order and its sections, with items as lists', () => {
    const page = [
      line('Said first.', 'bad'),
      ...section('Why', [
        item(['one', { code: 'a.yaml:1' }], [line('because')]),
        item('two'),
        snippet('muster resume'),
      ]),
    ];
    expect(blocksHtml(page).markup).toBe(
      '<p class="tone-bad"><bdi>Said first.</bdi></p>' +
        '<section class="part"><h2>Why</h2>' +
        '<ul class="items"><li class="tone-plain"><bdi>one</bdi><code>a.yaml:1</code><p class="tone-plain"><bdi>because</bdi></p></li>' +
        '<li class="tone-plain"><bdi>two</bdi></li></ul>' +
        '<pre><code>muster resume</code></pre></section>',
    );
  });
});
