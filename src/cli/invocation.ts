/** One call of the command line: where it prints, which configuration it uses, in which form it answers. */
import type { LogLevel } from '../log-level.ts';
import type { Page } from '../views/page.ts';
import type { Terminal } from './terminal.ts';

export type Format = 'text' | 'markdown' | 'json';

export const FORMATS: readonly Format[] = ['text', 'markdown', 'json'];

/** 0: done. 1: failed. 2: something waits for a person. */
export type ExitCode = 0 | 1 | 2;

export interface Invocation {
  readonly terminal: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly configFile: string;
  readonly format: Format;
  /** From `--log-level`; null: as configured. */
  readonly logLevel: LogLevel | null;
}

/** Prints a result in the form that was asked for: `value` as JSON, or its page as text or Markdown. */
export async function show(invocation: Invocation, value: unknown, page: () => Page): Promise<void> {
  const { terminal, format } = invocation;
  if (format === 'json') {
    await terminal.print(`${JSON.stringify(value, null, 2)}\n`);
    return;
  }
  if (format === 'markdown') {
    const { pageAsMarkdown } = await import('../views/markdown.ts');
    await terminal.print(pageAsMarkdown(page()));
    return;
  }
  const { pageAsText } = await import('../views/text.ts');
  await terminal.print(pageAsText(page(), terminal.style));
}
