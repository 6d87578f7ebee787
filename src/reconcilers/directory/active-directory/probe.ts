/** Throw-away accounts on one server: the requests of the write probe, among them the only deletion there is. */
import { Attribute, Change, PresenceFilter, SubstringFilter } from 'ldapts';
import { MusterError } from '../../../errors.ts';
import type { Secret } from '../../../secret.ts';
import { escapeRdnValue, parentDn } from '../distinguished-name.ts';
import type { DirectoryProbe, NewProbe, Probed, Swap } from '../examiner-port.ts';
import type { DirectorySite } from '../port.ts';
import { isProbe } from '../probe-mark.ts';
import { CHANGED_MEANWHILE, PASSWORD_REFUSED, refusal } from '../refusals.ts';
import { assertOpen, type Link } from './connection.ts';
import { EntryReader } from './entry.ts';
import { isAnswer, operationFailure, outcomeUnknown } from './failures.ts';
import { type Search, searchAll, searchOne } from './paged-search.ts';
import { guidDn } from './read.ts';
import { unicodePwd } from './values.ts';

/** userAccountControl (MS-ADTS 2.2.16): NORMAL_ACCOUNT and ACCOUNTDISABLE. */
const DISABLED_ACCOUNT = '514';

export function directoryProbe(link: Link, server: string, site: DirectorySite): DirectoryProbe {
  const names = ['objectGUID', 'sAMAccountName', 'userAccountControl', 'accountExpires', site.markAttribute];
  const attributes = [...new Set([...names, ...site.mappedAttributes])];
  const bench: Bench = { link, site, attributes, entries: new EntryReader(attributes) };
  return {
    server,
    read: (guid) => readAt(bench, guidDn(guid)),
    marked: (prefix) => marked(bench, prefix),
    create: (account) => create(bench, account),
    swap: (guid, swaps) => swap(bench, guid, swaps),
    resetPassword: (guid, password) => resetPassword(bench, guid, password),
    rename: (account, name) => rename(bench, account, name),
    remove: (guid) => remove(bench, guid),
  };
}

interface Bench {
  readonly link: Link;
  readonly site: DirectorySite;
  readonly attributes: readonly string[];
  readonly entries: EntryReader;
}

async function readAt(bench: Bench, base: string): Promise<Probed | null> {
  const step = 'reading the probe';
  assertOpen(bench.link, step);
  try {
    const entry = await searchOne(bench.link.client, searchFor(bench, base, step));
    return entry === null ? null : probedFrom(bench, entry);
  } catch (error) {
    throw operationFailure(bench.link.server, step, error);
  }
}

async function marked(bench: Bench, prefix: string): Promise<readonly Probed[]> {
  const { link, site } = bench;
  const step = 'looking for earlier probes';
  assertOpen(link, step);
  const filter = new SubstringFilter({ attribute: site.markAttribute, initial: prefix });
  const found: Probed[] = [];
  try {
    const search: Search = { ...searchFor(bench, link.settings.base, step), scope: 'sub', filter };
    await searchAll(link.client, search, (entry) => found.push(probedFrom(bench, entry)));
  } catch (error) {
    throw operationFailure(link.server, step, error);
  }
  return found;
}

async function create(bench: Bench, { dn, username, upn, mark, password }: NewProbe): Promise<Probed | null> {
  const texts: readonly (readonly [string, string])[] = [
    ['sAMAccountName', username],
    ['userPrincipalName', upn],
    ['userAccountControl', DISABLED_ACCOUNT],
    ['pwdLastSet', '0'],
    [bench.site.markAttribute, mark],
  ];
  const attributes = [
    new Attribute({ type: 'objectClass', values: ['top', 'person', 'organizationalPerson', 'user'] }),
    new Attribute({ type: 'unicodePwd', values: [unicodePwd(password.reveal())] }),
    ...texts.map(([type, value]) => new Attribute({ type, values: [value] })),
  ];
  const step = `creating ${dn}`;
  const made = await went(bench, step, PASSWORD_REFUSED.what, () => bench.link.client.add(dn, attributes));
  if (!made) return null;
  const account = await readAt(bench, dn);
  if (account !== null) return account;
  throw outcomeUnknown(bench.link.server, step, undefined);
}

function swap(bench: Bench, guid: string, swaps: readonly Swap[]): Promise<boolean> {
  const changes = swaps.flatMap(({ attribute, from, to }) => [
    ...(from === null ? [] : [changeOf('delete', attribute, from)]),
    ...(to === null ? [] : [changeOf('add', attribute, to)]),
  ]);
  const names = swaps.map(({ attribute }) => attribute).join(', ');
  const request = () => bench.link.client.modify(guidDn(guid), changes);
  return went(bench, `writing ${names} of the probe`, CHANGED_MEANWHILE.what, request);
}

async function resetPassword(bench: Bench, guid: string, password: Secret): Promise<void> {
  const value = new Attribute({ type: 'unicodePwd', values: [unicodePwd(password.reveal())] });
  const changes = [new Change({ operation: 'replace', modification: value }), changeOf('replace', 'pwdLastSet', '0')];
  await went(bench, 'setting the password of the probe', null, () => bench.link.client.modify(guidDn(guid), changes));
}

async function rename(bench: Bench, { dn }: Probed, name: string): Promise<void> {
  const to = `CN=${escapeRdnValue(name)},${parentDn(dn)}`;
  await went(bench, 'renaming the probe', null, () => bench.link.client.modifyDN(dn, to));
}

/** Looks once more, and deletes nothing that is not plainly a throw-away account. */
async function remove(bench: Bench, guid: string): Promise<void> {
  const step = 'removing the probe';
  const account = await readAt(bench, guidDn(guid));
  if (account === null) return;
  if (!isProbe(account.values, bench.site.markAttribute)) {
    throw refusal(`${bench.link.server}, ${step}`, {
      remedy: 'person',
      what: `${account.dn} is not a disabled throw-away account any more, so it is left alone.`,
      next: 'Look at it by hand.',
    });
  }
  await went(bench, step, null, () => bench.link.client.del(guidDn(guid)));
}

/** @param refusedAs the beginning of the words for the refusal that is an answer here: then false */
async function went(
  { link }: Bench,
  step: string,
  refusedAs: string | null,
  request: () => Promise<unknown>,
): Promise<boolean> {
  assertOpen(link, step);
  try {
    await request();
    return true;
  } catch (error) {
    if (error instanceof MusterError) throw error;
    if (!isAnswer(error)) throw outcomeUnknown(link.server, step, error);
    const failure = operationFailure(link.server, step, error);
    if (refusedAs !== null && failure.what.startsWith(refusedAs)) return false;
    throw failure;
  }
}

function changeOf(operation: 'add' | 'delete' | 'replace', type: string, value: string): Change {
  return new Change({ operation, modification: new Attribute({ type, values: [value] }) });
}

function probedFrom({ entries }: Bench, entry: Parameters<EntryReader['read']>[0]): Probed {
  const { objectGUID: guid, ...values } = entries.read(entry);
  return { guid: guid ?? '', dn: entry.name, values };
}

function searchFor({ link, attributes }: Bench, base: string, step: string): Search {
  const { answerSeconds } = link.settings.timeouts;
  const filter = new PresenceFilter({ attribute: 'objectClass' });
  return { base, scope: 'base', filter, attributes, where: `${link.server}, ${step}`, answerSeconds };
}
