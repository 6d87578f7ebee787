/** Memberships of one account: the groups that name it, and leaving them one by one. */
import { Attribute, Change, EqualityFilter } from 'ldapts';
import { compareText } from '../../../diagnostic.ts';
import { MusterError } from '../../../errors.ts';
import { foldDn } from '../distinguished-name.ts';
import { NO_SUCH_ACCOUNT, refusal } from '../refusals.ts';
import { refuseProtected } from '../value-changes.ts';
import { textsOf } from './entry.ts';
import { isCode, operationFailure } from './failures.ts';
import { searchAll, searchOne } from './paged-search.ts';
import { anything, type Desk, guidDn, pointRead, searchFor } from './read.ts';
import { isSoAlready, send } from './sending.ts';

/**
 * DNs of the groups of this domain that name the account (memberOf, MS-ADA2 2.42). Its primary group names it by number and is not among
 * them, nor is one that another system of Muster's keeps; groups of other domains are not known to this server.
 * @throws MusterError where the account is not there, or in more groups than one answer holds.
 */
export async function groupsOf(desk: Desk, guid: string): Promise<readonly string[]> {
  const step = `reading the groups of ${guid}`;
  try {
    const entry = await searchOne(
      desk.link.client,
      searchFor(desk, guidDn(guid), step, anything, ['objectGUID', 'memberOf']),
    );
    if (entry === null) throw refusal(`${desk.link.server}, ${step}`, NO_SUCH_ACCOUNT);
    const inRanges = entry.attributes.some(({ type }) => /^memberOf;range=/i.test(type));
    if (inRanges) throw tooManyGroups(desk, step);
    const kept = new Set((desk.site.keptGroups ?? []).map(foldDn));
    const named = [...textsOf(entry, 'memberOf'), ...(await groupsNaming(desk, entry.name, step))];
    const groups = new Map(named.map((group) => [foldDn(group), group]));
    return [...groups].flatMap(([folded, group]) => (kept.has(folded) ? [] : [group])).sort(compareText);
  } catch (error) {
    throw operationFailure(desk.link.server, step, error);
  }
}

/** From the side of the groups: a memberOf that may not be read looks like none at all. */
async function groupsNaming(desk: Desk, account: string, step: string): Promise<readonly string[]> {
  const filter = new EqualityFilter({ attribute: 'member', value: account });
  const search = { ...searchFor(desk, desk.link.settings.base, step, filter, ['objectGUID']), scope: 'sub' as const };
  const groups: string[] = [];
  await searchAll(desk.link.client, search, (group) => groups.push(group.name));
  return groups;
}

/**
 * Takes the account out of these groups, and proves by reading that it is in none.
 * @throws MusterError (`person`) naming the first group that it can't be taken out of; those before it were left.
 */
export async function leaveGroups(desk: Desk, guid: string, groups: readonly string[]): Promise<void> {
  const account = await pointRead(desk, guidDn(guid), `looking at ${guid} before it leaves its groups`);
  if (account === null) throw refusal(`${desk.link.server}, leaving groups`, NO_SUCH_ACCOUNT);
  refuseProtected(account.dn, account.protectedBecause);
  for (const group of groups) await leave(desk, account.dn, group);
  const [left] = groups.length === 0 ? [] : await groupsOf(desk, guid);
  if (left !== undefined) throw stillIn(desk, account.dn, left);
}

async function leave(desk: Desk, account: string, group: string): Promise<void> {
  const step = `taking ${account} out of ${group}`;
  const change = new Change({
    operation: 'delete',
    modification: new Attribute({ type: 'member', values: [account] }),
  });
  const absent = {
    remedy: 'retry',
    what: 'The group is gone.',
    next: 'It is planned anew with the next pass.',
  } as const;
  await send(desk, { step, absent, right: `write the members of ${group}` }, async () => {
    await desk.link.client.modify(group, change).catch((error: unknown) => {
      // Somebody took it out meanwhile.
      if (isSoAlready(error, 'out')) return;
      throw isCode(error, 50) ? mayNotLeave(desk, step, group, error) : error;
    });
  });
}

function mayNotLeave(desk: Desk, step: string, group: string, cause: unknown): MusterError {
  return new MusterError(
    {
      remedy: 'person',
      where: `${desk.link.server}, ${step}`,
      what: `Muster’s account may not take it out of ${group}, so the account stays disabled.`,
      next: 'Take it out of that group by hand, or let Muster’s account write the members of that group; then sync.',
    },
    { cause },
  );
}

function stillIn(desk: Desk, account: string, group: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: `${desk.link.server}, taking ${account} out of its groups`,
    what: `It is still in ${group}.`,
    next: 'Take it out of that group by hand, then sync: the account is not enabled before it is in no group.',
  });
}

function tooManyGroups(desk: Desk, step: string): MusterError {
  return new MusterError({
    remedy: 'person',
    where: `${desk.link.server}, ${step}`,
    what: 'The account is in more groups than the server names at once.',
    next: 'Take it out of them by hand, then sync.',
  });
}
