/** Ours: what is to be done about a thing that the ledger knows as this person's. */
import { accessChange, unlessRefused } from './access.ts';
import { attributeChanges, NOTHING_FOUND } from './attributes.ts';
import { type Case, type Finding, NOTHING, noticed } from './case.ts';
import type { Observed } from './change.ts';
import { notOursNotice, protectedNotice } from './diff-notices.ts';
import { nobodysNotices } from './issued-notices.ts';
import { otherNameNotices } from './other-name.ts';
import type { LedgerRow } from './ports.ts';

export function judgeOurs(subject: Case, row: LedgerRow, observed: Observed): Finding {
  if (observed.protectedBecause !== null) return noticed(protectedNotice(subject, observed));
  const access = unlessRefused(subject, accessChange(subject, row, observed));
  if (observed.ownership !== 'ours') {
    const takes = access.changes.filter((change) => change.effect !== 'gives' && change.classes.includes('block'));
    return { changes: takes, notices: [notOursNotice(subject, observed)], accepted: null };
  }
  const attributes = attributeChanges(subject, row, observed);
  const names = subject.traits.thing.issued ? nobodysNotices(subject, observed) : otherNameNotices(subject, observed);
  if (access === NOTHING && attributes === NOTHING_FOUND && names.length === 0) return NOTHING;
  const enabledFinally = access.accepted ?? row;
  const acceptedAttributes = attributes.accepted ?? row.state.attributes;
  const changed = access.accepted !== null || attributes.accepted !== null;
  const accepted = changed
    ? { ...enabledFinally, state: { enabled: enabledFinally.state.enabled, attributes: acceptedAttributes } }
    : null;
  return {
    changes: [...access.changes, ...attributes.changes],
    notices: [...access.notices, ...attributes.notices, ...names],
    accepted,
  };
}
