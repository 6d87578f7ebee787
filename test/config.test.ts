import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';
import { MusterError } from '../src/errors.ts';
import { configFile, SMALLEST } from './support/config-file.ts';
import { expectGolden } from './views/golden-file.ts';

const { beside, write, load } = configFile();

const ACTIVE_DIRECTORY = `instance: research-service
mode: observe
timeZone: Europe/Copenhagen
source: { git: { url: "ssh://git@git.example.org/research/desired-state.git", branch: main } }
store: { sqlite: /var/lib/muster/muster.db }
directory:
  activeDirectory:
    urls: [ldaps://dc1.example.org]
    bind: { user: muster@example.org, passwordFile: secrets/ad }
    base: DC=example,DC=org
    accounts:
      read: ["OU=Researchers,DC=example,DC=org"]
      create: [{ institution: cbs, ou: "OU=CBS,OU=Researchers,DC=example,DC=org" }]
      upnSuffix: example.org
      attributes: { company: "{institution.name}", mobile: "{phone}" }
`;

/** The listed problems, without the name of the file. */
async function problems(text: string): Promise<readonly string[]> {
  const path = write(text);
  const error: unknown = await loadConfig(path).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof MusterError)) throw new Error('the configuration was accepted');
  expect(error.remedy).toBe('person');
  const [, ...listed] = error.what.split('\n');
  return listed.map((line) => {
    const start = `  ${path}:`;
    expect(line.startsWith(start)).toBe(true);
    return line.slice(start.length);
  });
}

/** The first problem of a small configuration in which one text is replaced by another. */
async function problemOf(from: string, to: string, base = SMALLEST): Promise<string> {
  expect(base).toContain(from);
  return (await problems(base.replace(from, to))).join('\n');
}

describe('a right configuration', () => {
  test('has limits as designed where nothing is said', async () => {
    const { limits, approvals, credentials, log } = await load(SMALLEST);
    expect(limits).toEqual({
      always: 5,
      disable: { people: 25, percent: 5, perDay: 100 },
      enable: { people: 25, percent: 5, perDay: 50 },
      create: { people: 50, percent: 10, perDay: 200 },
      update: { people: 250, percent: 20 },
      phone: { people: 10, percent: 5, perDay: 30 },
      due: { percent: 20 },
      block: { people: 25, perDay: 100, institutions: 3, institutionPeople: 2000 },
      lift: { people: 25, perDay: 100, institutions: 3, institutionPeople: 2000 },
    });
    expect(approvals).toEqual({ expireHours: 24, revisions: null });
    expect(credentials).toEqual({ outbox: null, recipients: [], mustChange: true });
    expect(log).toEqual({ level: 'warn' });
  });

  test('keeps the defaults of the figures that a limit leaves out, and lifts as it blocks', async () => {
    const { limits } = await load(`${SMALLEST}limits:\n  disable: { people: 7 }\n  block: { institutions: 9 }\n`);
    expect(limits.disable).toEqual({ people: 7, percent: 5, perDay: 100 });
    expect(limits.lift).toEqual({ people: 25, perDay: 100, institutions: 9, institutionPeople: 2000 });
  });

  test('has paths relative to the file it stands in', async () => {
    const config = await load(SMALLEST);
    expect(config.store.sqlite).toBe(beside('muster.db'));
    expect(config.source).toEqual({ kind: 'folder', folder: beside('../desired-state') });
    const { directory } = await load(ACTIVE_DIRECTORY);
    expect(directory.kind === 'active-directory' && directory.server.bind.passwordFile).toBe(beside('secrets/ad'));
  });

  test('puts the copy of the repository beside the database', async () => {
    expect((await load(ACTIVE_DIRECTORY)).source).toMatchObject({ kind: 'git', mirror: '/var/lib/muster/mirror.git' });
  });

  test('has a control file with a line of its own, an embedded list, or nobody’s mail in its care', async () => {
    expect((await load(SMALLEST)).mailBlocks).toBeNull();
    const given = (text: string) => load(`${SMALLEST}mailBlocks: ${text}\n`);
    expect((await given('{ controlFile: { path: mail/blocked.txt } }')).mailBlocks).toEqual({
      kind: 'control-file',
      path: beside('mail/blocked.txt'),
      line: '{username}',
    });
    expect((await given('{ controlFile: { path: /srv/b.txt, line: "{username} no" } }')).mailBlocks).toMatchObject({
      line: '{username} no',
    });
    expect((await given('{ embedded: { file: list.json } }')).mailBlocks).toEqual({
      kind: 'embedded',
      file: beside('list.json'),
    });
  });

  test.each(['muster.example.yaml', 'demo.yaml'])('is config/%s, as delivered', async (name) => {
    const config = await loadConfig(fileURLToPath(new URL(`../config/${name}`, import.meta.url)));
    expect(config.limits).toEqual((await load(SMALLEST)).limits);
  });
});

describe('a wrong configuration', () => {
  test('is told all its problems at once, each with setting and line', async () => {
    const found = await problems(`instance: Research Service
mode: enforced
timeZone: Copenhagen
source: { folder: x, git: { url: "ext::sh -c id", branch: "-x" } }
stor: { sqlite: muster.db }
directory:
  activeDirectory:
    urls: [ldap://dc1.example.org]
    bind: { user: muster, passwrodFile: /run/secrets/ad }
    base: example.org
    accounts:
      read: []
      upnSuffix: "@example.org"
limits:
  disable: { people: many }
`);
    expectGolden(`${found.join('\n')}\n`, 'config-problems.txt');
  });

  test.each([
    ['mode: enforce', 'mode: observ', '2: mode: "observ" is not possible here. Write "enforce" or "observe".'],
    ['mode: enforce\n', '', '1: mode: Missing. Write "enforce" or "observe"'],
    ['mode: enforce', 'mode: enforce\nmodes: { dtu: observ }', '3: modes.dtu: "observ" is not possible here.'],
    [
      'Europe/Copenhagen',
      'CET+1',
      '3: timeZone: "CET+1" is not the name of a time zone. Write it like this: Europe/Copenhagen',
    ],
    ['store: {', 'store: { sqlit: a,', '5: store.sqlit: No such setting. Did you mean "sqlite"? Settings here: sqlite'],
    ['source: { folder: ../desired-state }', 'source: {}', '4: source: Needs exactly one of these: git, folder.'],
    [
      'OU=Researchers,',
      'Researchers,',
      '10: directory.embedded.accounts.read[0]: "Researchers,DC=example,DC=org" is not a distinguished name. Write it like this: OU=Researchers,DC=example,DC=org',
    ],
    ['mode: enforce', 'mode: enforce\nmode: observe', '3: mode: Stands twice, first on line 2. Keep one.'],
    ['mode: enforce', 'mode: !!str enforce', '2: mode: '],
  ])('%j → %j', async (from, to, message) => {
    expect(await problemOf(from, to)).toContain(message);
  });

  test.each([
    [
      'mobile:',
      'Company: "{email}", mobile:',
      '15: directory.activeDirectory.accounts.attributes.Company: This is the attribute company, which is written already. Keep one line, and call it company',
    ],
    ['mobile:', 'displayname: "{email}", mobile:', 'This is the attribute displayName, which is written already'],
    ['mobile:', 'adminDescription: x, mobile:', 'Holds the ownership mark (markAttribute). Map another attribute'],
    [
      'mobile:',
      'userAccountControl: "512", mobile:',
      "Can't be mapped: Muster itself keeps whether the account is enabled there. Remove this line",
    ],
    ['{phone}', '{phon}', 'There is no {phon}. Did you mean {phone}?'],
    [
      'OU=CBS,OU=Researchers',
      'OU=CBS',
      '13: directory.activeDirectory.accounts.create[0].ou: Is in no unit under "read"',
    ],
    [
      'read: ["OU=Researchers,DC=example,DC=org"]',
      'read: ["OU=Researchers,DC=example,DC=net"]',
      'Is not below directory.activeDirectory.base',
    ],
    [
      'upnSuffix: example.org',
      'upnSuffix: example.org\n      drift: { compny: report }',
      'drift.compny: Is not mapped, so nothing can drift. Did you mean company?',
    ],
    [
      'upnSuffix: example.org',
      'upnSuffix: example.org\n      protectedGroups: ["CN=Emergency,DC=example,DC=net"]',
      'protectedGroups[0]: Is not below directory.activeDirectory.base. Name a group that ends in ,DC=example,DC=org',
    ],
    [
      'upnSuffix: example.org',
      'upnSuffix: example.org\n      protectedGroups: [Emergency]',
      'protectedGroups[0]: "Emergency" is not a distinguished name.',
    ],
  ])('with Active Directory: %j → %j', async (from, to, message) => {
    expect(await problemOf(from, to, ACTIVE_DIRECTORY)).toContain(message);
  });

  test('is told what settings mean to each other together with what is wrong in one of them', async () => {
    const found = await problems(
      ACTIVE_DIRECTORY.replace('mode: observe', 'mode: observd')
        .replace('mobile:', 'userAccountControl: "512", info: "{fone}", mobile:')
        .replace('OU=CBS,OU=Researchers', 'OU=CBS')
        .concat('credentials: { outbox: outbox, recipients: [age1nobody, 7] }\n'),
    );
    expect(found).toEqual([
      expect.stringContaining('2: mode: "observd" is not possible here.'),
      expect.stringContaining('create[0].ou: Is in no unit under "read"'),
      expect.stringContaining("attributes.userAccountControl: Can't be mapped"),
      expect.stringContaining('attributes.info: There is no {fone}. Write one of'),
      expect.stringContaining("credentials.recipients[0]: Can't be used."),
      expect.stringContaining("credentials.recipients[1]: Can't be used."),
    ]);
  });

  test('names no groups where the directory is a file, which has none', async () => {
    const line = '\n      protectedGroups: ["CN=Emergency,DC=example,DC=org"]';
    const found = await problemOf('upnSuffix: example.org', `upnSuffix: example.org${line}`);
    expect(found).toContain('protectedGroups');
  });

  test('is not told about a unit that one which is wrong may hold', async () => {
    const found = await problems(ACTIVE_DIRECTORY.replace('read: ["OU=Researchers', 'read: ["Researchers'));
    expect(found).toEqual([expect.stringContaining('accounts.read[0]: "Researchers,DC=example,DC=org" is not')]);
  });

  test('is told all of it also beside a line that can not be read', async () => {
    const found = await problems(
      SMALLEST.replace('mode: enforce', 'mode:enforce').replace('timeZone: Europe', 'timeZone: Europa'),
    );
    expect(found).toHaveLength(2);
    expect(found[1]).toContain('3: timeZone: "Europa/Copenhagen" is not the name of a time zone.');
  });

  test('shows no secret that somebody wrote where none belongs', async () => {
    const canary = 'Canary-7f3a';
    const key = `AGE-SECRET-KEY-1${canary.toUpperCase()}`;
    const found = await problems(
      ACTIVE_DIRECTORY.replace('passwordFile: secrets/ad', `password: ${canary}`)
        .replace('ssh://git@', `https://git:${canary}@`)
        .replace('ldaps://dc1', `ldaps://muster:${canary}@dc1`)
        .concat(`credentials: { outbox: outbox, recipients: [${key}] }\n`),
    );
    expect(found.length).toBeGreaterThan(2);
    expect(found.join('\n')).not.toMatch(/canary/i);
    expect(found.join('\n')).toContain('credentials.recipients[0]');
  });

  test('that is no YAML says where', async () => {
    const found = await problems(SMALLEST.replace('mode: enforce', 'mode:enforce'));
    expect(found[0]).toMatch(/^2: /);
  });

  test('that is not there says how to name another', async () => {
    await expect(loadConfig(beside('none.yaml'))).rejects.toMatchObject({
      what: 'There is no configuration here.',
      next: expect.stringContaining('--config'),
    });
  });
});

test('a line of the control file names the person once, and it is one list of the two', async () => {
  const said = async (text: string) => (await problems(`${SMALLEST}mailBlocks: ${text}\n`)).join('\n');
  expect(await said('{ controlFile: { path: b.txt, line: nobody } }')).toContain('exactly once');
  expect(await said('{ controlFile: { path: b.txt }, embedded: { file: l.json } }')).toContain('exactly one of these');
  expect(await said('{ controlFiel: { path: b.txt } }')).toContain('controlFile');
});
