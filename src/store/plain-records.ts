/** Copies of what goes into JSON columns, field by field: nothing that the types do not name ever reaches the disk. */
import type { ChangeEvent } from '../core/audit.ts';
import type { Cause, Change, Leave, State } from '../core/change.ts';
import type { HandChange } from '../core/hand-change.ts';
import type { Mandate, Written } from '../core/mandate.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Away, Intent } from '../core/ports.ts';
import type { Origin } from '../diagnostic.ts';
import type { Commit } from '../model/loaded.ts';

/**
 * A value that carries more than its type says (an adapter's own object, with a password in it) satisfies the
 * compiler. Naming the fields here keeps the rest out of the database, and a field that is added to the types and
 * forgotten here does not compile.
 */
export function plainChange(change: Change): Change {
  const { address, person, cause } = change;
  const shared = {
    address: { system: address.system, kind: address.kind, key: address.key },
    person: { key: person.key, label: person.label },
    effect: change.effect,
    classes: change.classes,
    cause: plainCause(cause),
    dated: change.dated,
    after: plainState(change.after),
  };
  if (change.kind === 'create') return { ...shared, kind: 'create', handle: null, blueprint: change.blueprint };
  const existing = {
    ...shared,
    handle: change.handle,
    location: change.location,
    before: plainState(change.before),
    raw: change.raw,
  };
  switch (change.kind) {
    case 'enable':
      return { ...existing, kind: 'enable', ...(change.anew === undefined ? {} : { anew: change.anew }) };
    case 'disable':
      return {
        ...existing,
        kind: 'disable',
        ...(change.leave === undefined ? {} : { leave: plainLeave(change.leave) }),
      };
    default:
      return { ...existing, kind: change.kind };
  }
}

function plainLeave({ since, institution, who }: Leave): Leave {
  return { since, institution, who };
}

export function plainAway({ groups, ...leave }: Away): Away {
  return { ...plainLeave(leave), groups };
}

export function plainCause({ kind, text, origin, furtherOrigins, institutions, byHand }: Cause): Cause {
  const further = furtherOrigins === undefined ? {} : { furtherOrigins: furtherOrigins.map(plainOrigin) };
  return {
    kind,
    text,
    origin: origin === null ? null : plainOrigin(origin),
    ...further,
    institutions,
    ...plainHand(byHand),
  };
}

function plainHand(byHand: Cause['byHand']): Pick<Cause, 'byHand'> {
  if (byHand === undefined) return {};
  const plain = ({ attribute, changed }: HandChange): HandChange =>
    changed === undefined ? { attribute } : { attribute, changed: { at: changed.at, server: changed.server } };
  return { byHand: byHand.map(plain) };
}

function plainOrigin({ file, line, column }: Origin): Origin {
  return column === undefined ? { file, line } : { file, line, column };
}

export function plainState({ enabled, attributes }: State): State {
  return { enabled, attributes };
}

export function plainOutcome(outcome: Outcome): Outcome {
  switch (outcome.status) {
    case 'applied': {
      const { handle, state, groups } = outcome.written;
      const inGroups = groups === undefined ? {} : { groups };
      return { status: 'applied', written: { handle, state: plainState(state), ...inGroups } };
    }
    case 'failed':
      return { status: 'failed', error: outcome.error, next: outcome.next };
    case 'skipped':
      return { status: 'skipped', because: outcome.because };
  }
}

function plainCommit({ author, committer, signedBy, approvedBy }: Commit): Commit {
  return {
    author,
    committer,
    ...(signedBy === undefined ? {} : { signedBy: [...signedBy] }),
    ...(approvedBy === undefined ? {} : { approvedBy: [...approvedBy] }),
  };
}

export function plainMandate(mandate: Mandate): Mandate {
  const { trigger, revision, commit, line, furtherLines, operator, lane } = mandate;
  return {
    trigger,
    revision,
    commit: commit === null ? null : plainCommit(commit),
    line: line === null ? null : plainWritten(line),
    ...(furtherLines === undefined ? {} : { furtherLines: furtherLines.map(plainWritten) }),
    operator: operator === null ? null : { by: operator.by, reason: operator.reason },
    lane,
  };
}

function plainWritten({ commit, author, at }: Written): Written {
  return { commit, author, at };
}

/** The row of the audit chain for a settled change: raw values of the system stay behind, they are no business of an auditor. */
export function plainSettled(intent: Intent, outcome: Outcome): ChangeEvent {
  const change = plainChange(intent.change);
  const { key, label } = change.person;
  const created = change.kind === 'create';
  return {
    ...plainMandate(intent.mandate),
    kind: 'change',
    runId: intent.runId,
    intent: intent.id,
    attempt: intent.attempt,
    intendedAt: intent.at,
    system: change.address.system,
    server: intent.server,
    person: { key, label, username: created ? (change.blueprint.username ?? key) : key },
    change: change.kind,
    ...(change.kind === 'enable' && change.anew === true ? { anew: true } : {}),
    ...(change.address.kind === 'account' ? {} : { thing: change.address.kind }),
    effect: change.effect,
    classes: change.classes,
    handle: outcome.status === 'applied' ? outcome.written.handle : change.handle,
    location: created ? null : change.location,
    before: created ? null : change.before,
    after: change.after,
    cause: change.cause,
    approved: intent.approved,
    outcome: settledOutcome(outcome),
  };
}

function settledOutcome(outcome: Outcome): ChangeEvent['outcome'] {
  switch (outcome.status) {
    case 'applied':
      return { status: 'applied' };
    case 'failed':
      return { status: 'failed', error: outcome.error, next: outcome.next };
    case 'skipped':
      return { status: 'skipped', because: outcome.because };
  }
}
