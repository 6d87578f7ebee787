/** What the configuration says of tokens and of phone numbers: what is understood, and what is refused. */
import { expect, test } from 'vitest';
import { configFile } from './support/config-file.ts';
import { refusal } from './support/refusal.ts';

const { beside, load } = configFile();

const ANY = `instance: research-service
mode: observe
timeZone: Europe/Copenhagen
source: { folder: desired-state }
store: { sqlite: muster.db }
`;
const ACCOUNTS = 'accounts: { read: ["OU=Researchers,DC=example,DC=org"], upnSuffix: example.org }';
const EMBEDDED = `${ANY}directory: { embedded: { file: directory.json, ${ACCOUNTS} } }\n`;
const ACTIVE_DIRECTORY = `${ANY}directory:
  activeDirectory:
    urls: [ldaps://dc1.example.org]
    bind: { user: muster@example.org, passwordFile: ad }
    base: DC=example,DC=org
    ${ACCOUNTS}
`;

test('tokens are in an attribute, in a file, or nobody’s business', async () => {
  expect((await load(EMBEDDED)).tokens).toBeNull();
  const given = async (text: string) => (await load(`${ACTIVE_DIRECTORY}tokens: ${text}\n`)).tokens;
  expect(await given('{ directoryAttribute: {} }')).toEqual({ kind: 'directory-attribute', attribute: 'mobile' });
  expect(await given('{ directoryAttribute: { attribute: pager } }')).toMatchObject({ attribute: 'pager' });
  expect(await given('{ embedded: { file: t.json } }')).toEqual({ kind: 'embedded', file: beside('t.json') });
});

test('phone numbers are in all countries, or in some', async () => {
  expect((await load(EMBEDDED)).phoneCountries).toBeNull();
  const { phoneCountries } = await load(`${EMBEDDED}phones: { countries: [DK, NO] }\n`);
  expect([...(phoneCountries ?? [])]).toEqual(['DK', 'NO']);
});

test.each([
  ['{ directoryAttribute: { attribute: displayName } }', 'Remove it there, so that it has one writer'],
  ['{ directoryAttribute: { attribute: MAIL } }', 'MAIL is written already'],
  ['{ directoryAttribute: { attribute: userAccountControl } }', 'whether the account is enabled'],
  ['{ directoryAttribute: { attribute: adminDescription } }', 'ownership mark'],
  ['{ directoryAttribute: { attribute: "a b" } }', 'the LDAP name of an attribute'],
  ['{ directoryAttribute: {}, embedded: { file: t.json } }', 'exactly one of these'],
  ['{ embedded: {} }', 'Missing'],
  ['{ embeded: { file: t.json } }', 'embedded'],
])('tokens: %s is refused', async (text, words) => {
  const { what } = await refusal(load(`${ACTIVE_DIRECTORY}tokens: ${text}\n`));
  expect(what).toContain(words);
});

test('an embedded directory has no attribute that is a token', async () => {
  const { what } = await refusal(load(`${EMBEDDED}tokens: { directoryAttribute: {} }\n`));
  expect(what).toContain('Only Active Directory has this');
});

test.each(['[Denmark]', '[dk]', '[]', 'DK'])('phones: %s is refused', async (countries) => {
  expect(await refusal(load(`${EMBEDDED}phones: { countries: ${countries} }\n`))).toMatchObject({ remedy: 'person' });
});
