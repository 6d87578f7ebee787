/** Lost writes: what the ledger says was written and a doubtful server does not show; whoever it is about gains nothing from that server. */
import { about } from './case.ts';
import type { Change, Desired, Observed } from './change.ts';
import type { Diff } from './diff.ts';
import { adviceFor, type Footing, historyOf } from './footing.ts';
import type { Notice } from './plan.ts';
import type { LedgerRow } from './ports.ts';

/** What is missing, in words that complete "does not show: …", by the key of the person. */
export type LostWrites = ReadonlyMap<string, readonly string[]>;

/**
 * Compares ledger and reading thing by thing. Any difference counts: whether somebody else made it or the server forgot
 * what was written can't be told from one reading.
 */
export function lostWrites(rows: Iterable<LedgerRow>, found: readonly Observed[], gone: readonly string[]): LostWrites {
  const byHandle = new Map(found.map((one) => [one.handle, one]));
  const missing = new Set(gone);
  const lost = new Map<string, readonly string[]>();
  for (const row of rows) {
    if (row.goneAt !== null) continue;
    const one = byHandle.get(row.handle);
    const what = one === undefined ? (missing.has(row.handle) ? ['the account'] : []) : differences(row, one);
    if (what.length > 0) lost.set(row.key, what);
  }
  return lost;
}

function differences({ state }: LedgerRow, one: Observed): readonly string[] {
  const values = Object.entries(state.attributes)
    // What is no longer mapped was not read.
    .filter(([name, value]) => name in one.attributes && (one.attributes[name] ?? null) !== value)
    .map(([name]) => name);
  return [
    ...(one.attempt === null ? ['the mark'] : []),
    ...(one.enabled === state.enabled ? [] : [state.enabled ? 'that it was enabled' : 'that it was disabled']),
    ...values,
  ];
}

/** For these people nothing is given, changed or taken for granted; what takes access away stays. */
export function withoutLost(result: Diff, lost: LostWrites, desired: readonly Desired[], footing: Footing): Diff {
  if (lost.size === 0) return result;
  const people = desired.filter(({ address }) => lost.has(address.key));
  const labels = new Set(people.map(({ person }) => person.label));
  const takes = ({ kind }: Change) => kind === 'disable';
  return {
    changes: result.changes.filter((change) => takes(change) || !lost.has(change.address.key)),
    notices: [
      ...result.notices.filter(({ person, urgent }) => urgent || person === null || !labels.has(person)),
      ...people.map((one) => lostNotice(one, lost.get(one.address.key) ?? [], footing)),
    ],
    accepted: result.accepted.filter(({ key }) => !lost.has(key)),
  };
}

function lostNotice(desired: Desired, what: readonly string[], footing: Footing): Notice {
  const { label } = desired.person;
  const text = `${footing.address} does not show what Muster last wrote for ${label}: ${what.join(', ')}. ${historyOf(footing)}`;
  const next =
    footing.standing === 'elsewhere'
      ? 'Nothing but blocks is done for them until it does; an hour after that work, what it shows counts.'
      : 'Nothing but blocks is done for them until replication brings it back. If it is lost for good, look at "muster ledger rebuild".';
  return about(desired, 'lost-write', text, next);
}

/** A server that was in doubt and shows everything: worth a line, once. */
export function clearedNotice(footing: Footing): Notice {
  const text = `${footing.address}: ${historyOf(footing)} Nothing that Muster wrote is missing there, so it counts again.`;
  return { kind: 'server', person: null, subject: footing.address, text, next: null, origin: null, urgent: false };
}

/** A server that would have been used, had it not gone back in time. */
export function passedOverNotice(footing: Footing): Notice {
  const text = `${footing.address}: ${historyOf(footing)} Another server is used.`;
  return {
    kind: 'server',
    person: null,
    subject: footing.address,
    text,
    next: adviceFor(footing),
    origin: null,
    urgent: false,
  };
}
