import { describe, expect, test } from 'vitest';
import { type Found, type ServerAnswer, type SystemAsked, shutOutOf } from '../../src/core/shut-out.ts';
import { thingOf } from '../../src/core/thing.ts';
import type { Standing } from '../../src/model/standing.ts';
import { HOUR_MS, NOW } from '../support/reconciliation.ts';

const ALLOWED = { allowed: true, reasons: [], ended: [], ahead: [] };
const DENIED = { ...ALLOWED, allowed: false };

function standing(log: boolean, mail: boolean): Standing {
  const [mayLogIn, maySendMail] = [log, mail].map((yes) => (yes ? ALLOWED : DENIED));
  if (mayLogIn === undefined || maySendMail === undefined) throw new RangeError('two were given');
  return { mayLogIn, maySendMail, token: mayLogIn, nextDue: null, expires: null };
}

const OUT = standing(false, false);
const NO_MAIL = standing(true, false);
const IN = standing(true, true);

function answer(server: string, found: Found, shutSince: number | null = null): ServerAnswer {
  return { server, at: NOW, found, what: found, shutSince };
}

function system(kind: string, ...answers: readonly ServerAnswer[]): SystemAsked {
  return { system: kind, thing: thingOf(kind), afterShutting: [], answers };
}

/** Letters for what each server was read to hold: `s`hut, `o`pen, `?` not known. */
function asked(directory: string, mail: string, token: string): readonly SystemAsked[] {
  const found: Readonly<Record<string, Found>> = { s: 'shut', o: 'open', '?': 'unknown' };
  const of = (kind: string, letters: string) =>
    system(kind, ...[...letters].map((letter, n) => answer(`${kind}${n + 1}`, found[letter] ?? 'unknown')));
  return [of('account', directory), of('mail-permission', mail), of('token', token)];
}

describe('the verdict on one person', () => {
  test.for([
    // What should be, what was read in the directory, on the mail list, of tokens; the verdict, and what is outstanding.
    [OUT, 'ss', 's', 's', 'blocked', []],
    [OUT, 'so', 's', 's', 'being-blocked', ['account2 open']],
    [OUT, 'oo', 'o', 'o', 'being-blocked', ['account1 open', 'account2 open', 'mail-permission1 open', 'token1 open']],
    [OUT, 's?', 's', 's', 'being-blocked', ['account2 unknown']],
    [OUT, 'ss', '?', 's', 'being-blocked', ['mail-permission1 unknown']],
    [OUT, 'ss', 's', 'o', 'being-blocked', ['token1 open']],
    [OUT, 'ss', 's', '', 'being-blocked', ['token unknown']],
    [OUT, '', '', '', 'being-blocked', ['account unknown', 'mail-permission unknown', 'token unknown']],
    [NO_MAIL, 'oo', 's', 'o', 'not-blocked', []],
    [NO_MAIL, 'oo', 'o', 'o', 'being-blocked', ['mail-permission1 open']],
    [NO_MAIL, 'ss', '?', 's', 'being-blocked', ['mail-permission1 unknown']],
    [NO_MAIL, 'ss', 's', 's', 'not-blocked', []],
    [IN, 'oo', 'o', 'o', 'not-blocked', []],
    [IN, 'ss', 's', 's', 'not-blocked', []],
    [IN, '??', '?', '?', 'not-blocked', []],
    [null, 'ss', 's', 's', 'undeclared', []],
    [null, 'oo', 'o', 'o', 'undeclared', []],
  ] as const)('%#: directory %s, mail %s, token %s', ([should, directory, mail, token, verdict, outstanding]) => {
    const shutOut = shutOutOf(should, asked(directory, mail, token), NOW);
    expect(shutOut.verdict).toBe(verdict);
    expect(shutOut.outstanding.map(({ server, found }) => `${server} ${found}`)).toEqual(outstanding);
  });

  test('is blocked only by a reading of each server, whatever the others say', () => {
    for (const directory of ['s?', '?s', 'so', 'os', '?', 'o']) {
      expect(shutOutOf(OUT, asked(directory, 's', 's'), NOW).verdict, directory).toBe('being-blocked');
    }
    expect(shutOutOf(OUT, asked('sss', 's', 's'), NOW).verdict).toBe('blocked');
  });

  test('covers what there is to look after, and of nothing says nothing', () => {
    expect(shutOutOf(OUT, [system('account', answer('dc1', 'shut'))], NOW).verdict).toBe('blocked');
    expect(shutOutOf(OUT, [], NOW).verdict).toBe('not-blocked');
  });

  test('says what to do: by hand where it is open, look where it was not read', () => {
    const { outstanding } = shutOutOf(OUT, asked('o?', 's', 's'), NOW);
    expect(outstanding.map(({ next }) => next)).toEqual([
      'Disable the account by hand there, or run "muster sync".',
      'See that account2 can be read, then run "muster why" again.',
    ]);
  });
});

describe('what goes on although somebody is shut out', () => {
  const tickets = { text: 'tickets', lasts: 10 * HOUR_MS };
  const sessions = { text: 'sessions', lasts: null };
  const remains = (...answers: readonly ServerAnswer[]) => {
    const directory = { ...system('account', ...answers), afterShutting: [tickets, sessions] };
    return shutOutOf(OUT, [directory], NOW).remains.map(({ text, until, uncounted }) => [text, until, uncounted]);
  };

  test('is counted from the server that was the last to shut them out', () => {
    const [first, last] = [NOW - 3 * HOUR_MS, NOW - HOUR_MS];
    expect(remains(answer('dc1', 'shut', first), answer('dc2', 'shut', last))).toEqual([
      ['tickets', last + 10 * HOUR_MS, []],
      ['sessions', null, []],
    ]);
  });

  test('is over after its time, but for what nobody can tell', () => {
    expect(remains(answer('dc1', 'shut', NOW - 10 * HOUR_MS))).toEqual([['sessions', null, []]]);
    expect(remains(answer('dc1', 'shut', NOW - 10 * HOUR_MS + 1))).toHaveLength(2);
  });

  test('names a server of which it is not known when it took the block, and goes on where that is known of none', () => {
    const since = NOW - HOUR_MS;
    expect(remains(answer('dc1', 'shut', since), answer('dc2', 'shut'))).toEqual([
      ['tickets', since + 10 * HOUR_MS, ['dc2']],
      ['sessions', null, []],
    ]);
    expect(remains(answer('dc1', 'shut'))).toEqual([
      ['tickets', null, ['dc1']],
      ['sessions', null, []],
    ]);
  });

  test('is nothing yet where they are not shut out on every server', () => {
    expect(remains(answer('dc1', 'shut', NOW), answer('dc2', 'open'))).toEqual([]);
    expect(remains(answer('dc1', 'shut', NOW), answer('dc2', 'unknown'))).toEqual([]);
  });
});
