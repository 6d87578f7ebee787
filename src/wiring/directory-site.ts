/** What adapters of a directory are told of the site. */
import type { AccountsConfig } from '../config.ts';
import { fold } from '../model/document.ts';
import type { DirectorySite } from '../reconcilers/directory/port.ts';

/** @param mappedAttributes LDAP names of what is read and written */
export function siteOf(accounts: AccountsConfig, mappedAttributes: readonly string[]): DirectorySite {
  return {
    read: accounts.read,
    markAttribute: accounts.markAttribute,
    mappedAttributes,
    protected: accounts.protected.map(fold),
    protectedGroups: accounts.protectedGroups,
  };
}
