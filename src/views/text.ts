/** A page as text for a terminal, a pipe or a log. */
import type { Block, Inline, Page, Phrase } from './page.ts';
import { printable } from './printable.ts';
import type { Style, Tone } from './style.ts';

const indentStep = '  ';

/** The page as lines of text, ending in one line break. Everything unprintable in it is written out. */
export function pageAsText(page: Page, style: Style): string {
  const lines = [style('strong', printable(page.title))];
  let before: Block['kind'] | null = null;
  for (const block of page.blocks) {
    // Sentences stand together, and so do items; everything else gets room.
    if (block.kind === 'section' || block.kind !== before) lines.push('');
    lines.push(...blockLines(block, '', style));
    before = block.kind;
  }
  return `${lines.join('\n')}\n`;
}

function blockLines(block: Block, indent: string, style: Style): readonly string[] {
  const inner = indent + indentStep;
  switch (block.kind) {
    case 'line':
      return [indent + phraseText(block.phrase, block.tone, style)];
    case 'item':
      return [
        indent + phraseText(block.phrase, block.tone, style),
        ...block.blocks.flatMap((part) => blockLines(part, inner, style)),
      ];
    case 'snippet':
      return block.lines.map((text) => `${inner}${style('strong', printable(text))}`.trimEnd());
    case 'section':
      return [
        indent + style(block.tone, printable(block.title)),
        ...block.blocks.flatMap((part) => blockLines(part, inner, style)),
      ];
  }
}

function phraseText(phrase: Phrase, tone: Tone, style: Style): string {
  const piece = (part: Inline) => (typeof part === 'string' ? style(tone, printable(part)) : printable(part.code));
  return phrase.map(piece).join('');
}
