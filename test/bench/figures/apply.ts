/** (d) The writes of a pass that changes one attribute of a thousand accounts on a real domain controller, over ldapmodify of the same. */
import { missingForSamba } from '../../support/samba.ts';
import { change } from '../../support/site.ts';
import type { TimedPass } from '../built-muster.ts';
import type { Bench, Figure } from '../figure.ts';
import type { BenchPerson } from '../population.ts';
import { accountDn, documents, openSambaSite, type SambaSite } from '../site-on-samba.ts';
import { median, medianOfEach } from '../statistics.ts';
import { missingForTiming, timed } from '../timed-command.ts';

const RATIO_MAX = 1.1;
const CHANGES = 1000;
const QUICK_CHANGES = 100;
const ROUNDS = 3;
/** Numbers of one round and the next must not meet. */
const PHONE_STEP = 10_000;

export const applyChanges: Figure = {
  key: 'd',
  title: 'writing the changes of one attribute',
  missing: () => [...missingForSamba(), ...missingForTiming()],
  measure: async (bench) => {
    const changes = bench.quick ? QUICK_CHANGES : CHANGES;
    bench.say(`(d) a domain controller with ${changes} accounts`);
    const opened = await openSambaSite(bench.workshop, changes);
    try {
      const muster: number[] = [];
      const floor: number[] = [];
      const passes: TimedPass[] = [];
      for (let round = 1; round <= ROUNDS; round += 1) {
        bench.say(`(d) ${changes} changes, ${round} of ${ROUNDS}`);
        const pass = await byMuster(opened, 2 * round - 1, 2 * round);
        passes.push(pass);
        muster.push((pass.report.durationsMs.apply ?? Number.NaN) / 1000);
        floor.push(await byLdapmodify(bench, opened, 2 * round, 2 * round + 1));
      }
      const figure = {
        key: 'd',
        title: `writing ${changes} changes of one attribute`,
        unit: 's' as const,
        muster: { what: 'the step "apply" of muster sync, journal included', median: median(muster), runs: muster },
        floor: { what: 'ldapmodify of the same changes on one connection', median: median(floor), runs: floor },
        goal: { kind: 'ratio' as const, value: RATIO_MAX },
        steps: medianOfEach(passes.map(({ steps }) => steps)),
      };
      return () => [figure];
    } finally {
      await opened.close();
    }
  },
};

/** From the numbers of one round to those of the next, by way of the repository. */
async function byMuster(opened: SambaSite, from: number, to: number): Promise<TimedPass> {
  const { site, people, muster } = opened;
  await change(
    site,
    documents(people.map((person) => ({ ...person, phone: phoneOf(person, to) }))),
    `Numbers ${from} to ${to}`,
  );
  const pass = await muster.pass('sync');
  const applied = pass.report.applied.filter(({ outcome }) => outcome.status === 'applied').length;
  if (applied !== people.length) throw new Error(`${applied} of ${people.length} changes were applied.`);
  return pass;
}

/** The same Modify for each account as Muster sends: the old value out, the new one in. Gives seconds. */
async function byLdapmodify({ workshop }: Bench, opened: SambaSite, from: number, to: number): Promise<number> {
  const { dc, people } = opened;
  const records = people.map(
    (person) =>
      `dn: ${accountDn(opened, person)}\nchangetype: modify\ndelete: mobile\nmobile: ${phoneOf(person, from)}\n-\nadd: mobile\nmobile: ${phoneOf(person, to)}\n-\n\n`,
  );
  const login = ['-x', '-H', dc.ldapsUrl, '-D', dc.musterUser, '-w', dc.musterPassword];
  const env = { LDAPTLS_CACERT: dc.caFile, LDAPTLS_REQCERT: 'demand' };
  const { folder } = workshop;
  const done = await timed('ldapmodify', login, { folder, env, input: records.join(''), keepOutput: false });
  return done.ms / 1000;
}

/** Round 1 are the numbers that the accounts begin with. */
function phoneOf(person: BenchPerson, round: number): string {
  return `+${Number(person.phone.slice(1)) + (round - 1) * PHONE_STEP}`;
}
