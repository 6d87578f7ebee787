/** Sealed passwords as people open them: in a real browser with the offline page, and with Debian's own age. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { credentialPage } from '../../script/build-credential-page.ts';
import { openOutbox } from '../../src/credentials/outbox.ts';
import { open } from '../../src/credentials/seal.ts';
import type { Secret } from '../../src/secret.ts';

const run = promisify(execFile);
/** Flags that keep the browser itself from calling home. */
const quiet = ['headless', 'no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run'].concat(
  ['background-networking', 'component-update', 'sync'].map((part) => `disable-${part}`),
);
const pageUrl = pathToFileURL(credentialPage).href;

// Keys from the stock tool, as a site makes them, and not from the library that is under test.
let folder = '';
let keyFile = '';
let otherKeyFile = '';
let sealedFile = '';
let sealedText = '';
let password: Secret;
let letter = '';

async function keygen(name: string): Promise<{ readonly file: string; readonly recipient: string }> {
  const file = join(folder, name);
  await run('age-keygen', ['-o', file]);
  return { file, recipient: (await run('age-keygen', ['-y', file])).stdout.trim() };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-page-'));
  const [mine, other] = [await keygen('key.txt'), await keygen('other.txt')];
  keyFile = mine.file;
  otherKeyFile = other.file;
  const colleague = await keygen('colleague.txt');
  const outbox = openOutbox({
    folder: join(folder, 'outbox'),
    recipients: [colleague.recipient, mine.recipient],
    instance: 'research-service',
    clock: () => Date.UTC(2026, 11, 1, 8, 15),
  });
  const account = { username: 'ajensen', display: 'Anna Jørgensen', upn: 'ajensen@example.org', attempt: 'k7f2' };
  password = await outbox.prepare(account);
  await outbox.markReady('ajensen', 'k7f2');
  sealedFile = join(folder, 'outbox', 'ajensen.k7f2.age');
  sealedText = await readFile(sealedFile, 'utf8');
  letter = await open(sealedText, [/^AGE-SECRET-KEY-.*$/m.exec(await readFile(keyFile, 'utf8'))?.[0] ?? '']);
});
afterAll(() => rm(folder, { recursive: true }));

describe('stock age', () => {
  test('opens a sealed file with the key of a recipient, to the very same letter', async () => {
    const { stdout } = await run('age', ['-d', '-i', keyFile, sealedFile]);
    expect(stdout).toBe(letter);
    expect(stdout).toContain(`\npassword: ${password.reveal()}\n`);
    expect(stdout).toContain('\nname:     Anna Jørgensen\n');
  });

  test('refuses any other key', async () => {
    await expect(run('age', ['-d', '-i', otherKeyFile, sealedFile])).rejects.toThrow(/no identity matched/);
  });
});

describe('the offline page in a browser', () => {
  let profile = '';
  let browser: BrowserContext;
  let page: Page;
  let requests: string[];
  let complaints: string[];
  /** A server that would be glad of a visit. */
  let trap: Server;
  let visits = 0;

  beforeAll(async () => {
    profile = await mkdtemp(join(tmpdir(), 'muster-chromium-'));
    trap = createServer((_, response) => {
      visits++;
      response.setHeader('access-control-allow-origin', '*').end('seen');
    });
    await new Promise<void>((listening) => trap.listen(0, '127.0.0.1', listening));
    browser = await chromium.launchPersistentContext(profile, {
      executablePath: '/usr/bin/chromium',
      args: quiet.map((flag) => `--${flag}`),
      viewport: { width: 1100, height: 1000 },
    });
  });
  afterAll(async () => {
    await browser?.close();
    await new Promise((closed) => trap.close(closed));
    await rm(profile, { recursive: true, force: true });
  });

  beforeEach(async () => {
    page = await browser.newPage();
    requests = [];
    complaints = [];
    page.on('request', (request) => requests.push(request.url()));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(pageUrl);
  });
  afterEach(async () => {
    // Loading the page itself is the only request there ever was, and nothing in it ran into its own policy.
    expect(requests).toEqual([pageUrl]);
    expect(complaints).toEqual([]);
    expect(visits).toBe(0);
    await page.close();
  });

  const choose = async (sealed: string, key: string) => {
    await page.locator('#sealed-file').setInputFiles(sealed);
    await page.locator('#key-file').setInputFiles(key);
    // The state lines tell that both files were read.
    await page.locator('.card.done').nth(1).waitFor();
    await page.getByRole('button', { name: 'Open the letter' }).click();
  };
  const problem = () => page.getByRole('alert').innerText();

  test('opens a chosen file with a chosen key file, and shows and copies the password', async () => {
    await browser.grantPermissions(['clipboard-read', 'clipboard-write']);
    await choose(sealedFile, keyFile);
    await page.getByRole('region', { name: 'The letter' }).waitFor();
    expect(await page.locator('#password').innerText()).toBe(password.reveal());
    expect(await page.locator('#letter-text').textContent()).toBe(letter);
    await page.getByRole('button', { name: 'Copy the password' }).click();
    await page.getByText('Copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(password.reveal());
    expect(await page.evaluate('document.activeElement.id')).toBe('copy');
  });

  test('opens pasted text with a pasted key, by keyboard alone', async () => {
    await page.getByLabel('or paste its text').fill(`Hello,\n\n${sealedText}\n`);
    const key = page.getByLabel('or paste your secret key');
    // A key file pasted as a whole: the field has one line only.
    await page.evaluate(dispatch('paste', '#key-text', [['', await readFile(keyFile, 'utf8')]]));
    await key.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'The letter' }).waitFor();
    expect(await page.locator('#password').innerText()).toBe(password.reveal());
    expect(await page.evaluate('document.activeElement.id')).toBe('letter');
  });

  test('tells a wrong key from a damaged file and from no file at all', async () => {
    await choose(sealedFile, otherKeyFile);
    expect(await problem()).toBe(
      'The file was not sealed for this key. Use the key of one of the people it was sealed for.',
    );
    expect(await page.locator('#letter').isVisible()).toBe(false);

    const damaged = join(folder, 'damaged.age');
    await writeFile(damaged, sealedText.split('\n').toSpliced(-6, 1).join('\n'));
    await choose(damaged, keyFile);
    await page.getByText('The sealed file is damaged or cut off.').waitFor();

    await page.getByLabel('or paste its text').fill('password: please');
    await page.getByRole('button', { name: 'Open the letter' }).click();
    await page.getByText('This is no sealed file.').waitFor();

    await page.getByLabel('or paste your secret key').fill((await run('age-keygen', ['-y', keyFile])).stdout.trim());
    await page.getByRole('button', { name: 'Open the letter' }).click();
    await page.getByText('This is the public key, which only seals.').waitFor();
  });

  test('asks for what is missing', async () => {
    await page.getByRole('button', { name: 'Open the letter' }).click();
    expect(await problem()).toBe('Choose the sealed file first.');
    await page.locator('#sealed-file').setInputFiles(sealedFile);
    await page.getByRole('button', { name: 'Open the letter' }).click();
    expect(await problem()).toBe('Choose your key first.');
  });

  test('takes both files dropped anywhere, and tells them apart', async () => {
    const files: [string, string][] = [
      ['key.txt', await readFile(keyFile, 'utf8')],
      ['ajensen.k7f2.age', sealedText],
    ];
    await page.evaluate(dispatch('drop', 'h1', files));
    await page.locator('.card.done').nth(1).waitFor();
    await page.getByRole('button', { name: 'Open the letter' }).click();
    await page.getByRole('region', { name: 'The letter' }).waitFor();
    expect(await page.locator('#password').innerText()).toBe(password.reveal());
  });

  test('warns about a file whose account may not exist, and about one that was never used', async () => {
    for (const [state, words] of [
      ['pending', 'may not exist yet'],
      ['unused', 'No account was made'],
    ] as const) {
      const path = join(folder, `ajensen.k7f2.${state}.age`);
      await writeFile(path, sealedText);
      await page.locator('#sealed-file').setInputFiles(path);
      await page.getByText(words).waitFor();
    }
    await page.locator('#sealed-file').setInputFiles(sealedFile);
    await page.locator('#sealed-note').waitFor({ state: 'hidden' });
  });

  test('K1: clears everything on demand, and when it is left', async () => {
    await page.getByLabel('or paste its text').fill(sealedText);
    await choose(sealedFile, keyFile);
    await page.getByRole('region', { name: 'The letter' }).waitFor();
    expect(await page.content()).toContain(password.reveal());
    await page.getByRole('button', { name: 'Clear everything' }).click();
    await page.getByText('Cleared.').waitFor();
    expect(await page.content()).not.toContain(password.reveal());
    expect(await page.locator('#letter').isVisible()).toBe(false);
    const fields = 'Array.from(document.querySelectorAll("input, textarea"), (field) => field.value).join("")';
    expect(await page.evaluate(fields)).toBe('');
    await page.getByRole('button', { name: 'Open the letter' }).click();
    expect(await problem()).toBe('Choose the sealed file first.');

    await choose(sealedFile, keyFile);
    await page.getByRole('region', { name: 'The letter' }).waitFor();
    await page.evaluate('dispatchEvent(new Event("pagehide"))');
    expect(await page.content()).not.toContain(password.reveal());
  });

  test('can not be made to load or send anything, nor to run another script', async () => {
    const { port } = trap.address() as AddressInfo; // A TCP server has no other kind of address.
    const outcome = await page.evaluate(tryToEscape(`http://127.0.0.1:${port}/`));
    const kinds = ['fetch', 'image', 'beacon', 'script', 'markup'];
    expect(outcome).toEqual(Object.fromEntries(kinds.map((kind) => [kind, 'refused'])));
    expect(visits).toBe(0);
    // The browser reports each attempt; what it reported is what was asked for here.
    expect(complaints.length).toBeGreaterThan(0);
    complaints = [];
    requests = requests.filter((url) => !url.startsWith('http://127.0.0.1'));
  });
});

// What runs inside the page is text here: Node's types know no DOM, and taking them in would hide mistakes elsewhere.

/** A paste of the first text, or a drop of all as files, onto an element, as a browser makes it from a person's hands. */
function dispatch(kind: 'paste' | 'drop', selector: string, files: readonly (readonly [string, string])[]): string {
  return `{
    const data = new DataTransfer();
    const files = ${JSON.stringify(files)};
    const options = { cancelable: true, bubbles: true };
    const element = document.querySelector(${JSON.stringify(selector)});
    if (${JSON.stringify(kind)} === 'paste') {
      data.setData('text', files[0][1]);
      element.dispatchEvent(new ClipboardEvent('paste', { ...options, clipboardData: data }));
    } else {
      for (const [name, text] of files) data.items.add(new File([text], name));
      element.dispatchEvent(new DragEvent('drop', { ...options, dataTransfer: data }));
    }
  }`;
}

/** Tries to send something to an address in four ways, and to put markup into the page; says how each ended. */
function tryToEscape(url: string): string {
  return `(async () => {
    const url = ${JSON.stringify(url)};
    const tries = {};
    tries.fetch = await fetch(url).then(() => 'sent', () => 'refused');
    tries.image = await new Promise((settled) => {
      const image = new Image();
      image.onload = image.onerror = ({ type }) => settled(type);
      document.addEventListener('securitypolicyviolation', () => settled('refused'), { once: true });
      image.src = url;
    });
    tries.beacon = await new Promise((settled) => {
      document.addEventListener('securitypolicyviolation', () => settled('refused'), { once: true });
      navigator.sendBeacon(url, 'key');
      setTimeout(() => settled('sent'), 2000);
    });
    tries.script = await new Promise((settled) => {
      const script = document.createElement('script');
      script.onload = script.onerror = ({ type }) => settled(type);
      document.addEventListener('securitypolicyviolation', () => settled('refused'), { once: true });
      try {
        script.src = url;
        document.body.append(script);
      } catch {
        settled('refused');
      }
    });
    try {
      document.body.innerHTML = '<p>';
      tries.markup = 'accepted';
    } catch {
      tries.markup = 'refused';
    }
    return tries;
  })()`;
}
