/** Catastrophes of single commits that are well formed: everybody closed, blocked, let in, moved, renamed or given a number at once. */
import { type Catastrophe, edited, files } from '../support/catastrophe.ts';
import { institution, people, person } from '../support/desired-state.ts';
import { CBS, DTU, DTU_FILE, type Ground, LATER, listOf } from '../support/ground.ts';

const EVERYBODY = /^users\//;
const INSTITUTION = /institution: \w+/g;

/** On every line that begins so, in every person's entry. */
const line = (from: RegExp, to: string) => edited(EVERYBODY, (text) => text.replaceAll(from, to));
const NEW = Array.from({ length: 40 }, (_, nth) => `n${String(nth).padStart(2, '0')}`);
/** Who had no day of that kind keeps none. */
const without = (field: 'starts' | 'ends') =>
  edited(EVERYBODY, (text) =>
    text.replaceAll(/^( *)state: .*(\n\1\w+: .*)*/gm, (entry, indent: string) =>
      entry.includes(`${field}: `) ? entry : `${entry}\n${indent}${field}: none`,
    ),
  );

export const EDITS: readonly Catastrophe<Ground>[] = [
  {
    title: 'P1: everybody is closed',
    strike: [line(/state: active/g, 'state: closed')],
    says: '39 people in one run; the limit of "block" is 5.',
  },
  {
    title: 'P1: everybody but one is closed',
    strike: [
      edited(EVERYBODY, (text, _, path) =>
        path.includes('c01') ? text : text.replaceAll('state: active', 'state: closed'),
      ),
    ],
    says: '38 people in one run; the limit of "block" is 5.',
  },
  {
    title: 'P1: two institutions exchange their people',
    strike: [
      edited(/^users\/(cbs|dtu)/, (text, _, path) =>
        text.replaceAll(INSTITUTION, path.startsWith('users/cbs') ? 'institution: dtu' : 'institution: cbs'),
      ),
    ],
    says: '48 people in one run; the limit of "update" is 8.',
  },
  {
    title: 'P1: two institutions exchange their names',
    strike: [files({ ...institution('cbs', 'DTU'), ...institution('dtu', 'CBS') })],
    says: '48 people in one run; the limit of "update" is 8.',
  },
  {
    title: 'P1: every institution gets another name',
    strike: [edited(/^institutions/, (text) => text.replaceAll(/name: (.*)/g, 'name: The former $1'))],
    says: '60 people in one run; the limit of "update" is 8.',
  },
  {
    title: 'Y8: every institution gets another id',
    strike: [edited(/^institutions/, (text) => text.replaceAll(/id: (.*)/g, 'id: $1-institute'))],
    says: 'The institution `cbs` is no longer declared; it last stood at institutions/cbs.yaml:1.',
  },
  {
    title: 'Y8: institutions go round in a circle',
    strike: [
      edited(/^institutions\/cbs/, (text) => `${text}partOf: dtu\n`),
      edited(/^institutions\/dtu/, (text) => `${text}partOf: cbs\n`),
    ],
    says: 'This goes in a circle: `cbs` is part of `dtu`, `dtu` is part of `cbs`.',
  },
  {
    title: 'P1: every username changes',
    strike: [line(/username: (\w+)/g, 'username: x$1')],
    says: 'The e-mail address c01@example.org is that of `c01` (users/cbs/c01.yaml:1), who is no longer declared',
  },
  {
    title: 'P1: every username and every e-mail address changes',
    strike: [line(/username: (\w+)/g, 'username: x$1'), line(/email: /g, 'email: x')],
    says: '47 people in one run; the limit of "create" is 5.',
  },
  {
    title: 'Y4: every username is written in capitals',
    strike: [
      edited(EVERYBODY, (text) =>
        text.replaceAll(/username: \w+/g, (found) => `username: ${found.slice(10).toUpperCase()}`),
      ),
    ],
    says: 'A username never changes, nor do its capital letters: this one is `c01` and stays so.',
    exit: 0,
  },
  {
    title: 'P1: everybody gets one and the same number',
    strike: [line(/phone: .*/g, 'phone: +45 28 00 00 00')],
    says: '60 people in one run; the limit of "phone" is 5.',
  },
  {
    title: 'P1: everybody gets the number of somebody else',
    strike: [line(/phone: \+45 26 (\d{3})(\d{3})/g, 'phone: +45 26 $2$1')],
    says: '60 people in one run; the limit of "phone" is 5.',
  },
  {
    title: 'T4: everybody gets a number that is none',
    strike: [line(/phone: .*/g, 'phone: ask the office')],
    says: '`ask` does not belong in a phone number.',
  },
  {
    title: 'P1: everybody gets another e-mail address',
    strike: [line(/@example\.org/g, '@example.net')],
    says: '60 people in one run; the limit of "update" is 8.',
  },
  {
    title: 'P1: everybody gets one and the same e-mail address',
    strike: [line(/email: .*/g, 'email: all@example.org')],
    says: 'The e-mail address all@example.org is that of `c20` (users/cbs/c20.yaml:1), whose account is closed',
    written: { changed: 1 },
  },
  {
    title: 'P1: everybody gets another given name',
    strike: [line(/given: \w+/g, 'given: Ida')],
    says: '60 people in one run; the limit of "update" is 8.',
  },
  {
    title: 'P1: given and family names are exchanged',
    strike: [line(/given: (\w+), family: (\w+)/g, 'given: $2, family: $1')],
    says: '60 people in one run; the limit of "update" is 8.',
  },
  {
    title: 'P1: everybody’s access ended yesterday',
    strike: [line(/^( *)(state: active)(\n *starts: .*)?(\n *ends: .*)?/gm, '$1$2\n$1ends: 2026-06-14')],
    says: '39 people in one run; the limit of "disable" is 5.',
    undo: [without('ends')],
  },
  {
    title: 'P1: nobody’s access has begun yet',
    strike: [line(/^( *)(state: active)(\n *starts: .*)?/gm, '$1$2\n$1starts: 2035-01-01')],
    says: '27 people in one run; the limit of "disable" is 5.',
    undo: [without('starts')],
  },
  {
    title: 'Y6: every last day is gone',
    strike: [line(/\n *ends: .*/g, '')],
    says: 'If access should have no end, write "ends: none".',
  },
  {
    title: 'Y6: every first day is gone',
    strike: [line(/\n *starts: .*/g, '')],
    says: 'If access should begin at once, write "starts: none".',
  },
  {
    title: 'P1: nobody’s access has an end any more',
    strike: [line(/ends: .*/g, 'ends: none')],
    says: '12 people in one run; the limit of "update" is 8.',
  },
  {
    title: 'P1: every last day is put off by a century',
    strike: [line(/ends: .*/g, 'ends: 2126-01-01')],
    says: '12 people in one run; the limit of "update" is 8.',
  },
  {
    title: 'P1: everybody who begins later begins now',
    strike: [line(/starts: .*/g, 'starts: 2026-06-01')],
    says: '6 people in one run; the limit of "create" is 5.',
  },
  {
    title: 'P1: forty new people',
    strike: [files(people(NEW))],
    says: '40 people in one run; the limit of "create" is 5.',
  },
  {
    title: 'P1: forty new people in one file, of whom half stand there twice',
    strike: [
      files({ 'users/cbs/new.yaml': listOf(people(NEW)), 'users/cbs/more.yaml': listOf(people(NEW.slice(20))) }),
    ],
    says: '40 people in one run; the limit of "create" is 5.',
  },
  {
    title: 'P1: everybody exchanges their username with somebody of the other institution',
    strike: [
      files((ground: Ground) => ({
        [DTU_FILE]: listOf(people(CBS.slice(6, 20), { institution: 'dtu' })),
        ...people(DTU.slice(6, 20), { institution: 'cbs' }),
        ...Object.fromEntries(CBS.slice(6, 20).map((name) => [`users/cbs/${name}.yaml`, null])),
        ...person('c01', { starts: ground.day(-300), ends: ground.day(200) }),
      })),
    ],
    says: '28 people in one run; the limit of "update" is 8.',
  },
  {
    title: 'Y6: every contact of every institution is gone',
    strike: [edited(/^institutions/, (text) => text.replaceAll(/contacts: .*\n/g, ''))],
    says: 'The field `contacts` is missing.',
  },
  {
    title: 'P1: everybody who begins later is closed before they begin, and everybody else with them',
    strike: [
      edited(EVERYBODY, (text) => text.replaceAll('state: active', 'state: closed')),
      files(people(LATER, { state: 'closed' })),
    ],
    says: '39 people in one run; the limit of "block" is 5.',
  },
];
