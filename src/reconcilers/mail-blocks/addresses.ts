/** Addresses of people: under which a list with several keys refuses whom, and whom that meets besides. */
import type { Desired } from '../../core/change.ts';
import type { Notice } from '../../core/plan.ts';
import type { BlockList, Listing } from './port.ts';

export interface People {
  /** Username, folded, to what is wanted for them. */
  readonly wanted: ReadonlyMap<string, Desired>;
  readonly blocked: ReadonlySet<string>;
  /** Address to the first of those who have it and may send mail. */
  readonly senders: ReadonlyMap<string, Desired>;
}

export function asPeople(wanted: readonly Desired[]): People {
  const senders = new Map<string, Desired>();
  const blocked = new Set<string>();
  for (const one of wanted) {
    const { email } = one.blueprint;
    if (!one.verdict.allowed) blocked.add(one.address.key);
    else if (email !== undefined && !senders.has(email)) senders.set(email, one);
  }
  return { wanted: new Map(wanted.map((one) => [one.address.key, one])), blocked, senders };
}

/**
 * The address under which somebody is refused as well; null: by their login alone.
 * Whoever had it first counts: somebody who may send and shares it is not refused because of another. But a key that stands already
 * stays for as long as the block does, so that an address which is given on meanwhile does not open it.
 */
export function addressFor(key: string, { wanted, senders }: People, { keyed }: Listing): string | null {
  const email = wanted.get(key)?.blueprint.email;
  if (keyed === undefined || email === undefined) return null;
  if (keyed.ours.get(key)?.has(email)) return email;
  return senders.has(email) ? null : email;
}

/** Whoever may send under an address that is refused, and whoever is not refused under theirs because another one has it too. */
export function sharedAddressNotices(
  { keyed }: Listing,
  { wanted, blocked, senders }: People,
  { server }: BlockList,
): readonly Notice[] {
  if (keyed === undefined) return [];
  return [...blocked].flatMap((key): readonly Notice[] => {
    const one = wanted.get(key);
    const email = one?.blueprint.email;
    const other = email === undefined ? undefined : senders.get(email);
    if (one === undefined || email === undefined || other === undefined) return [];
    const [who, sender] = [one.person.label, other.person.label];
    const stands = keyed.ours.get(key)?.has(email) === true;
    const text = stands
      ? `${sender} has the address ${email} of ${who}, who may not send mail: under it nobody can, as long as that block stands (${server}).`
      : `${who} may not send mail, but has the address ${email} in common with ${sender}, who may: only the login is refused (${server}).`;
    const next = 'Give each of them an address of their own.';
    const person = stands ? sender : who;
    return [{ kind: 'conflict', person, text, next, origin: (stands ? other : one).origin, urgent: stands }];
  });
}
