/** Six people, one for each thing that a sync does or leaves alone: the smallest scenario in which every kind of write happens. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { passwordIn } from '../../src/credentials/letter.ts';
import { openOutbox } from '../../src/credentials/outbox.ts';
import { open } from '../../src/credentials/seal.ts';
import type { AdminSession } from './admin-session.ts';
import { blocks, daysFromToday, institution, people, person } from './desired-state.ts';
import { approveAll, change, INSTANCE, sync, type TestSite } from './site.ts';

export const SMALL_LIMITS =
  '{ create: { percent: 100 }, update: { percent: 100 }, phone: { percent: 100 }, enable: { percent: 100 } }';

/** Writes that the sync makes: a block, a phone number, an account given back, a new account. */
export const SMALL_WRITES = 4;

/** Who gets an account. */
export const FRESH = 'fresh';

/**
 * Brings the site and the directory to just before the four writes. `byHand` is disabled by somebody else.
 * @param more further sites over the same repository, each with a directory of its own.
 */
export async function prepareSmallCompany(
  site: TestSite,
  disableByHand: () => Promise<unknown>,
  more: readonly TestSite[] = [],
): Promise<void> {
  const everywhere = (act: (one: TestSite) => Promise<unknown>) => Promise.all([site, ...more].map(act));
  const settled = people(['lifted', 'moved', 'quiet', 'byhand', 'blocked']);
  await change(site, { ...institution('cbs', 'CBS'), ...settled }, 'People');
  await everywhere(async (one) => approveAll(one, await sync(one)));
  await everywhere((one) => sync(one));
  const first = { target: 'lifted', from: daysFromToday(-9) };
  await change(site, blocks('user', [first]), 'Block one');
  await everywhere((one) => sync(one));
  await disableByHand();
  await everywhere((one) => sync(one));
  const files = {
    ...person(FRESH),
    ...person('moved', { phone: '+45 20 99 99 91' }),
    ...blocks('user', [
      { ...first, lifted: daysFromToday(-1) },
      { target: 'blocked', from: daysFromToday(-2) },
    ]),
  };
  await change(site, files, 'Four changes');
}

/** What somebody with rights in the directory does behind Muster's back. */
export async function disableByHand(admin: AdminSession, ou: string): Promise<void> {
  await admin.set(`CN=byhand,OU=CBS,${ou}`, 'userAccountControl', '514');
}

/** The passwords of the new account that are sealed as ready: one, when everything is done. */
export async function freshPasswords(site: TestSite): Promise<readonly string[]> {
  const identity = (await readFile(join(site.folder, 'key.txt'), 'utf8')).trim();
  const settings = { folder: join(site.folder, 'outbox'), recipients: [], instance: INSTANCE, clock: Date.now };
  const ready = (await openOutbox(settings).list()).filter((one) => one.username === FRESH && one.state === 'ready');
  const letters = ready.map(async ({ path }) => passwordIn(await open(await readFile(path, 'utf8'), [identity])) ?? '');
  return await Promise.all(letters);
}
