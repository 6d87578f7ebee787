/** The page of one person over a real store: every channel side by side, as it is remembered. */
import { afterEach, describe, expect, test } from 'vitest';
import { type ShownStatus, showStatus } from '../support/shown-status.ts';

let shown: ShownStatus | null = null;
afterEach(async () => {
  await shown?.close();
  shown = null;
});

async function get(path: string): Promise<Response> {
  shown = await showStatus();
  return fetch(shown.address + path);
}

/** The cells of a row, without their markup. */
function textOf(row: string): string {
  return row
    .split(/<\/t[hd]>/)
    .map((cell) => cell.replaceAll(/<[^>]*>/g, ''))
    .filter((cell) => cell !== '')
    .join(' | ');
}

describe('the page of a person', () => {
  test('M3: has every channel in a table, with what each server was last read to hold', async () => {
    const page = await (await get('/person/ebakke')).text();
    expect(page).toContain('NOT blocked yet: log in is open on ldaps://dc2.example.org (enabled).');
    expect(page).toMatch(/<th scope="col">is<\/th>/);
    const rows = [...page.matchAll(/<tr><th scope="row">(.*?)<\/tr>/g)].map(([, row]) => textOf(row ?? ''));
    expect(rows).toEqual([
      'log in | shut | shut (disabled) | 2026-11-26 20:03 | ldaps://dc1.example.org',
      'log in | shut | open (enabled) | – | ldaps://dc2.example.org',
    ]);
    expect(page).toContain('As last read at 2026-11-26 20:03.');
  });

  test('M3: the API gives the same, with the tasks', async () => {
    expect(await (await get('/api/person/EBakke')).json()).toMatchObject({
      shutOut: {
        verdict: 'being-blocked',
        outstanding: [{ name: 'log in', server: 'ldaps://dc2.example.org', found: 'open' }],
      },
      tasks: [{ title: 'Take back the badge', status: 'open' }],
    });
  });
});
