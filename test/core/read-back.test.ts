import { describe, expect, test } from 'vitest';
import type { Change, Observed } from '../../src/core/change.ts';
import type { Reader } from '../../src/core/ports.ts';
import { readBack } from '../../src/core/read-back.ts';
import type { Applied } from '../../src/core/report.ts';
import { changeOf } from '../support/gate-builder.ts';
import { found } from '../support/reconciliation.ts';

function applied(change: Change, more: Partial<Applied> = {}): Applied {
  const handle = change.handle ?? `guid-${change.address.key}`;
  return {
    change,
    outcome: { status: 'applied', written: { handle, state: change.after } },
    approved: false,
    lane: false,
    ...more,
  };
}

/** What is said after these changes where a server shows these things. */
async function said(done: readonly Applied[], things: readonly Observed[] | Error): Promise<readonly string[]> {
  const unused = () => Promise.reject(new Error('not asked for here'));
  const asked: string[] = [];
  const reader: Reader = {
    server: 'dc1',
    position: unused,
    now: unused,
    observe: unused,
    lookup: (wanted) => {
      asked.push(...wanted.map(({ handle }) => handle ?? ''));
      return things instanceof Error ? Promise.reject(things) : Promise.resolve(things);
    },
    close: unused,
  };
  const notices = await readBack(done, new Map([['directory', { reader, writer: { write: unused } }]]));
  expect(notices.every(({ kind, next }) => kind === 'read-back' && next !== null)).toBe(true);
  expect(asked.length).toBeLessThanOrEqual(done.length);
  return notices.map(({ text }) => text);
}

describe('read-back', () => {
  test('is silent where everything stands as written', async () => {
    const done = [
      applied(changeOf('create', 'anna')),
      applied(changeOf('block', 'berit')),
      applied(changeOf('lift', 'carl')),
    ];
    expect(await said(done, [found('anna'), found('berit', { enabled: false }), found('carl')])).toEqual([]);
  });

  test('names the values that stand otherwise, and whether the account is enabled', async () => {
    const done = [applied(changeOf('phone', 'anna')), applied(changeOf('block', 'berit'))];
    expect(await said(done, [found('anna'), found('berit')])).toEqual([
      'Person anna: mobile did not read back as written.',
      'Person berit: whether the account is enabled did not read back as written.',
    ]);
  });

  test('names what is not there', async () => {
    expect(await said([applied(changeOf('create', 'anna'))], [])).toEqual([
      'Person anna: written, but not there when read back.',
    ]);
  });

  test('says so where the server does not answer', async () => {
    expect(await said([applied(changeOf('phone', 'anna'))], new Error('gone'))).toEqual([
      'What was written could not be read back from dc1: gone',
    ]);
  });

  test('asks for nothing that was not written, and nothing that the proven reading showed already', async () => {
    const failed = applied(changeOf('phone', 'anna'), { outcome: { status: 'failed', error: 'no', next: '' } });
    expect(await said([failed, applied(changeOf('block', 'berit'), { lane: true })], new Error('asked'))).toEqual([]);
  });
});
