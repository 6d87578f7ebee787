/** The contract of every directory, held by the Active Directory adapter against the simulated domain controller: the simulator behaves. */
import { expect, test } from 'vitest';
import { directoryContract } from '../contracts/directory.contract.ts';
import type { DirectoryFixture } from '../contracts/directory-bench.ts';
import { LOGIN, LOGIN_PASSWORD } from '../support/directory-simulator.ts';
import { BASE, UNIT } from '../support/directory-simulator-tree.ts';
import { runCommand } from '../support/run-command.ts';
import { simulatedDirectory, treeOfPeople } from '../support/simulated-directory.ts';
import { leafOf } from '../support/simulated-names.ts';

directoryContract('Active Directory (simulated)', async (): Promise<DirectoryFixture> => {
  const directory = await simulatedDirectory();
  const simulator = await directory.start({});
  const { tree } = simulator;
  return {
    unit: UNIT,
    innerUnit: `OU=CBS,${UNIT}`,
    emptyUnit: `OU=DTU,${UNIT}`,
    foreignUnit: `OU=Elsewhere,${BASE}`,
    connect: (site) => directory.adapter(site).connect(),
    add: async (username, unit, values = {}) =>
      tree.add(`CN=${username},${unit}`, { sAMAccountName: username, ...values }),
    set: async (guid, attribute, value) => tree.set(guid, attribute, value),
    move: async (guid, unit) => {
      const { type, value } = leafOf(tree.get(guid).dn);
      tree.rename(guid, `${type}=${value},${unit}`);
    },
    remove: async (guid) => tree.remove(guid),
    passwordIs: async (username, password) => simulator.passwordIs(username, password),
    lastWrite: async () => tree.usn,
    stop: () => directory.end(),
  };
});

test('the simulator answers the stock ldapsearch: pages of 1,000, ranges of 1,500, its root entry, and nobody before a log-on', async () => {
  const directory = await simulatedDirectory();
  const tree = treeOfPeople(2500);
  const group = tree.add(`CN=Everybody,${UNIT}`, {}, 'group');
  tree.join(
    group,
    [...tree.all()].filter(({ dn }) => dn.startsWith('CN=p')).map(({ guid }) => guid),
  );
  const { url } = await directory.start({ tree });
  const env = { LDAPTLS_CACERT: directory.authority.certFile, LDAPTLS_REQCERT: 'demand' };
  const ldapsearch = (...args: readonly string[]) =>
    runCommand('ldapsearch', ['-x', '-LLL', '-o', 'ldif-wrap=no', '-H', url, '-D', LOGIN, ...args], { env });
  const login = ['-w', LOGIN_PASSWORD];
  try {
    const people = await ldapsearch(
      ...login,
      '-b',
      UNIT,
      '-E',
      'pr=5000/noprompt',
      '(&(objectClass=user)(sAMAccountName=p*))',
      'cn',
    );
    expect(people.match(/^dn: /gm)).toHaveLength(2500);
    expect(directory.simulator.asked.filter(({ scope }) => scope === 'sub').map(({ page }) => page)).toEqual([0, 1, 2]);
    const first = await ldapsearch(...login, '-s', 'base', '-b', `CN=Everybody,${UNIT}`, 'member');
    expect(first.match(/^member;range=0-1499: CN=p/gm)).toHaveLength(1500);
    const rest = await ldapsearch(
      ...login,
      '-s',
      'base',
      '-b',
      `<GUID=${group}>`,
      '(objectClass=*)',
      'member;range=1500-*',
    );
    expect(rest.match(/^member;range=1500-\*: CN=p/gm)).toHaveLength(1000);
    const root = await ldapsearch(...login, '-s', 'base', '-b', '', 'highestCommittedUSN', 'supportedControl');
    expect(root).toContain(`highestCommittedUSN: ${tree.usn}`);
    const newer = await ldapsearch(...login, '-b', UNIT, `(uSNChanged>=${tree.usn})`, 'cn');
    expect(newer.match(/^dn: .*$/gm)).toEqual([`dn: CN=Everybody,${UNIT}`]);
    await expect(ldapsearch('-w', 'wrong', '-b', UNIT)).rejects.toMatchObject({ status: 49 });
    await expect(ldapsearch('-w', '', '-b', UNIT)).rejects.toMatchObject({ status: 1 });
    await expect(ldapsearch(...login, '-b', UNIT, '(objectClass=user)', 'cn')).rejects.toMatchObject({ status: 4 });
  } finally {
    await directory.end();
  }
});
