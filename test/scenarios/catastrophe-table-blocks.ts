/** Catastrophes of blocks: lists emptied, deleted or lifted, and blocks of everybody. */
import { became, type Catastrophe, edited, files, renamed, usernameOf } from '../support/catastrophe.ts';
import { blocks, institution, people, person } from '../support/desired-state.ts';
import { BLOCKED, CBS, ENABLED, type Ground, KEA } from '../support/ground.ts';

const BLOCKED_USERS = 'blocked-users.yaml';
const BLOCKED_INSTITUTIONS = 'blocked-institutions.yaml';
const EVERYBODY = /^users\//;
const LISTS = /^blocked-/;
const INSTITUTION = /institution: \w+/g;

/** On every line that begins so, in every person's entry. */
const line = (from: RegExp, to: string) => edited(EVERYBODY, (text) => text.replaceAll(from, to));
/** The lists of blocks with what each entry gets besides. */
const withEach = (field: string, offset: number) =>
  edited(LISTS, (text, { day }: Ground) => text.replaceAll(/^( {2}from: .*)$/gm, `$1\n  ${field}: ${day(offset)}`));
/** What undoes a lift: another block, for one that was lifted stays so. */
const blockedAgain = (field: string, offset: number) =>
  files((ground: Ground) => {
    const ended = (text: string) => text.replaceAll(/^( {2}from: .*)$/gm, `$1\n  ${field}: ${ground.day(offset)}`);
    const anew = (text: string) => text.replaceAll(/from: .*/g, `from: ${ground.day(0)}`);
    const lists = Object.entries(ground.healthy).filter(([path]) => LISTS.test(path));
    return Object.fromEntries(lists.map(([path, text]) => [path, ended(text) + anew(text)]));
  });
/** What undoes new blocks: they end by being lifted, never by being deleted. */
const lifted = (targets: readonly string[], kind: 'user' | 'institution' = 'user') =>
  files((ground: Ground) => ({
    [`blocked-${kind}s.yaml`]:
      (ground.healthy[`blocked-${kind}s.yaml`] ?? '') +
      blocks(
        kind,
        targets.map((target) => ({ target, from: ground.day(0), lifted: ground.day(0) })),
      )[`blocked-${kind}s.yaml`],
  }));
/** New blocks beside those that stand there. */
const blocked = (targets: readonly string[], kind: 'user' | 'institution' = 'user', offset = 0) =>
  files((ground: Ground) => ({
    [`blocked-${kind}s.yaml`]:
      (ground.healthy[`blocked-${kind}s.yaml`] ?? '') +
      blocks(
        kind,
        targets.map((target) => ({ target, from: ground.day(offset) })),
      )[`blocked-${kind}s.yaml`],
  }));

export const BLOCKS: readonly Catastrophe<Ground>[] = [
  {
    title: 'P4: the list of blocked people is deleted',
    strike: [files({ [BLOCKED_USERS]: null })],
    says: 'is gone from the file and stays in force. To lift it, write it again with `lifted`.',
  },
  {
    title: 'P4: the list of blocked people is emptied',
    strike: [files({ [BLOCKED_USERS]: '' })],
    says: 'blocked-users.yaml:1:1 This file seems to be cut off: it ends like the beginning of its last good version.',
  },
  {
    title: 'P4: the list of blocked people has no entries',
    strike: [files({ [BLOCKED_USERS]: '[]\n' })],
    says: 'is gone from the file and stays in force. To lift it, write it again with `lifted`.',
  },
  {
    title: 'P4: the list of blocked people is commented out',
    strike: [edited(/^blocked-users/, (text) => text.replace(/^/gm, '# '))],
    says: 'is gone from the file and stays in force. To lift it, write it again with `lifted`.',
  },
  {
    title: 'P4: the list of blocked people is renamed',
    strike: [renamed(/^blocked-users/, () => 'blocked_users.yaml')],
    says: 'This file is not read, because of its name. Rename it to `blocked-users.yaml`.',
  },
  {
    title: 'P4: all but one entry of the list of blocked people are gone',
    strike: [files((ground) => blocks('user', [{ target: BLOCKED[0] ?? '', from: ground.day(-5) }]))],
    says: 'is gone from the file and stays in force. To lift it, write it again with `lifted`.',
  },
  {
    title: 'P4: the list of blocked institutions is deleted',
    strike: [files({ [BLOCKED_INSTITUTIONS]: null })],
    says: 'is gone from the file and stays in force. To lift it, write it again with `lifted`.',
  },
  {
    title: 'P4: the list of blocked institutions is emptied',
    strike: [files({ [BLOCKED_INSTITUTIONS]: '' })],
    says: 'blocked-institutions.yaml:1:1 This file seems to be cut off: it ends like the beginning of its last good version.',
  },
  {
    title: 'P4: both block lists are emptied',
    strike: [became(LISTS, '')],
    says: 'blocked-users.yaml:1:1 This file seems to be cut off: it ends like the beginning of its last good version.',
  },
  {
    title: 'P4: both block lists are deleted, and who was blocked is declared anew elsewhere',
    strike: [became(LISTS, null), became(/^users\/cbs\/c2[1-4]/, null), files(moved(CBS.slice(20)))],
    says: 'is gone from the file and stays in force. To lift it, write it again with `lifted`.',
  },
  {
    title: 'P4: the blocked institution is deleted with its people',
    strike: [became(/kea/, null), files({ [BLOCKED_INSTITUTIONS]: null })],
    says: 'is gone from the file and stays in force. To lift it, write it again with `lifted`.',
  },
  {
    title: 'P4: the blocks name their people in an unknown field',
    strike: [edited(/^blocked-users/, (text) => text.replaceAll('user:', 'username:'))],
    says: 'There is no field `username` here. The fields are user, reason, from, until, lifted.',
  },
  {
    title: 'Y1: the list of blocked people is cut off behind an entry',
    strike: [edited(/^blocked-users/, (text) => text.slice(0, text.indexOf(`- user: ${BLOCKED[4]}`)))],
    says: 'is gone from the file and stays in force. To lift it, write it again with `lifted`.',
  },
  {
    title: 'Y8: the blocked institution is `*`',
    strike: [edited(/^blocked-institutions/, (text) => `${text}${text.replace('kea', '"*"')}`)],
    says: 'There are no patterns here: name one institution by its id.',
  },
  {
    title: 'P1: everybody is blocked by name',
    strike: [blocked(ENABLED)],
    says: '39 people in one run; the limit of "block" is 5.',
    undo: [lifted(ENABLED)],
  },
  {
    title: 'P1: six people are blocked by name, one more than may be',
    strike: [blocked(ENABLED.slice(0, 6))],
    says: '6 people in one run; the limit of "block" is 5.',
    undo: [lifted(ENABLED.slice(0, 6))],
  },
  {
    title: 'P1: every institution is blocked',
    strike: [blocked(['cbs', 'dtu'], 'institution')],
    says: '2 institutions within 24 hours; the limit of "block" is 1.',
    undo: [lifted(['cbs', 'dtu'], 'institution')],
  },
  {
    title: 'P1: one institution is blocked that has more people than may be',
    strike: [blocked(['cbs'], 'institution')],
    says: '19 people behind institutions within 24 hours; the limit of "block" is 12.',
    undo: [lifted(['cbs'], 'institution')],
  },
  {
    title: 'P1: an institution is blocked that holds all others',
    strike: [
      files(institution('all', 'All')),
      edited(/^institutions\/(cbs|dtu|kea)/, (text) => `${text}partOf: all\n`),
      blocked(['all'], 'institution'),
    ],
    says: '39 people behind institutions within 24 hours; the limit of "block" is 12.',
    undo: [
      edited(/^institutions\/(cbs|dtu|kea)/, (text) => `${text}partOf: none\n`),
      files(institution('all', 'All')),
      lifted(['all'], 'institution'),
    ],
  },
  {
    title: 'P1: an institution becomes part of one that is blocked',
    strike: [edited(/^institutions\/cbs/, (text) => `${text}partOf: kea\n`)],
    says: '19 people behind institutions within 24 hours; the limit of "block" is 12.',
    undo: [edited(/^institutions\/cbs/, (text) => `${text}partOf: none\n`)],
  },
  {
    title: 'P1: every institution becomes part of one that is blocked',
    strike: [edited(/^institutions\/(cbs|dtu)/, (text) => `${text}partOf: kea\n`)],
    says: '39 people behind institutions within 24 hours; the limit of "block" is 12.',
    undo: [edited(/^institutions\/(cbs|dtu)/, (text) => `${text}partOf: none\n`)],
  },
  {
    title: 'P1: everybody is moved to the institution that is blocked',
    strike: [line(INSTITUTION, 'institution: kea')],
    says: '39 people behind institutions within 24 hours; the limit of "block" is 12.',
  },
  {
    title: 'P1: an institution’s people are moved to the one that is blocked',
    strike: [edited(/^users\/dtu/, (text) => text.replaceAll(INSTITUTION, 'institution: kea'))],
    says: '20 people behind institutions within 24 hours; the limit of "block" is 12.',
    written: { changed: 4 },
  },
  {
    title: 'Y7: everybody is closed and blocked at once',
    strike: [line(/state: active/g, 'state: closed'), blocked(ENABLED), blocked(['cbs', 'dtu'], 'institution')],
    says: '2 institutions within 24 hours; the limit of "block" is 1.',
    undo: [lifted(ENABLED), lifted(['cbs', 'dtu'], 'institution')],
  },
  {
    title: 'P4: every block is lifted',
    strike: [withEach('lifted', 0)],
    says: '8 people in one run; the limit of "lift" is 5.',
    written: { enabled: 12 },
    undo: [blockedAgain('lifted', 0)],
  },
  {
    title: 'P4: every block of a person is lifted',
    strike: [
      edited(/^blocked-users/, (text, { day }: Ground) =>
        text.replaceAll(/^( {2}from: .*)$/gm, `$1\n  lifted: ${day(0)}`),
      ),
    ],
    says: '8 people in one run; the limit of "lift" is 5.',
    undo: [blockedAgain('lifted', 0)],
  },
  {
    title: 'P4: every block ended yesterday',
    strike: [withEach('until', -1)],
    says: '8 people in one run; the limit of "lift" is 5.',
    written: { enabled: 12 },
    undo: [blockedAgain('until', -1)],
  },
  {
    title: 'P4: every block begins next year instead',
    strike: [edited(LISTS, (text, { day }: Ground) => text.replaceAll(/from: .*/g, `from: ${day(365)}`))],
    says: 'is gone from the file and stays in force. To lift it, write it again with `lifted`.',
    undo: [
      edited(LISTS, (text, { day }: Ground) =>
        [text, text.replaceAll(/( {2}from: ).*/g, `$1${day(365)}\n  lifted: ${day(365)}`)].join(''),
      ),
    ],
  },
  {
    title: 'P4: everybody blocked is moved to another institution, and their institution’s block lifted',
    strike: [
      files((ground: Ground) => ({
        ...people(KEA, { institution: 'dtu' }),
        ...Object.fromEntries(KEA.map((name) => [`users/kea/${name}.yaml`, null])),
        ...blocks('institution', [{ target: 'kea', from: ground.day(-5), lifted: ground.day(0) }]),
      })),
    ],
    undo: [blockedAgain('lifted', 0)],
    says: '12 people in one run; the limit of "update" is 8.',
  },
  {
    title: 'Y6: every block loses its reason',
    strike: [edited(LISTS, (text) => text.replaceAll(/^ {2}reason: .*\n/gm, ''))],
    says: 'The field `reason` is missing.',
  },
  {
    title: 'Y8: the blocks name people whom nobody knows',
    strike: [edited(/^blocked-users/, (text) => text.replaceAll(/user: (\w+)/g, 'user: x$1'))],
    says: 'There is no user `xc21`, so this blocks nobody.',
  },
  {
    title: 'D15: the blocks name everybody, and everybody is an administrator by now',
    strike: [
      blocked(ENABLED.slice(0, 5)),
      (ground) =>
        ground.byHand((one) => (ENABLED.slice(0, 5).includes(usernameOf(one)) ? { set: { adminCount: '1' } } : null)),
    ],
    says: 'Anna Jensen (c01) is protected (it is or was in an administrators group (adminCount is set)) and is never changed by Muster, although they should not have access',
    undo: [lifted(ENABLED.slice(0, 5))],
  },
];

/** The files of these people under another folder, unchanged. */
function moved(names: readonly string[]) {
  const found = Object.entries(people(names)).map(
    ([path, text]) => [path.replace('/cbs/', '/elsewhere/'), text] as const,
  );
  return { ...Object.fromEntries(found), ...person('c01', { given: 'Karen' }) };
}
