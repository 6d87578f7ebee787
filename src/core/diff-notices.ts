/** What people should know of accounts that a plan leaves as they are. */
import { about, type Case, reasonsOf } from './case.ts';
import type { Desired, Observed } from './change.ts';
import type { Index } from './diff-index.ts';
import type { Notice } from './plan.ts';
import type { LedgerRow } from './ports.ts';
import type { Thing } from './thing.ts';

/** Ledger rows of people whom nobody declares and no memory holds: left as they are, and said. */
export function undeclaredNotices(
  declared: ReadonlySet<string>,
  ledger: readonly LedgerRow[],
  unknownMarks: Index['unknownMarks'],
  thing: Thing,
): readonly Notice[] {
  const unknown = unknownMarks
    .filter((one) => !declared.has(one.address.key))
    .map(
      (one): Notice => ({
        kind: 'unknown-mark',
        person: one.address.key,
        text: `${one.location} bears Muster's mark, but neither the ledger nor the repository knows it; it is left alone.`,
        next: 'Run "muster ledger rebuild" if the account is Muster\'s; otherwise clear the mark.',
        origin: null,
        urgent: false,
      }),
    );
  const orphaned = ledger
    .filter((row) => !declared.has(row.key) && row.goneAt === null)
    .map(
      (row): Notice => ({
        kind: 'undeclared',
        person: row.key,
        text: `The ${thing.called} ${row.key} is Muster's, but no document says what it should be; it is left alone.`,
        next: `Write users/…/${row.key}.yaml again, with "state: closed" to take the access away.`,
        origin: null,
        urgent: false,
      }),
    );
  return [...unknown, ...orphaned];
}

export function existingNotice(subject: Case, existing: Observed): Notice {
  return existing.protectedBecause === null ? notOursNotice(subject, existing) : protectedNotice(subject, existing);
}

export function notOursNotice(subject: Case, existing: Observed): Notice {
  const { desired } = subject;
  const shutOut = isWronglyUsable(subject, existing);
  const consequence = shutOut ? ` They should have no access (${reasonsOf(desired)}), but can still log in.` : '';
  const where = `An account named ${desired.address.key} exists (${existing.location})`;
  if (existing.attempt !== null) {
    return {
      ...about(
        desired,
        'unknown-mark',
        `${where} and bears Muster's mark, but the ledger does not know it.${consequence}`,
        'Run "muster ledger rebuild", or clear the mark if the account is somebody else\'s.',
      ),
      urgent: shutOut,
    };
  }
  if (existing.ownership === 'foreign') {
    return {
      ...about(
        desired,
        'foreign',
        `${where} and is marked by somebody else; Muster does not touch it.${consequence}`,
        "Clear the mark if the account should be Muster's, then adopt it.",
      ),
      urgent: shutOut,
    };
  }
  return {
    ...about(
      desired,
      'exists-not-ours',
      `${where} and is not Muster's; it is left alone.${consequence}`,
      existing.managed
        ? `Run "muster adopt ${desired.address.key}" to take it over, or choose another username.`
        : 'It lies outside the managed units: choose another username, or move the account and adopt it.',
    ),
    urgent: shutOut,
  };
}

export function protectedNotice(subject: Case, observed: Observed): Notice {
  const { desired } = subject;
  const urgent = isWronglyUsable(subject, observed);
  const text = `${desired.person.label} is protected (${observed.protectedBecause}) and is never changed by Muster${
    urgent ? `, although they should not have access: ${reasonsOf(desired)}` : ''
  }.`;
  return { ...about(desired, 'protected', text, urgent ? `${subject.traits.thing.byHand} now.` : null), urgent };
}

/** Whether somebody can still use it who should not. */
function isWronglyUsable({ desired, traits, moment }: Case, observed: Observed): boolean {
  return !desired.verdict.allowed && !moment.reached(traits.usableUntil(observed));
}

export function goneNotice(desired: Desired): Notice {
  return about(
    desired,
    'gone',
    `The account of ${desired.person.label} was deleted in the directory; Muster does not make it again by itself.`,
    `Write "state: closed" if they left, or run "muster enable ${desired.address.key} --reason …" to have a new account made.`,
  );
}

export function unsettledNotice(desired: Desired): Notice {
  return about(
    desired,
    'unsettled',
    `A write for ${desired.person.label} was sent and its answer was lost; nothing more is done until the server that got it can say.`,
    'Sync again when that server answers.',
  );
}
