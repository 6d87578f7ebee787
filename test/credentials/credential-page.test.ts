/** The committed page is what its sources build, byte for byte, and holds no address to load anything from. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { buildCredentialPage, credentialPage } from '../../script/build-credential-page.ts';

test('docs/open-credential.html is what script/build-credential-page.ts makes', async () => {
  const [built, committed] = await Promise.all([buildCredentialPage(), readFile(credentialPage, 'utf8')]);
  // Compared as one truth value: a difference of 100 kB helps nobody. Run `node script/build-credential-page.ts`.
  expect(built === committed).toBe(true);
});

test('building it twice gives the same bytes', async () => {
  const [first, second] = [await buildCredentialPage(), await buildCredentialPage()];
  expect(first === second).toBe(true);
});

test('its policy allows nothing but its own script and style', async () => {
  const page = await readFile(credentialPage, 'utf8');
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
  expect(policy.replaceAll(/sha256-[A-Za-z0-9+/]{43}=/g, 'HASH').split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'HASH'",
    "style-src 'HASH'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]);
  expect(page).not.toMatch(/\ssrc=|\shref=|url\(|@import/);
});
