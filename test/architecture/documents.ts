/** What the tests read out of the project's Markdown: links, headings, and the table of failures. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { compareText } from '../../src/diagnostic.ts';
import { ROOT, type SourceFile } from './source-tree.ts';

/** Every page of documentation, as paths from the root. */
export function pages(): readonly string[] {
  const inDocs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((path) => `docs/${path}`);
  const atRoot = readdirSync(ROOT);
  return [...atRoot, ...inDocs].filter((path) => path.endsWith('.md'));
}

export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Links of a page that lead nowhere: to a file that is not there, or to a heading that its page does not have. */
export function deadLinks(page: string): readonly string[] {
  const text = withoutCode(textOf(page));
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file = '', heading] = target.split('#');
    const path = file === '' ? page : normalize(join(dirname(page), file));
    if (path.startsWith('..') || !existsSync(join(ROOT, path))) return true;
    return heading !== undefined && path.endsWith('.md') && !anchorsOf(path).has(heading);
  });
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
}

/** Headings as GitHub and GitLab make anchors of them. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

const FAILURES = 'docs/failures.md';
const ROW = /^\| ([A-Z]\d+) \|(.*)\|(.*)\|$/gm;

export interface FailureRow {
  readonly id: string;
  /** Paths from the root; empty: no test covers it yet. */
  readonly tests: readonly string[];
  /** The last column is neither a link to a test nor "not yet". */
  readonly silent: boolean;
}

/** The rows of docs/failures.md. */
export function failureRows(): readonly FailureRow[] {
  return [...textOf(FAILURES).matchAll(ROW)].map(([, id = '', , last = '']) => {
    const links = [...last.matchAll(/\]\(([^)\s]+)\)/g)];
    const tests = links.map(([, target = '']) => normalize(join(dirname(FAILURES), target)));
    return { id, tests, silent: tests.length === 0 && last.trim() !== 'not yet' };
  });
}

/** Rows that stand at the beginning of a title: `D1: …`, `D1, S4: …`. */
export function rowsIn(title: string): readonly string[] {
  const [, names] = /^([A-Z]\d+(?:(?:, | and )[A-Z]\d+)*): /.exec(title) ?? [];
  return names?.split(/, | and /) ?? [];
}

/** The same text with the tests of each row as their titles name it. */
export function withTestsOf(text: string, files: readonly SourceFile[]): string {
  return text.replace(ROW, (_, id: string, rest: string) => {
    const tests = files.filter(({ testTitles }) => testTitles.some((title) => rowsIn(title.text).includes(id)));
    const links = tests.map(({ path }) => `[${basename(path, '.ts').replace(/\.(test|contract)$/, '')}](../${path})`);
    return `| ${id} |${rest}| ${links.length === 0 ? 'not yet' : links.sort(compareText).join(', ')} |`;
  });
}
