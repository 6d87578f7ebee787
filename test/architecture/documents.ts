/** What the tests read out of the project's Markdown: links, headings, and the table of failures. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { ROOT } from './source-tree.ts';

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

export interface FailureRow {
  readonly id: string;
  /** Paths from the root; empty: the row says that nothing covers it yet. */
  readonly tests: readonly string[];
  /** Neither a link to a test nor "not yet". */
  readonly silent: boolean;
}

/** The rows of docs/failures.md. */
export function failureRows(): readonly FailureRow[] {
  const page = 'docs/failures.md';
  return [...textOf(page).matchAll(/^\| ([A-Z]\d+) \|(.*)\|$/gm)].map(([, id = '', rest = '']) => {
    const last = rest.split('|').at(-1) ?? '';
    const tests = [...last.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) =>
      normalize(join(dirname(page), target)),
    );
    return { id, tests, silent: tests.length === 0 && last.trim() !== 'not yet' };
  });
}
