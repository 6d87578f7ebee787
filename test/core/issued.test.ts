/** What is judged of one person's tokens, in every combination that matters. */
import { describe, expect, test } from 'vitest';
import type { Desired, Observed } from '../../src/core/change.ts';
import { diff } from '../../src/core/diff.ts';
import type { LedgerRow } from '../../src/core/ports.ts';
import { PHONE, TOKEN, TOKENS } from '../../src/reconcilers/tokens/projection.ts';
import { tokensReconciler } from '../../src/reconcilers/tokens/reconciler.ts';
import { cause, desired, NOW, reason, type Wanted } from '../support/reconciliation.ts';

const { traits } = tokensReconciler({ connect: () => Promise.reject(new Error('only asked for its traits')) });
const [MINE, OTHER] = ['+4520123456', '+4520888888'];

function anna(wanted: Wanted = {}): Desired {
  const address = { system: TOKENS, kind: TOKEN, key: 'anna' };
  return { ...desired('anna', wanted), address, attributes: { [PHONE]: MINE } };
}

const blocked = (): Desired => anna({ reasons: [reason('person-blocked')] });

interface Held {
  readonly on?: boolean;
  readonly phone?: string | null;
  /** Whose the system says it is. */
  readonly of?: string | null;
  readonly protectedBecause?: string;
}

function token(name: string, { on = true, phone = MINE, of = 'anna', protectedBecause }: Held = {}): Observed {
  return {
    address: { system: TOKENS, kind: TOKEN, key: of ?? `token:${name}` },
    handle: `token:${name}`,
    ownership: 'unmarked',
    attempt: null,
    markedKey: of,
    enabled: on,
    attributes: { [PHONE]: phone },
    protectedBecause: protectedBecause ?? null,
    location: `token ${name}`,
    managed: true,
    raw: {},
  };
}

function row(
  name: string,
  more: Partial<LedgerRow> & { readonly on?: boolean; readonly phone?: string | null } = {},
): LedgerRow {
  const { on = true, phone = MINE, ...rest } = more;
  const state = { enabled: on, attributes: phone === null ? {} : { [PHONE]: phone } };
  return { system: TOKENS, key: 'anna', handle: `token:${name}`, state, disabledFor: null, goneAt: null, ...rest };
}

const off = (name: string, more: Parameters<typeof row>[1] = {}) =>
  row(name, { on: false, disabledFor: cause('person-blocked'), ...more });

/** `enable own`, `(gone)`, and `accepts gone` for a row that is taken for ended. */
function judged(
  one: Desired,
  tokens: readonly Observed[],
  ledger: readonly LedgerRow[] = [],
  gone: readonly string[] = [],
) {
  const known = new Set(ledger.map(({ handle }) => handle));
  const observed = tokens.map((held) => (known.has(held.handle) ? { ...held, ownership: 'ours' as const } : held));
  const found = diff({
    desired: [one],
    observation: {
      ...{ system: TOKENS, reach: 'full', server: 'otp', observed, elsewhere: [], conflicts: [], digest: '' },
      gone: gone.map((name) => `token:${name}`),
    },
    ledger,
    traits,
    at: NOW,
    doubtful: new Set(),
    unsettled: new Set(),
  });
  return [
    ...found.changes.map(({ kind, handle }) => `${kind} ${handle?.slice('token:'.length) ?? 'one'}`),
    ...found.notices.map(({ kind, urgent }) => `(${kind}${urgent ? ', urgent' : ''})`),
    ...found.accepted.map(({ goneAt }) => (goneAt === null ? 'accepts' : 'accepts gone')),
  ];
}

describe('somebody who may get passcodes', () => {
  test.each<
    readonly [what: string, tokens: readonly Observed[], ledger: readonly LedgerRow[], comes: readonly string[]]
  >([
    ['has none', [], [], ['create one']],
    ['has one alike', [token('a')], [], ['adopt a']],
    ['has one otherwise', [token('a', { phone: OTHER })], [], ['(exists-not-ours)']],
    ['has one that is protected', [token('a', { protectedBecause: 'a list' })], [], ['(protected)']],
    ['has one that is off', [token('a', { on: false })], [], ['(disabled-by-hand)']],
    ['has one alike beside one that is off', [token('a'), token('b', { on: false })], [], ['adopt a']],
    ['has two', [token('a'), token('b', { phone: OTHER })], [], ['(foreign)']],
    ['has Muster’s', [token('a')], [row('a')], []],
    ['has Muster’s with another number', [token('a', { phone: OTHER })], [row('a')], ['update a']],
    ['has Muster’s, off by hand', [token('a', { on: false })], [row('a')], ['(disabled-by-hand)']],
    ['has Muster’s, off by Muster', [token('a', { on: false })], [off('a')], ['enable a']],
    ['has that and another', [token('a', { on: false }), token('b')], [off('a')], ['(foreign)']],
    ['has Muster’s and another', [token('a'), token('b')], [row('a')], ['(foreign)']],
    ['has Muster’s, which is nobody’s there', [token('a', { of: null })], [row('a')], ['(marked-otherwise)']],
    ['had one that is somebody else’s', [token('a', { of: 'berit' })], [row('a')], ['(gone)']],
    [
      'has one that Muster only switched off, otherwise',
      [token('a', { on: false, phone: OTHER })],
      [off('a', { phone: null })],
      ['(exists-not-ours)'],
    ],
    [
      'has one that Muster only switched off, alike',
      [token('a', { on: false })],
      [off('a', { phone: null })],
      ['enable a', 'accepts'],
    ],
    [
      'has both',
      [token('a', { on: false, phone: OTHER }), token('b', { on: false })],
      [off('a', { phone: null }), off('b')],
      ['enable b'],
    ],
    [
      'has both the other way round',
      [token('a', { on: false, phone: OTHER }), token('b', { on: false })],
      [off('b'), off('a', { phone: null })],
      ['enable b'],
    ],
  ])('%s', (_what, tokens, ledger, comes) => {
    expect(judged(anna(), tokens, ledger)).toEqual(comes);
  });

  test('whose token is gone is told of, and gets one that replaces it', () => {
    expect(judged(anna(), [], [row('a')], ['a'])).toEqual(['(gone)', 'accepts gone']);
    expect(judged(anna(), [token('b')], [row('a')], ['a'])).toEqual(['adopt b', 'accepts gone']);
    expect(judged(anna(), [], [row('a', { goneAt: NOW })])).toEqual(['(gone)']);
    expect(judged(anna(), [token('a')], [row('a', { goneAt: NOW })])).toEqual(['accepts']);
  });

  test('and whose entry is held gains nothing by it', () => {
    const held = anna({ mayGain: false });
    expect(judged(held, [])).toEqual([]);
    expect(judged(held, [token('a')])).toEqual(['(exists-not-ours)']);
    expect(judged(held, [token('a', { on: false })], [off('a')])).toEqual([]);
  });

  test('whose number is not shown while the token is off gets it with the switch, and a new one is told as new', () => {
    const hidden = [token('a', { on: false, phone: null })];
    const [same] = diffChanges(anna(), hidden, [off('a')]);
    expect(same).toMatchObject({ kind: 'enable', classes: ['lift'], after: { attributes: { [PHONE]: MINE } } });
    const [changed, ...more] = diffChanges(anna(), hidden, [off('a', { phone: OTHER })]);
    expect(changed).toMatchObject({ classes: ['lift', 'phone'], before: { attributes: { [PHONE]: OTHER } } });
    expect(more).toEqual([]);
  });
});

function diffChanges(one: Desired, tokens: readonly Observed[], ledger: readonly LedgerRow[]) {
  const observed = tokens.map((held) => ({ ...held, ownership: 'ours' as const }));
  const nothing = { elsewhere: [], gone: [], conflicts: [], digest: '' };
  return diff({
    desired: [one],
    observation: { system: TOKENS, reach: 'full', server: 'otp', observed, ...nothing },
    ...{ ledger, traits, at: NOW, doubtful: new Set(), unsettled: new Set() },
  }).changes;
}

describe('somebody who may get none', () => {
  test.each<
    readonly [what: string, tokens: readonly Observed[], ledger: readonly LedgerRow[], comes: readonly string[]]
  >([
    ['has none', [], [], []],
    ['has one of somebody’s giving', [token('a', { phone: OTHER })], [], ['disable a']],
    ['has several', [token('a'), token('b'), token('c', { on: false })], [], ['disable a', 'disable b']],
    ['has Muster’s and another', [token('a'), token('b')], [row('a')], ['disable a', 'disable b']],
    ['has Muster’s, which is nobody’s there', [token('a', { of: null })], [row('a')], ['disable a']],
    ['had one that is somebody else’s', [token('a', { of: 'berit' })], [row('a')], []],
    ['has one that is protected', [token('a', { protectedBecause: 'a list' })], [], ['(protected, urgent)']],
    ['has Muster’s, off already', [token('a', { on: false })], [off('a')], []],
  ])('%s', (_what, tokens, ledger, comes) => {
    expect(judged(blocked(), tokens, ledger)).toEqual(comes);
  });
});
