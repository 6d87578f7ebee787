/** Conflicts: wanted accounts that could not be made, found out before anybody tries. */
import type { Desired } from '../../core/change.ts';
import type { Conflict } from '../../core/ports.ts';
import { fold } from '../../model/document.ts';
import type { Account } from './port.ts';
import { protectedName } from './protection.ts';

/** userPrincipalName must be unique in the forest (MS-ADTS 3.1.1.5.1.3): an account of another name may hold it. */
export function conflictsOf(missing: readonly Desired[], found: readonly Account[]): readonly Conflict[] {
  if (found.length === 0) return [];
  const holders = new Map(
    found.flatMap((account) => (account.upn === null ? [] : [[fold(account.upn), account] as const])),
  );
  return missing.flatMap(({ address, person, blueprint }) => {
    const upn = blueprint.userPrincipalName ?? '';
    const holder = holders.get(fold(upn));
    if (holder === undefined || fold(holder.username) === address.key) return [];
    return [
      {
        key: address.key,
        text: `${person.label} gets no account: the log-on name ${upn} belongs to ${holder.dn}.`,
        next: 'Free that value in the directory, or change it in the repository.',
      },
    ];
  });
}

/** An account of that name would be refused at the write: better said in the plan. */
export function forbidden(missing: readonly Desired[], names: ReadonlySet<string>): readonly Conflict[] {
  return missing.flatMap(({ address, person }) => {
    const because = protectedName(address.key, { protected: names });
    if (because === null) return [];
    const text = `${person.label} gets no account: the name is protected (${because}).`;
    return [{ key: address.key, text, next: 'Choose another username, or take the name off the protected list.' }];
  });
}

export function unplaced(missing: readonly Desired[]): readonly Conflict[] {
  return missing
    .filter(({ blueprint }) => !blueprint.unit)
    .map(({ address, person }) => ({
      key: address.key,
      text: `${person.label} gets no account: the configuration names no unit for new accounts of that institution.`,
      next: 'Add the institution, or a rule without one, to "directory…accounts.create".',
    }));
}
