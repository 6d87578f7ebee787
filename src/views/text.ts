/** A page as text for a terminal, a pipe or a log. */
import { type Block, type Cell, cell, type Inline, type Page, type Phrase, type Table } from './page.ts';
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
    case 'table':
      return tableLines(block, indent, style);
  }
}

/** Columns as wide as their widest cell, two spaces apart; nothing is cut. */
function tableLines({ head, rows }: Table, indent: string, style: Style): readonly string[] {
  const lines: readonly (readonly Cell[])[] = [head.map((text) => cell(text, 'faint')), ...rows];
  const widths = head.map((_, n) => Math.max(...lines.map((cells) => printable(cells[n]?.text ?? '').length)));
  return lines.map((cells) =>
    cells
      .map(({ text, tone }, n) => {
        const shown = printable(text);
        const padding = n === cells.length - 1 ? '' : ' '.repeat((widths[n] ?? 0) - shown.length);
        return style(tone, shown) + padding;
      })
      .join(indentStep)
      .replace(/^/, indent)
      .trimEnd(),
  );
}

function phraseText(phrase: Phrase, tone: Tone, style: Style): string {
  const piece = (part: Inline) => (typeof part === 'string' ? style(tone, printable(part)) : printable(part.code));
  return phrase.map(piece).join('');
}
