/** What the write probe proves on one throw-away account: each step by itself, so that one missing right does not hide the next. */
import { type Finding, fail, failure, ok } from '../../core/finding.ts';
import { MusterError } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import type { DirectoryProbe, Probed, Swap } from './examiner-port.ts';
import { isProbe } from './probe-mark.ts';

/** userAccountControl (MS-ADTS 2.2.16): NORMAL_ACCOUNT and ACCOUNTDISABLE; with DONT_EXPIRE_PASSWD, a bit that gives nobody anything. */
const OFF = '514';
const OFF_OTHERWISE = '66050';
/** An enabled account, as it never stands in the probe. */
const STALE = '512';
/** 1 January 2050 as accountExpires stores it (100 ns since 1601). */
const FAR_EXPIRY = '141690816000000000';
const REPORT = 'Please report this with the product and version of the server.';

export interface Subject {
  readonly probe: DirectoryProbe;
  /** Names server and unit in findings. */
  readonly check: string;
  readonly signal: AbortSignal;
  readonly account: Probed;
  readonly markAttribute: string;
  /** A value for every mapped attribute, as a person would have it. */
  readonly sample: Readonly<Record<string, string | null>>;
  readonly newPassword: () => Secret;
}

const PROVEN =
  'One Add makes an account whole, a write goes through only where the old values still stand, and the GUID leads to the account.';

/** Ends early once the signal is aborted. Throws only where the connection is lost. */
export async function proveWrites(subject: Subject): Promise<readonly Finding[]> {
  const { check, signal } = subject;
  const steps = [madeWhole, flags, mapped, expiry, mark, together, password, renamed];
  const findings: Finding[] = [];
  for (const step of steps) {
    if (signal.aborted) return findings;
    const { value, found } = await attempt(check, () => step(subject));
    findings.push(...(value ?? []), ...found);
  }
  if (findings.some(({ status }) => status !== 'ok')) return findings;
  return [ok(check, PROVEN), ...findings];
}

/** What one Add wrote is all there. */
async function madeWhole({ check, account, markAttribute }: Subject): Promise<readonly Finding[]> {
  if (isProbe(account.values, markAttribute)) return [];
  const text = 'An account made by one Add does not come back as it was written: disabled, with its name and mark.';
  return [fail(check, text, 'Check which attributes Muster may read and write on new accounts.')];
}

/** The old value lets a write through, a stale one does not; the one known edge is named. */
async function flags(subject: Subject): Promise<readonly Finding[]> {
  const { check } = subject;
  const attribute = 'userAccountControl';
  const findings = [
    ...(await expectSwap(subject, [{ attribute, from: OFF, to: OFF_OTHERWISE }])),
    ...(await expectRefusal(subject, [{ attribute, from: STALE, to: OFF }], attribute, OFF_OTHERWISE)),
    ...(await expectSwap(subject, [{ attribute, from: OFF_OTHERWISE, to: OFF }])),
  ];
  if (findings.length > 0) return findings;
  const passes = await subject.probe.swap(subject.account.guid, [{ attribute, from: OFF_OTHERWISE, to: OFF }]);
  if (!passes) return [];
  return [
    ok(
      check,
      'A stale old value of userAccountControl passes where the new one stands already; the result is the same.',
    ),
  ];
}

/** Every mapped attribute by itself, so that the one that may not be written is named. */
async function mapped(subject: Subject): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [attribute, value] of Object.entries(subject.sample)) {
    if (value === null) continue;
    const check = `${subject.check}, ${attribute}`;
    const set = await attempt(check, () => expectSwap(subject, [{ attribute, from: null, to: value }]));
    findings.push(...(set.value ?? []), ...set.found);
    if (set.value?.length !== 0) continue;
    const stale = { attribute, from: `${value} (stale)`, to: null };
    findings.push(...(await expectRefusal(subject, [stale], attribute, value)));
  }
  return findings;
}

async function expiry(subject: Subject): Promise<readonly Finding[]> {
  const attribute = 'accountExpires';
  const before = (await subject.probe.read(subject.account.guid))?.values[attribute] ?? null;
  return [
    ...(await expectSwap(subject, [{ attribute, from: before, to: FAR_EXPIRY }])),
    ...(await expectRefusal(subject, [{ attribute, from: '0', to: null }], attribute, FAR_EXPIRY)),
  ];
}

async function mark(subject: Subject): Promise<readonly Finding[]> {
  const { markAttribute } = subject;
  const before = subject.account.values[markAttribute] ?? '';
  return expectSwap(subject, [{ attribute: markAttribute, from: before, to: `${before}:2` }]);
}

/** Several values in one Modify: all of them or none. */
async function together(subject: Subject): Promise<readonly Finding[]> {
  const attribute = 'userAccountControl';
  const swaps: readonly Swap[] = [
    { attribute: 'accountExpires', from: FAR_EXPIRY, to: '0' },
    { attribute, from: STALE, to: OFF_OTHERWISE },
  ];
  // Where a right is missing, the steps before have named it.
  const { value } = await attempt(subject.check, () => expectRefusal(subject, swaps, 'accountExpires', FAR_EXPIRY));
  return value ?? [];
}

async function password({ probe, account, newPassword }: Subject): Promise<readonly Finding[]> {
  await probe.resetPassword(account.guid, newPassword());
  return [];
}

/** Muster never renames, and needs no right to; where it may, the GUID must still lead to the account. */
async function renamed(subject: Subject): Promise<readonly Finding[]> {
  const { probe, account, check } = subject;
  const tried = await attempt(check, () => probe.rename(account, `${account.values.sAMAccountName ?? ''} renamed`));
  if (tried.found.length > 0) return [];
  const found = await probe.read(account.guid);
  const stillWritten = found !== null && (await probe.swap(account.guid, [flagSwap(found)]));
  if (found?.dn !== account.dn && stillWritten) return [];
  const text = 'After a rename, the GUID no longer leads to the account.';
  return [fail(check, text, REPORT)];
}

function flagSwap({ values }: Probed): Swap {
  const from = values.userAccountControl ?? OFF;
  return { attribute: 'userAccountControl', from, to: from === OFF ? OFF_OTHERWISE : OFF };
}

/** Once it is removed, its GUID leads nowhere. */
export async function afterRemoval({ probe, check, account }: Subject): Promise<readonly Finding[]> {
  const { value, found } = await attempt(check, () => probe.read(account.guid));
  if (value === null) return found;
  return [fail(check, `${account.dn} was removed and is still there.`, 'Remove it by hand.')];
}

async function expectSwap({ probe, account, check }: Subject, swaps: readonly Swap[]): Promise<readonly Finding[]> {
  if (await probe.swap(account.guid, swaps)) return [];
  const names = swaps.map(({ attribute }) => attribute).join(', ');
  const text = `A write of ${names} that names the value as it stands is refused, so Muster could never write it.`;
  return [fail(check, text, REPORT)];
}

/** A write over a value that has changed must be refused whole, and leave `attribute` at `stays`. */
async function expectRefusal(
  { probe, account, check }: Subject,
  swaps: readonly Swap[],
  attribute: string,
  stays: string,
): Promise<readonly Finding[]> {
  const went = await probe.swap(account.guid, swaps);
  const now = (await probe.read(account.guid))?.values[attribute] ?? null;
  if (!went && now === stays) return [];
  const text = went
    ? `The server takes a write of ${attribute} over a value that has changed meanwhile: two writers would not notice each other.`
    : `The server refuses a write and carries part of it out all the same (${attribute}).`;
  return [fail(check, text, 'Do not let Muster write to this server. Please report its product and version.')];
}

export interface Attempt<T> {
  readonly value: T | null;
  /** Why there is no value; empty: it is there, or is null. */
  readonly found: readonly Finding[];
}

/** A lost connection ends the probe; any other refusal is a finding. */
export async function attempt<T>(check: string, work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await work(), found: [] };
  } catch (error) {
    if (error instanceof MusterError && error.silence === 'cut-off') throw error;
    return { value: null, found: [failure(check, error)] };
  }
}
