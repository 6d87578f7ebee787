/** The status page as people see it: in a real browser, light and dark, with names in it that mean harm. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { QUIET_BROWSER } from '../support/quiet-browser.ts';
import { type ShownStatus, showStatus } from '../support/shown-status.ts';
import type { SampleState } from '../support/status-sample-report.ts';

/** Runs if a browser takes it for markup, reverses what follows, and never ends. */
const HARM = [
  '<script>document.title="taken"</script>',
  '"><img src=x onerror="document.title=\'taken\'">',
  "'; document.title='taken' //",
  '</title></style></textarea></svg><svg onload="document.title=\'taken\'">',
  '&lt;b&gt; &#60;script&#62;',
  '\u202eevil\u202c \u200b\u2066hidden\u2069',
  'W'.repeat(200),
  'محمد الأنصاري',
];
let turn = 0;
/** Every text gets one of them behind it, in turn. */
const harmful = (plain: string) => `${plain} ${HARM[turn++ % HARM.length]}`;

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let profile = '';
let browser: BrowserContext;
let page: Page;
let shown: ShownStatus;
let requests: string[];
let complaints: string[];

beforeAll(async () => {
  profile = await mkdtemp(join(tmpdir(), 'muster-chromium-'));
  browser = await chromium.launchPersistentContext(profile, {
    ...QUIET_BROWSER,
    viewport: { width: 1100, height: 900 },
  });
});
afterAll(async () => {
  await browser?.close();
  await rm(profile, { recursive: true, force: true });
});

beforeEach(async () => {
  page = await browser.newPage();
  requests = [];
  complaints = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => void dialog.dismiss());
});
afterEach(async () => {
  await page.close();
  await shown.close();
});

/** What axe-core finds wrong, as `rule: element`. */
async function violations(): Promise<readonly string[]> {
  await page.evaluate(axeSource);
  const run = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))`;
  return page.evaluate<readonly string[]>(run);
}

const open = (path: string) => page.goto(shown.address + path);
/** Nothing was asked of anybody else, and nothing ran into the policy of the page. */
function expectQuiet(): void {
  expect(requests.filter((url) => !url.startsWith(`${shown.address}/`))).toEqual([]);
  expect(complaints).toEqual([]);
}

const PAGES = ['/', '/person', '/person?q=e', '/person?q=nobody', '/person/ebakke', '/person/ajensen'];

describe('accessibility', () => {
  const cases = (['good', 'waiting', 'failing'] as const).flatMap((state) =>
    (['light', 'dark'] as const).map((scheme): [SampleState, 'light' | 'dark'] => [state, scheme]),
  );

  test.each(cases)('axe-core finds nothing wrong where it is %s and %s, with hostile names', async (state, scheme) => {
    shown = await showStatus({ state, words: harmful });
    await page.emulateMedia({ colorScheme: scheme });
    for (const path of PAGES) {
      await open(path);
      // What is folded away is looked at as well.
      await page.evaluate('document.querySelectorAll("details").forEach((part) => { part.open = true; })');
      expect(await violations(), path).toEqual([]);
    }
    expectQuiet();
  });

  test('axe-core would find it, if there were something', async () => {
    shown = await showStatus();
    await open('/');
    await page.evaluate('document.querySelector(".hero h1").style.color = "#eee"');
    await page.evaluate('document.querySelector("#sought").labels[0].remove()');
    const found = (await violations()).map((one) => one.split(':')[0]);
    expect(found).toEqual(expect.arrayContaining(['color-contrast', 'label']));
    expectQuiet();
  });

  test('everything is reached and used by the keyboard alone', async () => {
    shown = await showStatus();
    await open('/');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('To the main part');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.locator('#sought').focus();
    await page.keyboard.type('bakke');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/person/ebakke');
    expect(await page.locator('h1').innerText()).toBe('Eirik Bakke (ebakke)');
    expect(await page.locator('main').innerText()).toContain('May not log in.');
    const table = page.getByRole('region', { name: 'Channels' }).getByRole('table');
    expect(await table.getByRole('columnheader').count()).toBe(5);
    expect(await table.getByRole('rowheader').allInnerTexts()).toEqual(['log in', 'log in']);
    expectQuiet();
  });

  test('nothing is lost where the window is as narrow as a telephone, whatever the length of a name', async () => {
    shown = await showStatus({ state: 'failing', words: harmful });
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of PAGES) {
      await open(path);
      const tooWide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      expect(await page.evaluate(tooWide), path).toBe(0);
    }
    expectQuiet();
  });
});

describe('what the page says', () => {
  test('the state stands in words and as a shape, with what releases what is held', async () => {
    shown = await showStatus({ state: 'failing' });
    await open('/');
    expect(await page.locator('h1').innerText()).toBe('Failing');
    expect(await page.locator('.hero .mark-failing').count()).toBe(1);
    const text = await page.locator('main').innerText();
    for (const said of [
      'Held: 32 people lose access',
      'muster approve 4be1c7f02a93',
      'muster enable lnygaard',
      'The server does not answer.',
      'phone: +… 20 12 34 56',
      'muster plan --at 2026-12-08',
      'Phone stolen, case 4712',
      'Rita Service',
      'nils@ops1',
    ])
      expect(text).toContain(said);
    expectQuiet();
  });
});

describe('harm', () => {
  let trap: Server;
  let trapAddress = '';
  let framed = 0;

  beforeAll(async () => {
    trap = createServer((_, response) => {
      framed += 1;
      response
        .setHeader('content-type', 'text/html')
        .end(`<iframe src="${shown.address}/" onload="loaded = true"></iframe>`);
    });
    await new Promise<void>((listening) => trap.listen(0, '127.0.0.1', listening));
    trapAddress = `http://127.0.0.1:${(trap.address() as AddressInfo).port}/`; // A TCP server has no other kind of address.
  });
  afterAll(async () => {
    const closed = new Promise((done) => trap.close(done));
    // The browser keeps its connections.
    trap.closeAllConnections();
    await closed;
  });

  test('W1: a name out of a directory that is a script does not run, is no element, and is shown letter for letter', async () => {
    shown = await showStatus({ state: 'failing', words: harmful });
    for (const path of [...PAGES, `/person?q=${encodeURIComponent(HARM[1] ?? '')}`]) {
      await open(path);
      expect(await page.title(), path).not.toBe('taken');
      expect(
        await page.evaluate('document.querySelectorAll("script, img, [onerror], [onload], style, [style]").length'),
      ).toBe(0);
    }
    await open('/');
    const text = await page.locator('body').innerText();
    expect(text).toContain('<script>document.title="taken"</script>');
    expect(text).toContain('&lt;b&gt; &#60;script&#62;');
    // What would turn the line round or hide in it is written out.
    expect(text).toContain('\\u{202e}evil');
    expect(text).not.toContain('\u202e');
    expectQuiet();
  });

  test('W1: markup that got into the page all the same could run nothing and load nothing', async () => {
    shown = await showStatus();
    await open('/');
    await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'document.title = "taken"';
      document.body.append(script);
      const image = new Image();
      image.src = ${JSON.stringify(trapAddress)};
      document.body.append(image);
      document.body.insertAdjacentHTML('beforeend', '<a id="lure" href="#" onclick="document.title=\\'taken\\'">x</a>');
      document.querySelector('#lure').click();
    }`);
    await expect.poll(() => complaints.filter((one) => one.includes('Content Security Policy')).length).toBe(3);
    expect(await page.title()).not.toBe('taken');
    expect(framed).toBe(0);
  });

  test('W1: another site can not show the page in a frame to have somebody click in it', async () => {
    shown = await showStatus();
    await page.goto(trapAddress);
    await expect.poll(() => complaints.some((one) => one.includes('frame-ancestors'))).toBe(true);
    expect(await page.frames()[1]?.content()).not.toContain('Muster');
  });
});
