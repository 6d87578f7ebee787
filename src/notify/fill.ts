/** Fills placeholders of a text: each once, whatever stands in the values. */
import { printable, printableLines } from '../views/printable.ts';

const PLACEHOLDER = /\{([^{}]*)\}/g;
const ALONE = /^( *)\{([^{}]*)\}$/;

/** Names between braces, in order. */
export function placeholdersIn(text: string): readonly string[] {
  return [...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
}

/**
 * Lines with their placeholders filled. One that is nothing but a placeholder takes all lines of the value, set in as it is itself,
 * and goes where the value is empty; then no two empty lines are left together. Anything that can't be seen is written out.
 */
export function fill(lines: readonly string[], values: Readonly<Record<string, string>>): string {
  const filled = lines.flatMap((line) => {
    const [, indent = '', name = null] = ALONE.exec(line) ?? [];
    if (name === null) return [inLine(line, values)];
    const value = values[name] ?? '';
    return value === '' ? [] : printableLines(value).map((one) => (one === '' ? '' : indent + one));
  });
  return filled
    .filter((line, n) => line !== '' || (n > 0 && filled[n - 1] !== ''))
    .join('\n')
    .trimEnd();
}

function inLine(line: string, values: Readonly<Record<string, string>>): string {
  return line.replace(PLACEHOLDER, (_, name: string) => printable(values[name] ?? '')).trimEnd();
}
