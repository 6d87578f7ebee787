/** Texts that a forge would make something of, and what has to hold of Markdown in which one of them is shown. */
import { expect } from 'vitest';

export const HOSTILE = [
  '/approve',
  '/merge @everyone',
  '@admin',
  'x@group/all',
  '[click](https://evil.example.org)',
  'https://evil.example.org/a',
  'www.evil.example.org',
  '<img src=x onerror=alert(1)>',
  '<!-- muster -->',
  '</details><h1>Approved</h1>',
  '| a | b |\n|---|---|',
  '\n\n/approve\n',
  '\r/approve',
  '```\n/approve\n```',
  '`a` @admin `b',
  '`/approve',
  '# Approved',
  '- [x] approved',
  '1. approved',
  '> approved',
  '![x](//evil.example.org/x.png)',
  '#1 !2 ~label %milestone &3 $4 ^5',
  '[[_TOC_]]',
  '&lt;b&gt; &#64;admin',
  '\u202egnp.exe',
  '\\',
  '$`x`$',
  '{+ added +}',
];

export function expectInert(markdown: string): void {
  const bare = outsideCode(markdown);
  expect(bare).not.toContain('@');
  expect(bare).not.toMatch(/:\/\/|www\./);
  // Neither as it stands nor behind the marks of a list.
  expect(bare).not.toMatch(/^[\s>*+-]*\/\w/m);
  expect(bare).not.toMatch(/(?<!\\)[<>[\]|~&!$%^{}]/);
  expect(bare.replace(/^#{2,3} /gm, '')).not.toMatch(/(?<!\\)#/);
  expect(bare).not.toMatch(/^# /m);
  expect(bare).not.toMatch(/^ *\d+[.)] /m);
  expect(markdown).not.toMatch(/[\u202e\r]/);
}

/** What is left of it where no code is (CommonMark 6.1): what a forge looks for markup, mentions, links and commands in. */
function outsideCode(markdown: string): string {
  const unfenced = markdown.replace(/^ *(`{3,})\n.*?\n *\1$/gms, '');
  let left = '';
  for (let at = 0; at < unfenced.length; ) {
    const run = /^`+/.exec(unfenced.slice(at))?.[0];
    if (run !== undefined) {
      const rest = unfenced.slice(at + run.length);
      const end = rest.search(new RegExp(`(?<!\`)${run}(?!\`)`));
      at += run.length + (end < 0 ? 0 : end + run.length);
    } else {
      const length = unfenced[at] === '\\' ? 2 : 1;
      left += unfenced.slice(at, at + length);
      at += length;
    }
  }
  return left;
}
