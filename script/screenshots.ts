/** Pictures of the status page for the documentation, in light and dark, of an invented installation, by a real browser. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { QUIET_BROWSER } from '../test/support/quiet-browser.ts';
import { showStatus } from '../test/support/shown-status.ts';
import { ROOT, say } from './command.ts';

/** As wide as the page grows, and as high as what is looked at first. */
const VIEWPORT = { width: 1080, height: 2020 };
/** Small enough for a page of documentation, and its words can still be read. */
const SCALE = 0.8;
/** Bytes of one picture: the documentation is read over a telephone, too. */
const BYTES_MAX = 200_000;

async function main(folder: string): Promise<void> {
  const shown = await showStatus({ state: 'waiting' });
  const profile = await mkdtemp(join(tmpdir(), 'muster-screenshots-'));
  const browser = await chromium.launchPersistentContext(profile, {
    ...QUIET_BROWSER,
    viewport: VIEWPORT,
    deviceScaleFactor: SCALE,
  });
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage();
      await page.emulateMedia({ colorScheme });
      await page.goto(shown.address);
      const path = join(folder, `status-${colorScheme}.png`);
      await page.screenshot({ path });
      await page.close();
      const { size } = await stat(path);
      if (size > BYTES_MAX) throw new Error(`${path} has ${size} bytes; ${BYTES_MAX} are the most.`);
      say(`${path}: ${size} bytes`);
    }
  } finally {
    await browser.close();
    await shown.close();
    await rm(profile, { recursive: true, force: true });
  }
}

await main(process.argv[2] ?? join(ROOT, 'docs/images'));
