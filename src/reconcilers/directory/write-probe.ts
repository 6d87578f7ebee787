/** The write probe: proves on a throw-away account in each unit that the server does with writes what Muster relies on. */
import { type Finding, fail, failure, ok, warn } from '../../core/finding.ts';
import { Secret } from '../../secret.ts';
import { accountDn } from './distinguished-name.ts';
import type { DirectoryProbe, NewProbe } from './examiner-port.ts';
import { isProbe, probeName, probePrefix } from './probe-mark.ts';
import { afterRemoval, attempt, proveWrites, type Subject } from './write-proofs.ts';

export interface WriteProbeSettings {
  readonly instance: string;
  /** Units in which accounts are made, each once. */
  readonly units: readonly string[];
  readonly markAttribute: string;
  readonly upnSuffix: string;
  /** A value for every mapped attribute, as a person would have it. */
  readonly sample: Readonly<Record<string, string | null>>;
  readonly newPassword: () => Secret;
  /** Lower-case letters and digits, at least seven, never the same twice. */
  readonly newId: () => string;
}

/** No policy worth the name takes it. */
const WEAK = new Secret('x');

/** Removes what an earlier probe left, then goes through the units one by one. Ends early, and tidily, once `signal` is aborted. */
export async function probeUnits(
  probe: DirectoryProbe,
  settings: WriteProbeSettings,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { findings, left } = await removeLeftovers(probe, settings);
  // At most one is ever left behind: where that can't be removed, another would not be either.
  if (left) return findings;
  const all = [...findings];
  for (const unit of settings.units) {
    if (signal.aborted) break;
    all.push(...(await probeUnit(probe, unit, settings, signal)));
  }
  return signal.aborted ? [...all, warn('write probe', 'Interrupted; nothing is left behind.', 'Run it again.')] : all;
}

async function removeLeftovers(probe: DirectoryProbe, { instance, markAttribute }: WriteProbeSettings) {
  const check = `${probe.server}, write probe`;
  const findings: Finding[] = [];
  let left = false;
  for (const account of await probe.marked(probePrefix(instance))) {
    if (!isProbe(account.values, markAttribute)) continue;
    const gone = await remove(probe, account.guid, account.dn);
    left ||= gone !== null;
    findings.push(gone ?? ok(check, `${account.dn}, left by an interrupted probe, was removed.`));
  }
  return { findings, left };
}

async function probeUnit(
  probe: DirectoryProbe,
  unit: string,
  settings: WriteProbeSettings,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const check = `${probe.server}, ${unit}`;
  const account = newProbe(unit, settings);
  const weak = await weakPasswordFinding(probe, check, account, settings);
  const made = await attempt(check, () => probe.create(account));
  if (made.value === null) {
    const refused = made.found.length > 0 ? made.found : [passwordRefused(check)];
    return [...weak, ...refused, ...(await sweep(probe, account, settings))];
  }
  const { markAttribute, sample, newPassword } = settings;
  const subject: Subject = { probe, check, signal, account: made.value, markAttribute, sample, newPassword };
  const findings: Finding[] = [...weak];
  try {
    findings.push(...(await proveWrites(subject)));
  } catch (error) {
    findings.push(failure(check, error));
  }
  const left = await remove(probe, made.value.guid, made.value.dn);
  if (left !== null) return [...findings, left];
  return [...findings, ...(await afterRemoval(subject))];
}

/** A refused password must leave no account behind. */
async function weakPasswordFinding(
  probe: DirectoryProbe,
  check: string,
  account: NewProbe,
  { markAttribute }: WriteProbeSettings,
): Promise<readonly Finding[]> {
  const made = await attempt(check, () => probe.create({ ...account, password: WEAK }));
  // Whatever else is refused here is refused again, and said, when the real one is made.
  if (made.found.length > 0) return [];
  const left = made.value === null ? await probe.marked(account.mark) : [made.value];
  const findings: Finding[] = [];
  for (const one of left.filter(({ values }) => isProbe(values, markAttribute))) {
    findings.push(...[(await remove(probe, one.guid, one.dn)) ?? []].flat());
  }
  if (made.value !== null) {
    const text = 'The password policy takes a password of one character.';
    return [...findings, warn(check, text, 'Look at the password policy of the domain.')];
  }
  if (left.length === 0) return findings;
  const text = 'An Add whose password is refused leaves an account without a password behind.';
  return [
    ...findings,
    fail(check, text, 'Do not let Muster create accounts here. Please report the product and version.'),
  ];
}

function passwordRefused(check: string): Finding {
  const text = 'The password policy refuses an initial password as Muster makes them (23 characters of four sorts).';
  return fail(check, text, 'Look at the password policy of the domain; a filter of passwords may be in place.');
}

/** After a create that failed: the answer may have been lost, and the account be there. */
async function sweep(
  probe: DirectoryProbe,
  { mark: own }: NewProbe,
  { markAttribute }: WriteProbeSettings,
): Promise<readonly Finding[]> {
  const found = await attempt(`${probe.server}, write probe`, () => probe.marked(own));
  const findings: Finding[] = [];
  for (const one of found.value ?? []) {
    if (isProbe(one.values, markAttribute)) findings.push(...[(await remove(probe, one.guid, one.dn)) ?? []].flat());
  }
  return findings;
}

function newProbe(unit: string, { instance, newId, newPassword, upnSuffix }: WriteProbeSettings): NewProbe {
  const username = probeName(newId());
  const upn = `${username}@${upnSuffix}`;
  const password = newPassword();
  return { dn: accountDn(username, unit), username, upn, mark: `${probePrefix(instance)}${username}`, password };
}

/** Null: it is gone. */
async function remove(probe: DirectoryProbe, guid: string, dn: string): Promise<Finding | null> {
  try {
    await probe.remove(guid);
    return null;
  } catch (error) {
    const { text, ...finding } = failure(`${probe.server}, write probe`, error);
    const next = `Give the right to delete users there for the probe, and run it again; or delete ${dn} by hand. It is disabled.`;
    return { ...finding, text: `The throw-away account ${dn} could not be removed. ${text}`, next };
  }
}
