/** The table of mistakes: for each, exactly what its author is told; UPDATE_GOLDEN=1 writes the golden file anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/diagnostic.ts';
import { kindAt } from '../../src/sources/places.ts';
import { typeFile } from '../../src/sources/typed-file.ts';
import { asShown, diagnosticsOf, loadFiles } from './loading.ts';
import { ACCEPTED, MISTAKES, type Mistake } from './mistakes.ts';

const GOLDEN = join(import.meta.dirname, 'mistakes.golden.txt');
const updating = process.env.UPDATE_GOLDEN === '1';

async function told(mistake: Mistake): Promise<readonly Diagnostic[]> {
  const good = mistake.good === undefined ? {} : { [mistake.path]: mistake.good };
  return diagnosticsOf(await loadFiles({ [mistake.path]: mistake.text }, good));
}

function section(mistake: Mistake, diagnostics: readonly Diagnostic[]): string {
  const numbers = new Set(diagnostics.map(({ line }) => line));
  const lines = Buffer.from(mistake.text)
    .toString('utf8')
    .split('\n')
    .flatMap((line, index) => (numbers.has(index + 1) ? [`  ${index + 1} | ${visible(line)}`.trimEnd()] : []));
  return [`## ${mistake.name}`, ...lines, ...diagnostics.map(asShown), ''].join('\n');
}

/** What cannot be seen is named, so that the golden file shows it. */
function visible(line: string): string {
  return line.replace(
    /[\p{Cc}\p{Cf}\u00a0]/gu,
    (character) => `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`,
  );
}

if (updating) {
  const sections = await Promise.all(MISTAKES.map(async (mistake) => section(mistake, await told(mistake))));
  const head =
    '# What people are told: the lines as they wrote them, then every message with its place and the line to write.\n';
  writeFileSync(GOLDEN, [head, ...sections].join('\n'));
}
const golden = new Map(
  readFileSync(GOLDEN, 'utf8')
    .split(/^(?=## )/m)
    .map((text) => [/^## (.*)$/m.exec(text)?.[1] ?? '', text.trimEnd()]),
);

describe('mistakes', () => {
  test('there are more than forty, each in the golden file', () => {
    expect(MISTAKES.length).toBeGreaterThan(40);
    expect([...golden.keys()].filter((name) => name !== '')).toEqual(MISTAKES.map((mistake) => mistake.name));
  });

  test.each(MISTAKES)('$name', async (mistake) => {
    expect(section(mistake, await told(mistake)).trimEnd()).toBe(golden.get(mistake.name));
  });

  test.each(MISTAKES)('is said, in words of its own: $name', async (mistake) => {
    const diagnostics = await told(mistake);
    expect(diagnostics.length).toBeGreaterThan(0);
    const said = diagnostics.map((diagnostic) => diagnostic.message).join('\n');
    expect(said).not.toMatch(
      /implicit|mapping|scalar|token|flow|block map|sequence|anchor|alias|yaml ?parse|indicator|plain value/i,
    );
    for (const { message } of diagnostics) expect(message).toMatch(/^[`A-Z].*[.?]$/su);
  });

  const mendable = MISTAKES.filter((mistake) => kindAt(mistake.path) !== null && mistake.good === undefined);
  test.each(mendable)('the lines to write make the file readable: $name', (mistake) => {
    const kind = kindAt(mistake.path);
    if (kind === null) throw new Error('not a file of entries');
    const { file, text } = typeFile(kind, Buffer.from(mistake.text));
    if (!file.unreadable || file.problems.some((problem) => problem.fix === undefined)) return;
    const lines = text.split('\n');
    for (const { line, fix } of file.problems) lines[line - 1] = fix ?? '';
    expect(typeFile(kind, Buffer.from(lines.join('\n'))).file.unreadable).toBe(false);
  });
});

describe('unusual, but right', () => {
  test.each(ACCEPTED)('$name', async (accepted) => {
    const loaded = await loadFiles({ [accepted.path]: accepted.text });
    expect(diagnosticsOf(loaded)).toEqual([]);
    expect(loaded.files[0]?.unreadable).toBe(false);
  });
});
