/** The texts of mails as they stand in files: read, checked, and ready to be filled. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MusterError } from '../errors.ts';
import { nearest } from '../model/nearest.ts';
import { ownFile } from '../own-files.ts';
import {
  type Counted,
  isLine,
  isPage,
  LINES,
  type LineName,
  type LineValues,
  PAGES,
  type PageName,
  type PageValues,
} from './catalogue.ts';
import { fill, placeholdersIn } from './fill.ts';
import type { Language } from './settings.ts';

export interface Templates {
  readonly language: Language;
  page<N extends PageName>(name: N, values: PageValues<N>): { readonly subject: string; readonly text: string };
  line<N extends LineName>(name: N, values: LineValues<N>): string;
  /** `1 account was made`, `3 accounts were made`. */
  counted(name: Counted, count: number): string;
}

/** One for each language. */
const OWN_FOLDER = fileURLToPath(ownFile('config/templates'));

/** Far more than any mail needs; a larger file is a wrong one. */
const FILE_BYTES_MAX = 64 * 1024;

interface Page {
  readonly subject: string;
  readonly lines: readonly string[];
}

/**
 * Reads the texts of a language.
 * @param folder of a site's own: what it holds takes the place of Muster's own text; null: there is none.
 * @throws MusterError (`person`) that names file and line of everything that is wrong.
 */
export async function readTemplates(language: Language, folder: string | null): Promise<Templates> {
  const own = join(OWN_FOLDER, language);
  const problems: string[] = [];
  const pages = new Map<PageName, Page>();
  const lines = new Map<LineName, readonly string[]>();
  for (const place of folder === null ? [own] : [own, folder]) {
    for (const name of await namesIn(place)) {
      const file = join(place, name);
      const stem = basename(name, '.txt');
      if (stem === 'lines') readLines(file, await textOf(file), lines, problems);
      else if (isPage(stem)) pages.set(stem, readPage(file, await textOf(file), stem, problems));
      else problems.push(`${file}: There is no text of this name.${meant(stem, [...Object.keys(PAGES), 'lines'])}`);
    }
  }
  for (const name of Object.keys(PAGES))
    if (isPage(name) && !pages.has(name)) problems.push(missing(own, `${name}.txt`));
  for (const name of Object.keys(LINES))
    if (isLine(name) && !lines.has(name)) problems.push(missing(own, `lines.txt: ${name}`));
  if (problems.length > 0) throw refused(problems);
  return templatesOf(language, pages, lines);
}

function templatesOf(
  language: Language,
  pages: ReadonlyMap<PageName, Page>,
  lines: ReadonlyMap<LineName, readonly string[]>,
): Templates {
  const line = <N extends LineName>(name: N, values: LineValues<N>) => fill(lines.get(name) ?? [], values);
  return {
    language,
    line,
    page: (name, values) => {
      const { subject, lines: text } = pages.get(name) ?? { subject: '', lines: [] };
      return { subject: fill([subject], values), text: `${fill(text, values)}\n` };
    },
    counted: (name, count) => line(`${name}.${count === 1 ? 'one' : 'many'}`, { count: String(count) }),
  };
}

/** Lines before the subject that begin with # are for whoever edits the file. */
function readPage(file: string, text: string, name: PageName, problems: string[]): Page {
  const all = text.split(/\r?\n/);
  const first = all.findIndex((line) => !line.startsWith('#'));
  const subject = /^Subject: (.+)$/.exec(all[first] ?? '')?.[1];
  all.forEach((line, n) => {
    if (n >= first) problems.push(...unknownIn(line, PAGES[name], `${file}:${n + 1}`));
  });
  if (subject === undefined) problems.push(`${file}:${first + 1}: Must begin with "Subject: …".`);
  return { subject: subject ?? '', lines: trimmed(all.slice(first + 1)) };
}

/** `name: text`; lines that are set in by two belong to the one above. */
function readLines(file: string, text: string, into: Map<LineName, readonly string[]>, problems: string[]): void {
  let open: { readonly name: LineName; readonly lines: string[] } | null = null;
  text.split(/\r?\n/).forEach((line, n) => {
    const place = `${file}:${n + 1}`;
    if (line.startsWith('#') || line.trim() === '') return;
    if (line.startsWith('  ')) {
      if (open === null) return;
      open.lines.push(line.slice(2));
      problems.push(...unknownIn(line, LINES[open.name], place));
      return;
    }
    const [, name = '', words = ''] = /^([a-z.-]+): ?(.*)$/.exec(line) ?? [];
    open = null;
    if (!isLine(name)) {
      problems.push(`${place}: There is no line of this name.${meant(name, Object.keys(LINES))}`);
      return;
    }
    open = { name, lines: [words] };
    into.set(name, open.lines);
    problems.push(...unknownIn(line, LINES[name], place));
  });
}

function unknownIn(line: string, known: readonly string[], place: string): readonly string[] {
  return placeholdersIn(line)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const list =
        known.length === 0 ? 'Nothing can be filled in here' : `Possible here: ${known.map(braced).join(', ')}`;
      return `${place}: There is no {${name}} here.${meant(name, known)} ${list}.`;
    });
}

function braced(name: string): string {
  return `{${name}}`;
}

function meant(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return near === null ? '' : ` Did you mean ${near}?`;
}

function missing(folder: string, what: string): string {
  return `${join(folder, what)} is missing; this installation of Muster is not whole.`;
}

function trimmed(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line !== '');
  return first < 0 ? [] : lines.slice(first);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith('.txt')).toSorted();
  } catch (error) {
    throw unreadable(folder, error);
  }
}

async function textOf(file: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > FILE_BYTES_MAX) throw refused([`${file} has more than ${FILE_BYTES_MAX} bytes.`]);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw error instanceof MusterError ? error : unreadable(file, error);
  }
}

function unreadable(path: string, error: unknown): MusterError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no UTF-8';
  return new MusterError(
    {
      remedy: 'person',
      where: path,
      what: `The texts of mails can't be read (${code}).`,
      next: 'Correct "notify.templates" in the configuration, or leave it out to have the texts that come with Muster.',
    },
    { cause: error },
  );
}

function refused(problems: readonly string[]): MusterError {
  return new MusterError({
    remedy: 'person',
    where: 'the texts of mails',
    what: `${problems.length === 1 ? 'One thing needs' : `${problems.length} things need`} correcting:\n${problems.map((one) => `  ${one}`).join('\n')}`,
    next: "Muster's own texts in config/templates show what is possible.",
  });
}
