/** An account as a directory of many years has it, as LDIF (RFC 2849) for slapd. */
import { escapeRdnValue } from '../../src/reconcilers/directory/distinguished-name.ts';
import type { FoundAccount } from '../support/found-accounts.ts';
import { entry, sid } from './directory-ldif.ts';
import { RESEARCHERS_OU } from './population.ts';

export function ldifOf({ username, name, disabled, attributes }: FoundAccount, index: number): string {
  const guid = Buffer.alloc(16);
  guid.writeUInt32LE(index + 1, 0);
  return entry(`CN=${escapeRdnValue(name)},${RESEARCHERS_OU}`, {
    objectClass: ['top', 'person', 'organizationalPerson', 'user'],
    cn: name,
    // slapd's own class wants one; a blank is none for whoever reads it.
    sn: attributes.sn ?? ' ',
    objectCategory: 'person',
    objectGUID: guid,
    objectSid: sid(index),
    sAMAccountName: username,
    sAMAccountType: '805306368',
    userAccountControl: disabled ? '514' : '512',
    accountExpires: '0',
    uSNChanged: String(1000 + index),
    ...attributes,
  });
}
