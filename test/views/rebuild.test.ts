import { describe, expect, test } from 'vitest';
import { rebuildPage } from '../../src/views/acts.ts';
import type { Page } from '../../src/views/page.ts';
import { plainStyle } from '../../src/views/style.ts';
import { pageAsText } from '../../src/views/text.ts';
import { expectGolden } from './golden-file.ts';

const OF_ACCOUNTS = { system: 'directory', thing: 'account', noneCame: false } as const;

function text(page: Page): string {
  return pageAsText(page, plainStyle);
}

describe('a rebuilt ledger', () => {
  test('a rebuild shows what would be learned, and the command that does it', () => {
    const row = { system: 'directory', handle: 'h', disabledFor: null, goneAt: null } as const;
    const rows = [
      { ...row, key: 'ajensen', state: { enabled: true, attributes: {} } },
      { ...row, key: 'bmadsen', state: { enabled: false, attributes: {} } },
    ];
    const refused = [{ location: 'CN=copy,DC=example,DC=org', because: '2 accounts bear the mark of eholm' }];
    const digest = '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945';
    const rebuild = {
      ...OF_ACCOUNTS,
      rows,
      refused,
      disabled: ['bmadsen'],
      deleted: ['folsen'],
      doubt: null,
      digest,
      done: false,
    };
    expectGolden(text(rebuildPage(rebuild)), 'rebuild.txt');
  });

  test('a rebuild from a server in doubt shows what would be given up', () => {
    const doubt = {
      server: 'ldaps://dc1.example.org (DC1)',
      because: 'The server was restored from a backup after 2026-11-20 08:00 UTC (its invocation id is another one).',
      lost: [
        { key: 'ajensen', what: ['the account'] },
        { key: 'bmadsen', what: ['that it was disabled', 'mobile'] },
      ],
    };
    const digest = '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945';
    const rebuild = { ...OF_ACCOUNTS, rows: [], refused: [], disabled: [], deleted: [], doubt, digest, done: false };
    expect(text(rebuildPage(rebuild))).toMatchInlineSnapshot(`
      "Ledger rebuild

      Nothing to learn: the ledger knows every account that bears Muster's mark.
      ldaps://dc1.example.org (DC1): The server was restored from a backup after 2026-11-20 08:00 UTC (its invocation id is another one). An approval makes what it shows count from now on.

      Differs from what Muster last wrote (2)
        ajensen
          differs: the account
        bmadsen
          differs: that it was disabled, mobile

      Nothing was written yet. To do it:

        muster ledger rebuild --approve 4f53cda18c2b
      "
    `);
  });
});
