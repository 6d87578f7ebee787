/** Searches of the simulated domain controller: scopes, pages, ranges of values, extended names, the root entry. */

import { guidsOf, matches, type Subject } from './directory-simulator-filter.ts';
import type { Asked, FoundEntry, Manners, SearchAnswer } from './directory-simulator-manners.ts';
import {
  EXTENDED_DN,
  type LdapRequest,
  PAGED_RESULTS,
  pagingOf,
  type SearchParts,
  SHOW_DELETED,
  SUCCESS,
  WHO_AM_I,
} from './directory-simulator-messages.ts';
import {
  BASE,
  bytesToGuid,
  CONFIGURATION,
  NTDS_SETTINGS,
  SCHEMA,
  type SimulatedObject,
  type SimulatedTree,
} from './directory-simulator-tree.ts';
import { dnKey } from './simulated-names.ts';

/** What a Windows domain controller answers at most by default. */
const PAGE_ENTRIES_MAX = 1000;
const VALUES_MAX = 1500;

/** Searches with more to come, by cookie; each connection has its own. */
export type Pending = Map<
  string,
  { readonly rest: readonly string[]; readonly page: number; readonly references: readonly string[] }
>;

export interface SearchDesk {
  readonly tree: SimulatedTree;
  readonly manners: Manners;
  readonly pending: Pending;
}

/** The page that a request asks for, from 0. */
export function pageOf(request: LdapRequest, pending: Pending): number {
  return pending.get(pagingOf(request)?.cookie ?? '')?.page ?? 0;
}

export function answerSearch(desk: SearchDesk, request: LdapRequest, search: SearchParts, asked: Asked): SearchAnswer {
  const { tree, manners } = desk;
  if (search.base === '' && search.scope === 'base') return one(rootEntry(tree, manners, search.attributes));
  const found = tree.find(search.base);
  const withDeleted = request.controls.has(SHOW_DELETED);
  const visible = (object: SimulatedObject) => (withDeleted || !object.deleted) && manners.hides?.(object.dn) !== true;
  const base = found !== undefined && visible(found) ? found : undefined;
  if (base === undefined) return nothing(32, '0000208D: NameErr: DSID-03100241, problem 2001 (NO_OBJECT), data 0');
  const draw = (object: SimulatedObject) => entryOf(desk, object, search.attributes, request.controls.has(EXTENDED_DN));
  const byGuid = search.scope === 'base' ? null : guidsOf(search.filter);
  const fits = (object: SimulatedObject) =>
    visible(object) && (byGuid !== null || matches(search.filter, subjectOf(desk, object)) === true);
  if (search.scope === 'base') {
    const answer = fits(base) ? one(draw(base)) : { ...one(draw(base)), entries: [] };
    return request.controls.has(PAGED_RESULTS) ? { ...answer, cookie: '' } : answer;
  }
  const paging = pagingOf(request);
  const most = manners.pageEntriesMax ?? PAGE_ENTRIES_MAX;
  const waiting = paging === null || paging.cookie === '' ? undefined : desk.pending.get(paging.cookie);
  if (paging !== null && paging.cookie !== '' && waiting === undefined) {
    return nothing(53, '00000057: LdapErr: DSID-0C090B4C, comment: Error processing control, data 0');
  }
  desk.pending.delete(paging?.cookie ?? '');
  const { rest, page, references } = waiting ?? {
    rest: candidates(desk, base, search, byGuid)
      .filter(fits)
      .map(({ guid }) => guid),
    page: 0,
    references: referencesOf(base, search),
  };
  const size = manners.isEmptyPage?.(page) === true ? 0 : Math.min(paging?.size ?? most, most);
  const entries = rest
    .slice(0, size)
    .map((guid) => tree.get(guid))
    .filter(visible)
    .map(draw);
  const left = rest.slice(size);
  const isLast = left.length === 0 && size > 0;
  if (paging === null) return { entries, references, result: isLast ? SUCCESS : { code: 4, text: '' }, cookie: null };
  const cookie = isLast ? '' : `${asked.nth}`;
  if (!isLast) desk.pending.set(cookie, { rest: left, page: page + 1, references });
  return { entries, references: isLast ? references : [], result: SUCCESS, cookie };
}

export function nothing(code: number, text: string): SearchAnswer {
  return { entries: [], references: [], result: { code, text }, cookie: null };
}

function one(entry: FoundEntry): SearchAnswer {
  return { entries: [entry], references: [], result: SUCCESS, cookie: null };
}

function candidates(
  { tree }: SearchDesk,
  base: SimulatedObject,
  { scope }: SearchParts,
  guids: readonly Buffer[] | null,
): readonly SimulatedObject[] {
  const isInside = ({ key }: SimulatedObject) => {
    if (!key.startsWith(base.key) || !sameContext(key, base.key)) return false;
    return scope === 'sub' || key.slice(base.key.length).split('\u0002').length === 2;
  };
  const all =
    guids === null ? [...tree.all()] : guids.flatMap((guid) => tree.find(`<GUID=${bytesToGuid(guid)}>`) ?? []);
  return all.filter(isInside);
}

const CONFIGURATION_KEY = dnKey(CONFIGURATION);

/** The configuration lies below the domain by name, but is a naming context of its own (MS-ADTS 3.1.1.1.5). */
function sameContext(key: string, base: string): boolean {
  return key.startsWith(CONFIGURATION_KEY) === base.startsWith(CONFIGURATION_KEY);
}

function referencesOf(base: SimulatedObject, { scope }: SearchParts): readonly string[] {
  return scope === 'sub' && base.key === dnKey(BASE) ? [`ldap://example.org/${CONFIGURATION}`] : [];
}

function subjectOf(desk: SearchDesk, object: SimulatedObject): Subject {
  return {
    values: (name) => {
      const key = name.toLowerCase();
      return desk.manners.withholds?.(object.dn, key) === true ? undefined : shown(heldOf(desk, object, key), false);
    },
    isWithin: (group) => {
      const wanted = desk.tree.find(group);
      const seen = new Set<string>();
      const waiting = [object.guid];
      for (let guid = waiting.pop(); guid !== undefined; guid = waiting.pop()) {
        for (const { guid: above } of desk.tree.groupsOf(guid)) if (!seen.has(above)) waiting.push(above);
        for (const { guid: above } of desk.tree.groupsOf(guid)) seen.add(above);
      }
      return wanted !== undefined && seen.has(wanted.guid);
    },
  };
}

/** Links are objects here, and become names where they are sent. */
type HeldValue = Buffer | SimulatedObject;

function heldOf({ tree }: SearchDesk, object: SimulatedObject, key: string): readonly HeldValue[] {
  if (key === 'member') return tree.membersOf(object.guid);
  if (key === 'memberof') return tree.groupsOf(object.guid);
  if (key === 'distinguishedname') return [Buffer.from(object.dn)];
  return object.values.get(key)?.values ?? [];
}

function shown(values: readonly HeldValue[], extended: boolean): readonly Buffer[] {
  return values.map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(nameOf(value, extended))));
}

/** The extended form of a name (MS-ADTS 3.1.1.3.4.1.5, flag 1). */
function nameOf(object: SimulatedObject, extended: boolean): string {
  if (!extended) return object.dn;
  const sid = object.values.get('objectsid')?.values[0];
  const sidPart =
    sid === undefined ? '' : `<SID=S-1-5-21-${[12, 16, 20, 24].map((at) => sid.readUInt32LE(at)).join('-')}>;`;
  return `<GUID=${object.guid}>;${sidPart}${object.dn}`;
}

function entryOf(desk: SearchDesk, object: SimulatedObject, wanted: readonly string[], extended: boolean): FoundEntry {
  const attributes = new Map<string, readonly Buffer[]>();
  const everything = [...object.values.values()].map(({ name }) => name);
  const names = wanted.length === 0 || wanted.includes('*') ? [...everything, ...wanted] : wanted;
  for (const spelling of names) {
    const [name = '', range] = spelling.split(/;range=/i);
    const key = name.toLowerCase();
    if (desk.manners.withholds?.(object.dn, key) === true) continue;
    const values = heldOf(desk, object, key);
    if (values.length === 0) continue;
    for (const [part, inPart] of partsOf(object.values.get(key)?.name ?? name, range, values, desk.manners))
      attributes.set(part, shown(inPart, extended));
  }
  return { dn: nameOf(object, extended), attributes };
}

/** Range retrieval (MS-ADTS 3.1.1.3.1.3.3): more values than one answer holds come in ranges, `*` marking the last one. */
function partsOf(
  name: string,
  range: string | undefined,
  values: readonly HeldValue[],
  manners: Manners,
): readonly (readonly [string, readonly HeldValue[]])[] {
  const most = manners.valuesMax ?? VALUES_MAX;
  if (range === undefined && values.length <= most) return [[name, values]];
  const [from = '0', to = '*'] = (range ?? '0-*').split('-');
  const start = Number(from);
  const end = Math.min(to === '*' ? Number.POSITIVE_INFINITY : Number(to) + 1, start + most);
  const slice = values.slice(start, end);
  // A range behind the end is an error on Windows; here it gives nothing, which is worse for a client.
  if (slice.length === 0) return [];
  const last = start + slice.length >= values.length ? '*' : String(start + slice.length - 1);
  const ranged = [`${name};range=${start}-${last}`, slice] as const;
  return range === undefined ? [[name, []], ranged] : [ranged];
}

/** The root entry (MS-ADTS 3.1.1.3.2). */
function rootEntry(tree: SimulatedTree, manners: Manners, wanted: readonly string[]): FoundEntry {
  const muster = tree.get(tree.musterGuid).values.get('objectsid')?.values ?? [];
  const known: Record<string, readonly (string | Buffer)[]> = {
    currentTime: [
      new Date()
        .toISOString()
        .replaceAll(/[-:T]|\.\d+Z/g, '')
        .concat('.0Z'),
    ],
    dsServiceName: [NTDS_SETTINGS],
    highestCommittedUSN: [String(tree.usn)],
    defaultNamingContext: [BASE],
    configurationNamingContext: [CONFIGURATION],
    schemaNamingContext: [SCHEMA],
    isSynchronized: ['TRUE'],
    supportedLDAPVersion: ['3'],
    supportedControl: [PAGED_RESULTS, EXTENDED_DN, SHOW_DELETED],
    ...(manners.whoAmI === undefined ? { tokenGroups: muster } : { supportedExtension: [WHO_AM_I] }),
  };
  const isWanted = (name: string) =>
    wanted.length === 0 || wanted.some((one) => one === '*' || one.toLowerCase() === name.toLowerCase());
  const attributes = Object.entries(known).filter(([name]) => isWanted(name));
  return {
    dn: '',
    attributes: new Map(attributes.map(([name, values]) => [name, values.map((value) => Buffer.from(value))])),
  };
}
