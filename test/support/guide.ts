/** The guide for Research Service as tests read it: its workflows, and the entries that it tells people to write. */
import { textOf } from '../architecture/documents.ts';

export const GUIDES = { en: 'docs/research-service.md', da: 'docs/research-service.da.md' };

/** The workflows of a guide, each from its heading on, in order. */
export function workflowsOf(page: string): readonly string[] {
  return textOf(page).split(/^## /mu).slice(1);
}

export function examplesIn(workflow: string): readonly string[] {
  return [...workflow.matchAll(/^```yaml\n([\s\S]*?)^```/gmu)].map(([, yaml = '']) => yaml);
}

/**
 * The entry that a workflow shows, with this and that replaced, as by somebody who writes one of their own.
 * @param nth as its heading has it.
 * @throws where there is no example, or one of the texts to be replaced is not in it.
 */
export function exampleOf(page: string, nth: number, replaced: Readonly<Record<string, string>> = {}): string {
  const [example] = examplesIn(workflowsOf(page)[nth - 1] ?? '');
  if (example === undefined) throw new Error(`workflow ${nth} of ${page} shows no entry`);
  return Object.entries(replaced).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the entry of workflow ${nth} in ${page} holds no "${from}"`);
    return text.replaceAll(from, to);
  }, example);
}
