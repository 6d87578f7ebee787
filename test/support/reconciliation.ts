/** Builds what the core compares, in few words: people as wanted, accounts as found, ledger rows; and the diff over them. */
import type { Attributes, Cause, Desired, Observed } from '../../src/core/change.ts';
import { type Diff, type DiffInput, diff } from '../../src/core/diff.ts';
import type { LedgerRow, Observation } from '../../src/core/ports.ts';
import type { Traits } from '../../src/core/traits.ts';
import type { Instant } from '../../src/model/document.ts';
import type { Ended, Reason, ReasonKind } from '../../src/model/standing.ts';
import { mappingOf } from '../../src/reconcilers/directory/mapping.ts';
import { DIRECTORY } from '../../src/reconcilers/directory/projection.ts';
import { directoryReconciler } from '../../src/reconcilers/directory/reconciler.ts';

/** 2026-06-15 12:00 in Copenhagen. */
export const NOW: Instant = Date.UTC(2026, 5, 15, 10);
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
/** Long before everything else. */
export const LONG_AGO: Instant = NOW - 400 * DAY_MS;

/** The traits of the real directory reconciler: `mobile` carries the phone, `company` is only reported when it drifts. */
export const TRAITS: Traits = traitsWith(true);
/** The same where nobody is named to seal passwords to. */
export const TRAITS_WITHOUT_RECIPIENTS: Traits = traitsWith(false);

function traitsWith(recipients: boolean): Traits {
  const nobody = () => Promise.reject(new Error('this directory is only asked for its traits'));
  const desk = { prepare: nobody, markReady: nobody, markUnused: nobody, markReplaced: nobody };
  return directoryReconciler(
    { connect: nobody, connectAll: nobody },
    {
      instance: 'test',
      create: [{ ou: 'OU=Researchers,DC=example,DC=org' }],
      upnSuffix: 'example.org',
      protected: new Set(),
      mapping: mappingOf({ mobile: '{phone}', company: '{institution.name}' }),
      reported: new Set(['company']),
      mustChangePassword: true,
      passwords: recipients ? desk : null,
    },
  ).traits;
}

/** Values that person and account agree on unless a test says otherwise. */
export function values(more: Attributes = {}): Attributes {
  return { accountExpires: 'never', company: 'CBS', displayName: 'Anna Jensen', mobile: '+4520123456', ...more };
}

export function reason(kind: ReasonKind, more: Partial<Reason> = {}): Reason {
  return {
    kind,
    text: `${kind} for a test`,
    origin: { file: 'blocked-users.yaml', line: 1 },
    institution: kind === 'institution-blocked' ? 'cbs' : null,
    since: NOW - HOUR_MS,
    knownSince: null,
    ...more,
  };
}

export function ended(kind: ReasonKind, more: Partial<Ended> = {}): Ended {
  return { kind, text: `${kind} is over`, origin: null, endedAt: NOW - HOUR_MS, knownSince: null, ...more };
}

export interface Wanted {
  readonly reasons?: readonly Reason[];
  readonly ended?: readonly Ended[];
  /** Texts of restrictions that have yet to begin. */
  readonly ahead?: readonly string[];
  readonly attributes?: Attributes;
  readonly mayGain?: boolean;
  readonly knownSince?: Instant | null;
  readonly institution?: string;
}

export function desired(key: string, wanted: Wanted = {}): Desired {
  const reasons = wanted.reasons ?? [];
  return {
    address: { system: DIRECTORY, kind: 'account', key },
    person: { key, label: `Person ${key}` },
    verdict: { allowed: reasons.length === 0, reasons, ended: wanted.ended ?? [], ahead: wanted.ahead ?? [] },
    attributes: values(wanted.attributes),
    mayGain: wanted.mayGain ?? true,
    knownSince: wanted.knownSince === undefined ? LONG_AGO : wanted.knownSince,
    origin: { file: `users/${key}.yaml`, line: 1 },
    blueprint: { username: key, userPrincipalName: `${key}@example.org`, unit: 'OU=Researchers,DC=example,DC=org' },
    belongsTo: wanted.institution ?? 'cbs',
  };
}

/** An account of ours that is as it should be, unless said otherwise. */
export function found(
  key: string,
  more: Partial<Omit<Observed, 'attributes'>> & { attributes?: Attributes } = {},
): Observed {
  return {
    address: { system: DIRECTORY, kind: 'account', key },
    handle: `guid-${key}`,
    ownership: 'ours',
    attempt: `attempt-${key}`,
    markedKey: key,
    enabled: true,
    protectedBecause: null,
    location: `CN=${key},OU=Researchers,DC=example,DC=org`,
    managed: true,
    raw: { userAccountControl: '512' },
    ...more,
    attributes: values(more.attributes),
  };
}

/** The same account before anybody marked it. */
export function unmarked(key: string, more: Parameters<typeof found>[1] = {}): Observed {
  return found(key, { ownership: 'unmarked', attempt: null, markedKey: null, ...more });
}

export function row(
  key: string,
  more: Partial<LedgerRow> & { attributes?: Attributes; enabled?: boolean } = {},
): LedgerRow {
  const { attributes, enabled = true, ...rest } = more;
  return {
    system: DIRECTORY,
    key,
    handle: `guid-${key}`,
    state: { enabled, attributes: values(attributes) },
    disabledFor: null,
    goneAt: null,
    ...rest,
  };
}

export function cause(kind: string, institutions: readonly string[] = []): Cause {
  return { kind, text: `${kind} for a test`, origin: null, institutions };
}

export function observation(observed: readonly Observed[], more: Partial<Observation> = {}): Observation {
  const rest = { elsewhere: [], gone: [], conflicts: [], digest: '' };
  return { system: DIRECTORY, reach: 'full', server: 'dc1', observed, ...rest, ...more };
}

/** One person, their account and their row: the diff over just these. */
export function diffOf(
  wanted: readonly Desired[],
  observed: readonly Observed[],
  ledger: readonly LedgerRow[],
  more: Partial<Omit<DiffInput, 'observation'>> & { observation?: Partial<Observation> } = {},
): Diff {
  const { observation: around, ...rest } = more;
  return diff({
    desired: wanted,
    observation: observation(observed, around),
    ledger,
    traits: TRAITS,
    at: NOW,
    doubtful: new Set(),
    unsettled: new Set(),
    ...rest,
  });
}

/** What a diff comes to, in words short enough to compare: `disable anna takes block`. */
export function inShort({ changes, notices }: Pick<Diff, 'changes' | 'notices'>): readonly string[] {
  return [
    ...changes.map(({ kind, address, effect, classes }) => `${kind} ${address.key} ${effect} ${classes.join('+')}`),
    ...notices.map(({ kind, urgent }) => `(${kind}${urgent ? ', urgent' : ''})`),
  ];
}
