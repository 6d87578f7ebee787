/** What the configuration says of who approves: what is understood, and what is refused because nobody could meet it, or one alone. */
import { describe, expect, test } from 'vitest';
import { configFile } from './support/config-file.ts';
import { refusal } from './support/refusal.ts';

const { beside, load } = configFile();

const ANY = `instance: research-service
mode: observe
timeZone: Europe/Copenhagen
store: { sqlite: muster.db }
directory: { embedded: { file: directory.json, accounts: { read: ["OU=Researchers,DC=example,DC=org"], upnSuffix: example.org } } }
`;
const GIT = `${ANY}source: { git: { url: https://git.example.org/research/desired-state.git, branch: main } }\n`;
const FINGERPRINT = '1B2F4C6D8E0A1B2C3D4E5F60718293A4B5C6D7E8';
const RITA = 'name: Rita Service, emails: [rita@example.org]';
const OTTO = 'name: Otto Operator, emails: [otto@example.org]';

function revisions(people: string, more = 'by: signatures, sshSigners: signers'): string {
  return `${GIT}approvals: { revisions: { ${more}, people: [${people}] } }\n`;
}

test('without this part, whoever may push has approved', async () => {
  expect((await load(GIT)).approvals).toEqual({ expireHours: 24, revisions: null });
  expect((await load(`${GIT}approvals: { expireHours: 8 }\n`)).approvals).toEqual({ expireHours: 8, revisions: null });
});

test('people have addresses, keys and log-on names; rules say what they are for, how many and who', async () => {
  const rules =
    'rules: [{ does: [creates], people: 1 }, { paths: [institutions/, muster.yaml], people: 3, of: [Otto Operator, Rita Service] }]';
  const keys = 'by: signatures, sshSigners: signers, sshRevoked: revoked, gpgKeys: /etc/keys.asc';
  const carla = `{ name: Carla Chief, emails: [carla@example.org], gpg: [${FINGERPRINT}], forge: [carla] }`;
  const { approvals } = await load(revisions(`{ ${RITA} }, { ${OTTO} }, ${carla}`, `${keys}, ${rules}`));
  expect(approvals.revisions).toEqual({
    by: 'signatures',
    signers: [
      { name: 'Rita Service', emails: ['rita@example.org'], gpg: [], forge: [] },
      { name: 'Otto Operator', emails: ['otto@example.org'], gpg: [], forge: [] },
      { name: 'Carla Chief', emails: ['carla@example.org'], gpg: [FINGERPRINT], forge: ['carla'] },
    ],
    keys: { ssh: beside('signers'), sshRevoked: beside('revoked'), gpg: '/etc/keys.asc' },
    policy: {
      people: ['Rita Service', 'Otto Operator', 'Carla Chief'],
      rules: [
        { does: ['creates'], paths: null, people: 1, of: null },
        { does: null, paths: ['institutions/', 'muster.yaml'], people: 3, of: ['Otto Operator', 'Rita Service'] },
      ],
    },
  });
});

describe('refused is', () => {
  test.each([
    [
      'one address of two people',
      `{ ${RITA} }, { name: Otto, emails: [Rita@Example.org] }`,
      'listed for Rita Service already',
    ],
    [
      'one name of two people',
      `{ ${RITA} }, { name: rita service, emails: [otto@example.org] }`,
      'listed for Rita Service already',
    ],
    [
      'one key of two people',
      `{ ${RITA}, gpg: [${FINGERPRINT}] }, { ${OTTO}, gpg: [${FINGERPRINT.toLowerCase()}] }`,
      'listed for Rita Service already',
    ],
    [
      'one log-on name of two people',
      `{ ${RITA}, forge: [me] }, { ${OTTO}, forge: [ME] }`,
      'the log-on name ME is listed for',
    ],
    ['nobody at all', '', 'Needs at least one person'],
    ['a person without an address', '{ name: Rita, emails: [] }', 'Needs at least one address'],
    ['a pattern of addresses', '{ name: Rita, emails: ["*@example.org"] }', 'is not an e-mail address'],
    ['a short id of a key', `{ ${RITA}, gpg: [1B2F4C6D] }`, 'is not the whole fingerprint'],
  ])('%s', async (_, people, words) => {
    expect((await refusal(load(revisions(people)))).what).toContain(words);
  });

  test.each([
    [
      'a rule that asks for more people than there are',
      '{ people: 3 }',
      'Needs 3 people, and not so many can be named',
    ],
    ['a rule for fewer people than it asks for', '{ people: 3, of: [Rita Service] }', 'Needs 3 people'],
    ['a rule for somebody who is not listed', '{ people: 1, of: [Mallory] }', 'Mallory is not under "people"'],
    ['a rule for nobody', '{ people: 0 }', 'is not a whole number of people from 1'],
    ['a rule for what no step does', '{ does: [lift-block], people: 1 }', 'is not possible here'],
    ['a path with a pattern', '{ paths: ["users/*.yaml"], people: 1 }', 'is not a file of the repository'],
    ['a path out of the repository', '{ paths: [../x], people: 1 }', 'is not a file of the repository'],
    ['an absolute path', '{ paths: [/users/], people: 1 }', 'is not a file of the repository'],
  ])('%s', async (_, rule, words) => {
    const text = revisions(`{ ${RITA} }, { ${OTTO} }`, `by: signatures, sshSigners: signers, rules: [${rule}]`);
    expect((await refusal(load(text))).what).toContain(words);
  });

  test('signatures without keys to prove them by', async () => {
    const { what } = await refusal(load(revisions(`{ ${RITA} }`, 'by: signatures')));
    expect(what).toContain('Set sshSigners, gpgKeys, or both');
  });

  test('a folder, which has no commits', async () => {
    const part = revisions(`{ ${RITA} }`).slice(GIT.length);
    const { what } = await refusal(load(`${ANY}source: { folder: desired-state }\n${part}`));
    expect(what).toContain('approvals.revisions: A folder does not tell who brought what');
  });
});
