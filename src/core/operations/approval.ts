/** Approval: lets held changes through, by the digest that names exactly them, for a limited time. */
import { MusterError } from '../../errors.ts';
import type { Instant } from '../../model/document.ts';
import { type PassParts, pass } from '../pass.ts';
import type { Hold } from '../plan.ts';
import type { Approval } from '../ports.ts';
import { planAt } from './plan-at.ts';
import { approvalOf, type Operator } from './scene.ts';

const HOUR_MS = 3_600_000;
/** Fewer digits of a digest could be meant for another one. */
const DIGEST_DIGITS_MIN = 8;

export interface Approved {
  readonly hold: Hold;
  readonly approval: Approval;
}

/** The next pass plans anew: what is still the same goes, what differs stays held. */
export async function approveHeld(
  parts: PassParts,
  digest: string,
  operator: Operator,
  expireHours: number,
): Promise<Approved> {
  const hold = await holdNamed(parts, digest);
  const at = parts.clock();
  const approval = approvalOf(hold.changes, operator, at, at + expireHours * HOUR_MS);
  await parts.store.approvals.approve(approval);
  return { hold, approval };
}

export interface Rejected {
  readonly digest: string;
  /** What stays held; null where only an approval was taken back, because approved changes are held no longer. */
  readonly hold: Hold | null;
}

/** Records that somebody looked and said no; the changes stay held, and an earlier approval of them ends. */
export async function rejectHeld(parts: PassParts, digest: string, { by, reason }: Operator): Promise<Rejected> {
  const at = parts.clock();
  const wanted = digest.toLowerCase();
  const approvals = (await parts.store.approvals.valid(at)).filter((one) => one.digest.startsWith(wanted));
  const [approval] = wanted.length >= DIGEST_DIGITS_MIN && approvals.length === 1 ? approvals : [];
  const hold = approval === undefined ? await holdNamed(parts, digest) : null;
  const named = approval?.digest ?? hold?.digest ?? '';
  await parts.store.approvals.reject(named, by, reason, at);
  return { digest: named, hold };
}

/**
 * What dates will bring about, let through before they come: counts from the first of these dates on, so that nothing else that is
 * planned for these people waits for it until then, and for as long after the moment as any approval does.
 */
export async function approveAhead(
  parts: PassParts,
  digest: string,
  operator: Operator,
  { at, dateText, expireHours }: { readonly at: Instant; readonly dateText: string; readonly expireHours: number },
): Promise<Approved> {
  const { report, first } = await planAt(parts, at, dateText);
  const hold = named(report.holds, digest);
  if (hold === null)
    throw namesNothing(
      digest,
      'would be held then',
      `Run "muster plan --at ${dateText}" to see what would be held then.`,
    );
  const now = parts.clock();
  const expires = at + expireHours * HOUR_MS;
  const approval = { ...approvalOf(hold.changes, operator, now, expires), from: first ?? at };
  await parts.store.approvals.approve(approval);
  return { hold, approval };
}

/** The hold of the last pass, or, where none is kept, of a plan made now. */
async function holdNamed(parts: PassParts, digest: string): Promise<Hold> {
  const latest = await parts.store.reports.latest();
  const remembered = named(latest?.holds ?? [], digest);
  const found = remembered ?? named((await pass(parts, { trigger: 'command', dryRun: true })).holds, digest);
  if (found !== null) return found;
  const next =
    'Run "muster held" to see what waits; a plan that changed has a new digest. For what "plan --at" showed, add --at.';
  throw namesNothing(digest, 'is held now', next);
}

function namesNothing(digest: string, what: string, next: string): MusterError {
  return new MusterError({ remedy: 'person', where: `digest ${digest}`, what: `names nothing that ${what}.`, next });
}

function named(holds: readonly Hold[], digest: string): Hold | null {
  const wanted = digest.toLowerCase();
  if (wanted.length < DIGEST_DIGITS_MIN) return null;
  const fitting = holds.filter((hold) => hold.digest?.startsWith(wanted));
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}
