/** What people do by hand and where hosted servers stand, on the status page over a real store. */
import { expect, onTestFinished, test } from 'vitest';
import type { Status } from '../../src/core/status.ts';
import { showStatus } from '../support/shown-status.ts';

test('the page and the API show what people do by hand and where hosted servers stand, the longest overdue first', async () => {
  const shown = await showStatus();
  onTestFinished(() => shown.close());
  const get = (path: string) => fetch(shown.address + path);
  const page = await (await get('/')).text();
  const places = [
    'Done by hand',
    'Late (2)',
    'kirido-zama',
    'lofadu-roti',
    'Open (1)',
    'varota-kiki',
    'Hosted servers',
  ];
  expect(places.map((text) => page.indexOf(text))).toEqual(
    places.map((text) => page.indexOf(text)).toSorted((a, b) => a - b),
  );
  expect(page).toContain('configuration agreed on 2026-09-30; waits 57 days');
  const { work } = (await (await get('/api/status')).json()) as Pick<Status, 'work'>;
  expect(work.servers.map(({ id }) => id)).toEqual(['northlake-genomics', 'harbour-imaging']);
  expect(work.tasks).toHaveLength(3);
});
