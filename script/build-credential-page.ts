/** Builds docs/open-credential.html, the offline page that opens sealed passwords; equal sources give equal bytes. */
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { licencesOf, packagesIn } from './licences.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const template = join(root, 'script/open-credential.template.html');
const script = 'script/open-credential.page.js';

/** Where the built page is committed. */
export const credentialPage = join(root, 'docs/open-credential.html');

/** The page as text: the template with the bundled script, a policy that allows just that script and style, and the licences. */
export async function buildCredentialPage(): Promise<string> {
  const page = await readFile(template, 'utf8');
  const bundle = await bundleScript();
  const licences = await licencesIn(bundle.packages);
  const style = between(page, '<style>', '</style>');
  return fill(page, {
    '{{policy}}': policyFor(bundle.code, style),
    '<script src="open-credential.page.js"></script>': `<script>${bundle.code}</script>`,
    '{{licences}}': licences,
  });
}

/** Puts each value in the one place that its mark names. */
function fill(page: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values).reduce((text, [mark, value]) => {
    const parts = text.split(mark);
    if (parts.length !== 2) throw new Error(`${template}: ${mark} must stand in it once`);
    return parts.join(value);
  }, page);
}

async function bundleScript(): Promise<{ readonly code: string; readonly packages: readonly string[] }> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [script],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    charset: 'ascii',
    // The licence texts follow in the page, whole.
    legalComments: 'none',
    logLevel: 'silent',
  });
  const code = result.outputFiles[0]?.text.trim() ?? '';
  // An HTML parser would end the script, or read on differently, at these (HTML standard, "Restrictions for contents of script elements").
  if (code === '' || /<!--|<\/?script/i.test(code)) throw new Error(`${script}: the bundle can't stand in a page`);
  return { code, packages: packagesIn(result.metafile) };
}

async function licencesIn(packages: readonly string[]): Promise<string> {
  const text = await licencesOf(packages);
  // Two hyphens could end the comment that the text goes into.
  if (text.includes('--')) throw new Error("a licence text can't stand in an HTML comment");
  return `This page contains the following packages, under these licences.\n\n${text}`;
}

/**
 * Nothing may be loaded from or sent to anywhere; only this script and this style may run (CSP Level 3, hash sources).
 * Text reaches the page as text alone (Trusted Types).
 */
function policyFor(code: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(code)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function between(text: string, start: string, end: string): string {
  const from = text.indexOf(start) + start.length;
  const to = text.indexOf(end, from);
  if (from < start.length || to < 0) throw new Error(`${template}: no ${start}`);
  return text.slice(from, to);
}

if (import.meta.main) await writeFile(credentialPage, await buildCredentialPage());
