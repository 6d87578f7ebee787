/** Evidence by signatures, with real keys of SSH and OpenPGP: whose a commit is, and which signatures count for nothing. */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RangeCommit } from '../../src/core/approval/policy.ts';
import { rangeBetween } from '../../src/sources/evidence/range.ts';
import { signedRange } from '../../src/sources/evidence/signed.ts';
import type { KeyFiles, Signer } from '../../src/sources/evidence/signers.ts';
import { file, newRepository, type Repository } from '../sources/real-git.ts';
import {
  allowedSigners,
  CARLA,
  COMMITTED_AT,
  type GpgHome,
  gpgHome,
  MALLORY,
  moveBranch,
  OTTO,
  RITA,
  type SshKey,
  sshKey,
  sshSign,
  type Written,
  writeCommit,
} from '../support/signed-history.ts';

const NOW = (COMMITTED_AT + 3_600) * 1000;
const DAY_S = 86_400;

let folder: string;
let origin: Repository;
let gpg: GpgHome;
let ssh: Readonly<Record<'rita' | 'otto' | 'carla' | 'mallory', SshKey>>;
let keys: Readonly<Record<'rita' | 'otto', string>>;
let files: KeyFiles;
let signers: readonly Signer[];
let base: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sig-'));
  origin = newRepository(folder);
  ssh = {
    rita: sshKey(folder, 'rita'),
    otto: sshKey(folder, 'otto', 'rsa'),
    carla: sshKey(folder, 'carla', 'ecdsa'),
    mallory: sshKey(folder, 'mallory'),
  };
  gpg = gpgHome(join(folder, 'g'));
  keys = { rita: gpg.key(RITA), otto: gpg.key(OTTO) };
  writeFileSync(join(folder, 'keys.asc'), gpg.gpg(['--export', '--armor']));
  signers = [
    { name: 'Rita', emails: [RITA.email, 'rita@home.example.net'], gpg: [keys.rita], forge: [] },
    { name: 'Otto', emails: [OTTO.email], gpg: [keys.otto.toLowerCase()], forge: [] },
    { name: 'Carla', emails: [CARLA.email], gpg: [], forge: [] },
  ];
  files = { ssh: allowed(), sshRevoked: null, gpg: join(folder, 'keys.asc') };
  base = writeCommit(origin, { tree: [file('a.yaml', 'a')], parents: [], by: RITA });
});

afterAll(async () => {
  gpg.end();
  await rm(folder, { recursive: true, force: true });
});

function allowed(...more: readonly string[]): string {
  const lines = [
    `rita@example.org ${ssh.rita.public}`,
    `otto@example.org namespaces="git" ${ssh.otto.public}`,
    `carla@example.org ${ssh.carla.public}`,
    ...more,
  ];
  return allowedSigners(folder, lines);
}

function commitOn(parent: string, content: string, change: Partial<Written>): string {
  return writeCommit(origin, { tree: [file('a.yaml', content)], parents: [parent], by: RITA, ...change });
}

async function range(head: string, with_: Partial<KeyFiles> = {}, at = NOW): Promise<readonly RangeCommit[]> {
  moveBranch(origin, head);
  const found = await rangeBetween({ mirror: origin.folder, where: 'here' }, base, head);
  return (await signedRange(found, { ...files, ...with_ }, signers, { at })).commits;
}

async function problemOf(head: string, with_: Partial<KeyFiles> = {}, at = NOW): Promise<string | null | undefined> {
  return (await range(head, with_, at)).at(-1)?.problem;
}

describe('a signature of somebody on the list', () => {
  test('by SSH, of every kind of key, says whose the commit is', async () => {
    for (const [by, key, name] of [
      [RITA, ssh.rita, 'Rita'],
      [OTTO, ssh.otto, 'Otto'],
      [CARLA, ssh.carla, 'Carla'],
    ] as const) {
      expect(await range(commitOn(base, 'b', { by, sign: key.sign }))).toMatchObject([
        { authors: [name], approvers: [], problem: null, paths: ['a.yaml'] },
      ]);
    }
  });

  test('by OpenPGP says whose the commit is by the primary key alone', async () => {
    const sign = gpg.signAs(keys.otto);
    expect(await range(commitOn(base, 'b', { by: OTTO, sign }))).toMatchObject([{ authors: ['Otto'], problem: null }]);
  });

  test('counts under every address of that person', async () => {
    const home = { name: 'Rita', email: 'Rita@Home.example.net' };
    expect(await range(commitOn(base, 'b', { by: home, sign: ssh.rita.sign }))).toMatchObject([{ authors: ['Rita'] }]);
  });

  test('is over every byte, also where a text is not UTF-8', async () => {
    const text = commitOn(base, 'b', { sign: ssh.rita.sign, message: 'Ændring: Søren, 東京\n' });
    expect(await problemOf(text)).toBe(null);
  });

  test('names who wrote what somebody else signed as an author, too', async () => {
    const rebased = commitOn(base, 'b', { by: CARLA, committer: OTTO, sign: ssh.otto.sign });
    expect(await range(rebased)).toMatchObject([{ authors: ['Otto', 'Carla'], problem: null }]);
  });
});

describe('S3: a commit that nobody on the list answers for is named, and so the range with it is refused', () => {
  const bad = (): Readonly<Record<string, () => string>> => {
    const sshOf = ssh.rita.sign;
    const gpgOf = gpg.signAs(keys.rita);
    return {
      unsigned: () => commitOn(base, 'x', { sign: null }),
      'by an unlisted SSH key': () => commitOn(base, 'x', { sign: ssh.mallory.sign }),
      'for something else than Git': () => commitOn(base, 'x', { sign: sshSign(ssh.rita.file, 'file') }),
      'in another name': () => commitOn(base, 'x', { by: RITA, sign: ssh.otto.sign }),
      'committed in another name': () => commitOn(base, 'x', { by: OTTO, committer: RITA, sign: ssh.otto.sign }),
      'changed after it was signed by SSH': () =>
        commitOn(base, 'x', { sign: sshOf, tamper: (text) => text.replace('\n\nChange', '\n\nChange it') }),
      'changed after it was signed by OpenPGP': () =>
        commitOn(base, 'x', { sign: gpgOf, tamper: (text) => text.replace('\n\nChange', '\n\nChange it') }),
      'with a signature taken from another commit': () => {
        const other = commitOn(base, 'y', { sign: sshOf });
        const taken = origin
          .git(['cat-file', 'commit', other])
          .match(/gpgsig (-----BEGIN[^-]*-----[\s\S]*?-----END[^-]*-----)/)?.[1];
        return commitOn(base, 'x', { sign: () => (taken ?? '').replaceAll('\n ', '\n') });
      },
      'signed twice': () =>
        commitOn(base, 'x', { sign: sshOf, headers: [`gpgsig ${sshOf('another').trim().replaceAll('\n', '\n ')}`] }),
      'with two committers': () =>
        commitOn(base, 'x', { sign: sshOf, headers: [`committer ${MALLORY.name} <${MALLORY.email}> 1 +0000`] }),
      'signed by X.509': () =>
        commitOn(base, 'x', { sign: () => '-----BEGIN SIGNED MESSAGE-----\nMII=\n-----END SIGNED MESSAGE-----' }),
      'signed by rubbish': () =>
        commitOn(base, 'x', { sign: () => '-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----' }),
      'signed by OpenPGP with a weak digest': () =>
        commitOn(base, 'x', { sign: gpg.signAs(keys.rita, '--digest-algo=SHA1', '--allow-weak-digest-algos') }),
    };
  };

  test('in every way, at every place among good ones', async () => {
    for (const [how, make] of Object.entries(bad())) {
      const lonely = make();
      const [first] = await range(lonely);
      expect({ how, problem: first?.problem }).not.toEqual({ how, problem: null });
      const after = commitOn(lonely, 'z', { sign: ssh.rita.sign });
      const commits = await range(after);
      expect({ how, problems: commits.map(({ problem }) => problem === null) }).toEqual({
        how,
        problems: [false, true],
      });
      expect(commits[0]?.authors).toEqual([]);
    }
  });

  test('among good commits of both kinds, whichever place it has', async () => {
    for (const place of [0, 1, 2, 3]) {
      let head = base;
      const ids: string[] = [];
      for (let n = 0; n < 4; n += 1) {
        const sign = n % 2 === 0 ? ssh.rita.sign : gpg.signAs(keys.rita);
        head = commitOn(head, `${place}${n}`, { sign: n === place ? null : sign });
        ids.push(head);
      }
      const wrong = (await range(head)).filter(({ problem }) => problem !== null);
      expect(wrong.map(({ id, problem }) => [id, problem])).toEqual([[ids[place], 'it is not signed.']]);
    }
  });
});

describe('S3: a key that does not count any more', () => {
  test('by SSH outside its days, by the commit or by now', async () => {
    const head = commitOn(base, 'b', { by: MALLORY, sign: ssh.mallory.sign });
    const listed = (days: string) =>
      allowedSigners(folder, [`carla@example.org ${days} ${ssh.mallory.public}`], 'days');
    const asCarla = commitOn(base, 'c', { by: CARLA, sign: ssh.mallory.sign });
    expect(await problemOf(asCarla, { ssh: listed('valid-after="20261101",valid-before="20261201"') })).toBe(null);
    expect(await problemOf(asCarla, { ssh: listed('valid-before="20261101"') })).toContain('listed for nobody');
    expect(await problemOf(asCarla, { ssh: listed('valid-after="20261125"') })).toContain(
      'carla@example.org does not hold',
    );
    const later = NOW + 30 * DAY_S * 1000;
    expect(await problemOf(asCarla, { ssh: listed('valid-before="20261201"') }, later)).toContain('does not hold');
    expect(await problemOf(head)).toContain('listed for nobody');
  });

  test('by SSH once it is revoked', async () => {
    const revoked = join(folder, 'revoked');
    writeFileSync(revoked, `${ssh.rita.public}\n`);
    const head = commitOn(base, 'b', { sign: ssh.rita.sign });
    expect(await problemOf(head, { sshRevoked: revoked })).toContain('does not hold');
    expect(await problemOf(head)).toBe(null);
  });

  test('by OpenPGP once it or its subkey is revoked or has expired', async () => {
    const home = gpgHome(join(folder, 'h'));
    try {
      const mine = home.key(CARLA);
      home.gpg(['--quick-add-key', mine, 'ed25519', 'sign', 'never']);
      const signer = { name: 'Carla', emails: [CARLA.email], gpg: [mine], forge: [] };
      const subkey =
        /^sub:[^\n]*\nfpr:{9}([0-9A-F]{40}):/m.exec(home.gpg(['--list-keys', '--with-colons', mine]))?.[1] ?? '';
      const head = commitOn(base, 'b', { by: CARLA, sign: home.signAs(`${subkey}!`) });
      const found = await rangeBetween({ mirror: origin.folder, where: 'here' }, base, head);
      const exported = join(folder, 'carla.asc');
      const judged = async () => {
        writeFileSync(exported, home.gpg(['--export', '--armor', mine]));
        return (await signedRange(found, { ...files, gpg: exported }, [signer], { at: Date.now() })).commits[0]
          ?.problem;
      };
      expect(await judged()).toBe(null);
      home.gpg(['--quick-set-expire', mine, 'seconds=1', subkey]);
      await new Promise((resolve) => setTimeout(resolve, 2_100));
      expect(await judged()).toContain('expired');
      home.gpg(['--quick-set-expire', mine, 'never', subkey]);
      expect(await judged()).toBe(null);
      home.gpg(['--command-fd=0', '--edit-key', mine], 'key 1\nrevkey\ny\n1\n\ny\nsave\n');
      expect(await judged()).toContain('revoked');
    } finally {
      home.end();
    }
  });
});

describe('keys that are listed in ways that tell nobody', () => {
  test('for two people are refused as a whole', async () => {
    const head = commitOn(base, 'b', { sign: ssh.rita.sign });
    const shared = allowed(`otto@example.org ${ssh.rita.public}`);
    await expect(range(head, { ssh: shared })).rejects.toThrow('One SSH key is listed for Rita and for Otto');
    allowed();
  });

  test('under a pattern are nobody’s', async () => {
    const pattern = allowedSigners(folder, [`*@example.org ${ssh.mallory.public}`], 'pattern');
    const head = commitOn(base, 'b', { by: CARLA, sign: ssh.mallory.sign });
    expect(await problemOf(head, { ssh: pattern })).toContain('listed for nobody');
  });

  test('in a file that is not there hold everything, and say so', async () => {
    const head = commitOn(base, 'b', { sign: ssh.rita.sign });
    await expect(range(head, { ssh: join(folder, 'nowhere') })).rejects.toThrow("can't be read (ENOENT)");
    await expect(range(commitOn(base, 'b', { sign: gpg.signAs(keys.rita) }), { gpg: allowed() })).rejects.toThrow(
      'There is no OpenPGP key in this file',
    );
  });

  test('of a kind that is not configured at all prove nothing', async () => {
    expect(await problemOf(commitOn(base, 'b', { sign: ssh.rita.sign }), { ssh: null })).toContain(
      'no SSH keys are listed',
    );
    const byGpg = commitOn(base, 'b', { sign: gpg.signAs(keys.rita) });
    expect(await problemOf(byGpg, { gpg: null })).toContain('no OpenPGP keys are listed');
  });

  test('in the settings of the repository, or of whoever runs Muster, prove nothing', async () => {
    origin.git(['config', 'gpg.program', '/bin/true']);
    origin.git(['config', 'gpg.ssh.program', '/bin/true']);
    origin.git([
      'config',
      'gpg.ssh.allowedSignersFile',
      allowedSigners(folder, [`rita@example.org ${ssh.mallory.public}`], 'theirs'),
    ]);
    const before = process.env.GNUPGHOME;
    process.env.GNUPGHOME = join(folder, 'g');
    const stranger = gpg.key(MALLORY);
    try {
      expect(await problemOf(commitOn(base, 'b', { sign: ssh.mallory.sign }))).toContain('listed for nobody');
      expect(await problemOf(commitOn(base, 'b', { sign: gpg.signAs(stranger) }))).toContain('listed for nobody');
    } finally {
      if (before === undefined) delete process.env.GNUPGHOME;
      else process.env.GNUPGHOME = before;
    }
  });
});
