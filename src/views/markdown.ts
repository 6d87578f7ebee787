/** A page as Markdown for a merge request (CommonMark 0.31, as GitLab and GitHub show it). */
import type { Block, Page, Phrase, Table } from './page.ts';
import { printable } from './printable.ts';

/** The page as Markdown, ending in one line break. No text in it can become markup, a link or HTML. */
export function pageAsMarkdown(page: Page): string {
  const lines = [`## ${escaped(page.title)}`];
  let before: Block['kind'] | null = null;
  for (const block of page.blocks) {
    if (before !== 'item' || block.kind !== 'item') lines.push('');
    lines.push(...blockLines(block, ''));
    before = block.kind;
  }
  const spaced = lines.filter((text, n) => text !== '' || lines[n - 1] !== '');
  return `${spaced.join('\n').trimEnd()}\n`;
}

function blockLines(block: Block, indent: string): readonly string[] {
  switch (block.kind) {
    case 'line':
      return [indent + phraseMarkdown(block.phrase)];
    case 'item':
      return [`${indent}- ${phraseMarkdown(block.phrase)}`, ...inside(block.blocks, `${indent}  `)];
    case 'snippet':
      return fenced(block.lines, indent);
    case 'section':
      return [`${indent}### ${escaped(block.title)}`, ...paragraphs(block.blocks)];
    case 'table':
      return tableLines(block).map((text) => indent + text);
  }
}

/** As GitHub and GitLab draw it (GitHub Flavored Markdown 4.10). */
function tableLines({ head, rows }: Table): readonly string[] {
  const rowOf = (cells: readonly string[]) =>
    `| ${cells.map((text) => escaped(text).replace(/(\\*)\|/g, strokeInCell)).join(' | ')} |`;
  return [
    '',
    rowOf(head),
    `|${' --- |'.repeat(head.length)}`,
    ...rows.map((row) => rowOf(row.map(({ text }) => text))),
    '',
  ];
}

/** A stroke parts cells in a code span as well, unless an odd number of backslashes stands before it: of two, one escapes the other. */
function strokeInCell(all: string, before: string): string {
  return before.length % 2 === 0 ? `${before}\\|` : all;
}

/** What belongs to a list item: sentences become items of a list below it, so that each keeps its line. */
function inside(blocks: readonly Block[], indent: string): readonly string[] {
  return blocks.flatMap((block) =>
    block.kind === 'line' ? [`${indent}- ${phraseMarkdown(block.phrase)}`] : blockLines(block, indent),
  );
}

function paragraphs(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap((block, n) => {
    const joins = block.kind === 'item' && blocks[n - 1]?.kind === 'item';
    return [...(joins ? [] : ['']), ...blockLines(block, '')];
  });
}

/** A fence longer than any run of backticks inside, so that nothing can close it early (CommonMark 4.5). */
function fenced(lines: readonly string[], indent: string): readonly string[] {
  const shown = lines.map(printable);
  const fence = '`'.repeat(Math.max(3, longestRun(shown.join('\n')) + 1));
  return ['', `${indent}${fence}`, ...shown.map((text) => indent + text), `${indent}${fence}`, ''];
}

function phraseMarkdown(phrase: Phrase): string {
  return phrase.map((part) => (typeof part === 'string' ? escaped(part) : code(part.code))).join('');
}

/** A code span: the delimiter is longer than any run of backticks inside (CommonMark 6.1). */
function code(text: string): string {
  const shown = printable(text);
  const tick = '`'.repeat(longestRun(shown) + 1);
  const pad = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return tick + pad + shown + pad + tick;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/**
 * Words that a forge would make something of, whatever is escaped in them (an address, whoever is mentioned, a command such as `/merge`
 * in a comment), are shown letter for letter, where no forge looks for anything.
 */
const ACTIVE = /^\/|:\/\/|www\.|@/i;
/** What stands around a word is no part of it. */
const WORD = /^([("'\u201c\u2018]*)(.*?)([.,;:!?)"'\u201d\u2019]*)$/u;

function escaped(text: string): string {
  return printable(text)
    .split(/(\s+)/)
    .map((word) => (ACTIVE.test(word) ? verbatim(word) : punctuated(word)))
    .join('')
    .replace(/^(\s*)([-+=])/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])/, '$1\\$2');
}

function verbatim(word: string): string {
  const [, before = '', inside = word, after = ''] = WORD.exec(word) ?? [];
  return inside === '' ? punctuated(word) : punctuated(before) + code(inside) + punctuated(after);
}

/** ASCII punctuation that could start markup, or a reference to an issue, a label and the like, gets a backslash (CommonMark 2.4). */
function punctuated(text: string): string {
  return text.replace(/[\\`*_[\]<>&#|~!${}]|[%^](?=[\w"])/g, (character) => `\\${character}`);
}
