/** The configuration of a group of those who may not send mail: what is understood, and what is refused. */
import { expect, test } from 'vitest';
import { configFile, SMALLEST } from './support/config-file.ts';
import { refusal } from './support/refusal.ts';

const { load } = configFile();

const GROUP = 'CN=Mail Blocked,OU=Groups,DC=example,DC=org';
const ACTIVE_DIRECTORY = `instance: research-service
mode: observe
timeZone: Europe/Copenhagen
source: { folder: desired-state }
store: { sqlite: muster.db }
directory:
  activeDirectory:
    urls: [ldaps://dc1.example.org]
    bind: { user: muster@example.org, passwordFile: ad }
    base: DC=example,DC=org
    accounts:
      read: ["OU=Researchers,DC=example,DC=org"]
      upnSuffix: example.org
      protectedGroups: ["cn=emergency access, ou=Groups, DC=example,DC=org"]
`;

const given = (settings: string) => load(`${ACTIVE_DIRECTORY}mailBlocks: { directoryGroup: ${settings} }\n`);

test('is named by its distinguished name, as other groups are', async () => {
  expect((await given(`{ group: "${GROUP}" }`)).mailBlocks).toEqual({ kind: 'directory-group', group: GROUP });
});

test.each([
  ['{ group: mail-blocked }', 'a distinguished name'],
  ['{ group: "CN=Mail Blocked,DC=example,DC=com" }', 'Is not below directory.activeDirectory.base'],
  ['{ group: "CN=Emergency Access,OU=Groups,DC=example,DC=org" }', 'Is one of the protectedGroups'],
  ['{}', 'Missing'],
])('is refused as %s', async (settings, problem) => {
  expect((await refusal(given(settings))).what).toContain(problem);
});

test('beside an embedded directory there is none', async () => {
  const loading = load(`${SMALLEST}mailBlocks: { directoryGroup: { group: "${GROUP}" } }\n`);
  expect((await refusal(loading)).what).toContain('Only Active Directory has groups');
});
