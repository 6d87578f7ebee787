/** The pages that commands show, as HTML: the same words at the terminal and in the browser. */
import type { Block, Cell, Inline, Phrase, Section, Table } from '../views/page.ts';
import { type Html, html } from './html.ts';

/** @param level of the headings of the outermost sections, 2 to 6. */
export function blocksHtml(blocks: readonly Block[], level = 2): Html {
  return html`${grouped(blocks).map((group) => groupHtml(group, level))}`;
}

/** Items that follow one another are one list. */
function grouped(blocks: readonly Block[]): readonly (readonly Block[])[] {
  const groups: Block[][] = [];
  for (const block of blocks) {
    const last = groups.at(-1);
    if (block.kind === 'item' && last?.[0]?.kind === 'item') last.push(block);
    else groups.push([block]);
  }
  return groups;
}

function groupHtml(group: readonly Block[], level: number): Html {
  const [first] = group;
  if (first?.kind === 'item') return html`<ul class="items">${group.map((block) => itemHtml(block, level))}</ul>`;
  return html`${group.map((block) => blockHtml(block, level))}`;
}

function itemHtml(block: Block, level: number): Html {
  if (block.kind !== 'item') return blockHtml(block, level);
  return html`<li class="tone-${block.tone}">${phraseHtml(block.phrase)}${blocksHtml(block.blocks, level + 1)}</li>`;
}

function blockHtml(block: Block, level: number): Html {
  switch (block.kind) {
    case 'line':
      return html`<p class="tone-${block.tone}">${phraseHtml(block.phrase)}</p>`;
    case 'item':
      return html`<ul class="items">${itemHtml(block, level)}</ul>`;
    case 'snippet':
      return html`<pre><code>${block.lines.join('\n')}</code></pre>`;
    case 'section':
      return sectionHtml(block, level);
    case 'table':
      return tableHtml(block);
  }
}

function tableHtml({ name, head, rows }: Table): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table>
<thead><tr>${head.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map(cellHtml)}</tr>`)}</tbody></table></div>`;
}

function cellHtml({ text, tone }: Cell, n: number): Html {
  const content = html`<bdi>${text}</bdi>`;
  return n === 0 ? html`<th scope="row">${content}</th>` : html`<td class="tone-${tone}">${content}</td>`;
}

function sectionHtml({ title, blocks }: Section, level: number): Html {
  return html`<section class="part">${heading(title, level)}${blocksHtml(blocks, level + 1)}</section>`;
}

function heading(title: string, level: number): Html {
  if (level <= 2) return html`<h2>${title}</h2>`;
  return level === 3 ? html`<h3>${title}</h3>` : html`<h4>${title}</h4>`;
}

export function phraseHtml(phrase: Phrase): Html {
  return html`${phrase.map(inlineHtml)}`;
}

/** Isolated, so that a name in a script that runs the other way turns nothing around it. */
function inlineHtml(part: Inline): Html {
  return typeof part === 'string' ? html`<bdi>${part}</bdi>` : html`<code>${part.code}</code>`;
}
