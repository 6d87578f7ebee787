/** Compares what a domain controller holds before and after: everything, byte by byte, or what lasts from one run of a test to another. */
import { dump, highestCommittedUsn } from './directory-contents.ts';
import type { SambaDc } from './samba.ts';

export type Dump = ReadonlyMap<string, readonly string[]>;

/** Every object of the domain but those that `ours` names, with all attributes, for comparing byte by byte. */
export async function everythingBut(dc: SambaDc, ours: (dn: string) => boolean): Promise<Dump> {
  const all = await dump(dc, dc.baseDn);
  return new Map([...all].filter(([dn]) => !ours(dn) && !isRidStock(dn)));
}

/** A controller notes there which RIDs it has given out (MS-ADTS 6.1.1.6): every new account moves it. */
function isRidStock(dn: string): boolean {
  return dn.startsWith('CN=RID Set,') || dn.startsWith('CN=RID Manager$,');
}

/** DNs of objects that differ between two dumps, or are in one of them only. */
export function differing(before: Dump, after: Dump): readonly string[] {
  const dns = new Set([...before.keys(), ...after.keys()]);
  return [...dns]
    .filter((dn) => JSON.stringify(before.get(dn)) !== JSON.stringify(after.get(dn)))
    .sort((a, b) => (a < b ? -1 : 1));
}

/** Attributes that differ from one run to the next although the same was done: identities, times, counters, keys. */
export const PASSING =
  /^(objectGUID|objectSid|whenCreated|whenChanged|uSNCreated|uSNChanged|pwdLastSet|lastLogon|lastLogonTimestamp|badPasswordTime|badPwdCount|replPropertyMetaData|msDS-KeyVersionNumber|logonCount):/;

/** Accounts below OU=Researchers as they last: without what differs from run to run, and without the attempt in Muster's mark. */
export async function lastingAccounts(dc: SambaDc): Promise<Dump> {
  const accounts = await dump(dc, dc.researchersOu, '(objectClass=user)');
  return new Map(
    [...accounts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([dn, lines]) => [dn, lines.filter((line) => !PASSING.test(line)).map(withoutAttempt)]),
  );
}

/** One line of a dump, without the attempt in Muster's mark. */
export function withoutAttempt(line: string): string {
  return line.replace(/^(adminDescription: muster:[^:]+:[^:]+):.+$/, '$1');
}

/** How far `work` moved the controller's counter of writes; 0: nothing at all was written. */
export async function writesDuring(dc: SambaDc, work: () => Promise<unknown>): Promise<number> {
  const before = await highestCommittedUsn(dc);
  await work();
  return (await highestCommittedUsn(dc)) - before;
}
