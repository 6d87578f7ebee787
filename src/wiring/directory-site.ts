/** What adapters of a directory are told of the site. */
import type { AccountsConfig, Config } from '../config.ts';
import { fold } from '../model/document.ts';
import type { DirectorySite } from '../reconcilers/directory/port.ts';

/**
 * @param mappedAttributes LDAP names of what is read and written
 * @param mailBlocks may be kept as a group, which is no business of the accounts
 */
export function siteOf(
  accounts: AccountsConfig,
  mappedAttributes: readonly string[],
  mailBlocks: Config['mailBlocks'] = null,
): DirectorySite {
  return {
    read: accounts.read,
    markAttribute: accounts.markAttribute,
    mappedAttributes,
    protected: accounts.protected.map(fold),
    protectedGroups: accounts.protectedGroups,
    keptGroups: mailBlocks?.kind === 'directory-group' ? [mailBlocks.group] : [],
  };
}
