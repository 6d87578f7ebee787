/** A mistake as it stands on its line in a merge request. */
import type { Diagnostic } from '../diagnostic.ts';
import { pageAsMarkdown } from './markdown.ts';
import type { Block } from './page.ts';

/** Markdown, in which no text of the file becomes markup. */
export function remarkMarkdown({ message, fix }: Pick<Diagnostic, 'message' | 'fix'>): string {
  const blocks: readonly Block[] = [
    { kind: 'line', phrase: [message], tone: 'bad' },
    ...(fix === undefined ? [] : ([{ kind: 'snippet', lines: fix.split('\n') }] as const)),
  ];
  // A page begins with its title, and what stands on a line needs none.
  return pageAsMarkdown({ title: '', blocks }).replace(/^##.*\n+/, '');
}
