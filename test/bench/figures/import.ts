/** (k) `muster import` of ten thousand accounts of every sort, from slapd into an empty repository; beside it ldapsearch of the same attributes. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { foundAccounts, UNIVERSITY } from '../../support/found-accounts.ts';
import { BuiltMuster } from '../built-muster.ts';
import type { Bench, Figure } from '../figure.ts';
import { attributesRead, timedSearch } from '../floor.ts';
import { ldifOf } from '../found-accounts-ldif.ts';
import { INSTANCE } from '../population.ts';
import { configText } from '../site-on-slapd.ts';
import { fillDatabase, fillMore, missingForSlapd, Slapd } from '../slapd.ts';
import { median } from '../statistics.ts';
import { count } from '../words.ts';

const SECONDS_MAX = 60;
const ACCOUNTS = 10_000;
const QUICK_ACCOUNTS = 1_000;
const RUNS = 5;
const QUICK_RUNS = 2;
/** What an import asks for besides what a pass does. */
const SERVICE_NAME = 'servicePrincipalName';
const INSTITUTION = 'northlake';
/** Somebody is left out in each run, which is for a person to look at. */
const LEFT_OUT = 2;

export const importing: Figure = {
  key: 'k',
  title: 'import of accounts',
  missing: missingForSlapd,
  measure: async (bench) => {
    const accounts = foundAccounts(bench.quick ? QUICK_ACCOUNTS : ACCOUNTS);
    bench.say(`import of ${accounts.length} accounts`);
    const folder = join(bench.workshop.folder, 'import');
    const database = join(folder, 'slapd');
    await mkdir(database, { recursive: true });
    await fillDatabase(database, 0);
    await fillMore(database, accounts.map(ldifOf).join(''));
    const server = await Slapd.start(database);
    try {
      const expected = accounts.filter(({ fate }) => fate !== 'left').length;
      const { ours, floor } = await measured(bench, server, folder, expected);
      return () => [
        {
          key: 'k',
          title: `import of ${count(accounts.length)} accounts`,
          unit: 's',
          muster: { what: 'import into a repository without people', median: median(ours), runs: ours },
          floor: { what: 'ldapsearch of the same attributes', median: median(floor), runs: floor },
          goal: { kind: 'limit', value: SECONDS_MAX },
          steps: {},
        },
      ];
    } finally {
      await server.stop();
    }
  },
};

async function measured({ workshop, quick }: Bench, server: Slapd, folder: string, expected: number) {
  const ours: number[] = [];
  const floor: number[] = [];
  const attributes = [...attributesRead(), SERVICE_NAME];
  // The first reading maps the database.
  await timedSearch(server, folder, attributes);
  for (let run = 0; run < (quick ? QUICK_RUNS : RUNS); run += 1) {
    if (await server.freshen()) await timedSearch(server, folder, attributes);
    floor.push((await timedSearch(server, folder, attributes)).ms / 1000);
    const site = join(folder, `run-${run}`);
    const muster = new BuiltMuster(workshop, await makeSite(site, server));
    ours.push((await muster.run(['import'], [LEFT_OUT])).ms / 1000);
    const entries = await readdir(join(site, 'repository/users', INSTITUTION));
    if (entries.length !== expected) throw new Error(`${expected} entries should be there: ${entries.length} are.`);
  }
  return { ours, floor };
}

/** A repository that knows the institution and nobody in it. */
async function makeSite(folder: string, server: Slapd): Promise<string> {
  await mkdir(join(folder, 'repository/institutions'), { recursive: true });
  await writeFile(join(folder, 'repository/muster.yaml'), `format: 1\ninstance: ${INSTANCE}\n`);
  await writeFile(
    join(folder, `repository/institutions/${INSTITUTION}.yaml`),
    `id: ${INSTITUTION}\nname: ${UNIVERSITY}\ncontacts: [office@northlake.example.org]\n`,
  );
  const file = join(folder, 'muster.yaml');
  await writeFile(file, await configText(folder, server, '{ folder: repository }'));
  return file;
}
