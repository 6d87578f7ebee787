/** (h) From a push that blocks an institution of a thousand people to the moment when they are disabled, over ldapmodify of the same writes. */
import { createHmac } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openStore } from '../../../src/store/store.ts';
import { blocks, type Files } from '../../support/desired-state.ts';
import { missingForSamba } from '../../support/samba.ts';
import { change } from '../../support/site.ts';
import { Daemon } from '../daemon.ts';
import type { Bench, Figure } from '../figure.ts';
import { type BenchPerson, institutions } from '../population.ts';
import { accountDn, openSambaSite, type SambaSite } from '../site-on-samba.ts';
import { median } from '../statistics.ts';
import { missingForTiming, timed } from '../timed-command.ts';

/** Seconds that the slowest person may wait beyond what ldapmodify needs, in each run. */
const BEYOND_MAX = 10;
/** Seconds until the first person is disabled, in each run. */
const FIRST_MAX = 2;
const RUNS = 5;
const PEOPLE = 1000;
const QUICK_PEOPLE = 100;
const SECRET = 'the secret of this benchmark';
/** A run that takes longer hangs. */
const TIMEOUT_MS = 120_000;
const ENABLED = '512';
const DISABLED = '514';

interface Effect {
  /** Seconds from the notice of the push. */
  readonly first: number;
  readonly slowest: number;
}

export const pushToEffect: Figure = {
  key: 'h',
  title: 'push to effect',
  missing: () => [...missingForSamba(), ...missingForTiming()],
  measure: async (bench) => {
    const people = bench.quick ? QUICK_PEOPLE : PEOPLE;
    bench.say(`(h) a domain controller with ${RUNS * people} accounts`);
    const opened = await openSambaSite(bench.workshop, RUNS * people);
    try {
      const effects = await measureEffects(bench, opened, people);
      const floor = await measureFloor(bench, opened);
      const slowest = effects.map((effect) => effect.slowest);
      const first = effects.map((effect) => effect.first);
      const what = 'from the webhook to the outcome in the journal';
      const shared = { unit: 's' as const, steps: {} };
      return () => [
        {
          key: 'h',
          title: `a push blocks ${people} people: the slowest is disabled`,
          muster: { what, median: median(slowest), runs: slowest },
          floor: { what: 'ldapmodify of the same writes on one connection', median: median(floor), runs: floor },
          goal: { kind: 'beyond', value: BEYOND_MAX },
          ...shared,
        },
        {
          key: 'h-first',
          title: `a push blocks ${people} people: the first is disabled`,
          muster: { what, median: median(first), runs: first },
          floor: null,
          goal: { kind: 'beyond', value: FIRST_MAX },
          ...shared,
        },
      ];
    } finally {
      await opened.close();
    }
  },
};

/** Institutions of the population, each under one of as many houses as there are runs. */
function houses(): Files {
  const files: Record<string, string> = {};
  for (let run = 0; run < RUNS; run += 1) {
    files[`institutions/house${run}.yaml`] =
      `id: house${run}\nname: House ${run}\ncontacts: [office@house.example.net]\n`;
  }
  for (const [nth, { id, name }] of institutions().entries()) {
    const partOf = `partOf: house${nth % RUNS}\n`;
    files[`institutions/${id}.yaml`] = `id: ${id}\nname: ${name}\ncontacts: [office@${id}.example.net]\n${partOf}`;
  }
  return files;
}

function peopleOf({ people }: SambaSite, run: number): readonly BenchPerson[] {
  return people.filter((_, nth) => nth % RUNS === run);
}

async function measureEffects(bench: Bench, opened: SambaSite, people: number): Promise<readonly Effect[]> {
  const { site } = opened;
  await change(site, houses(), 'Houses');
  await writeFile(join(site.folder, 'webhook'), SECRET, { mode: 0o600 });
  await appendFile(site.configFile, 'http: { webhook: { listen: "127.0.0.1:0", secretFile: webhook } }\n');
  const daemon = await Daemon.start(join(bench.workshop.dist, 'main.js'), site.configFile);
  try {
    const effects: Effect[] = [];
    const blocked: { target: string; from: string }[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      blocked.push({ target: `house${run}`, from: '2020-01-01' });
      await change(site, blocks('institution', blocked), `House ${run} is blocked`);
      const begin = Date.now();
      await pushed(daemon, run);
      const effect = await effectOf(opened, run, begin);
      bench.say(
        `(h) ${run + 1} of ${RUNS}: the first after ${effect.first} s, ${people} people after ${effect.slowest} s`,
      );
      effects.push(effect);
      await daemon.quiet();
    }
    return effects;
  } finally {
    await daemon.stop();
  }
}

async function pushed(daemon: Daemon, nth: number): Promise<void> {
  const body = `{"after":"${nth}"}`;
  const signature = createHmac('sha256', SECRET).update(body).digest('hex');
  await daemon.notify({ 'x-hub-signature-256': `sha256=${signature}` }, body);
}

/** Waits until everybody of that house is disabled, and says when the first and the last of them were. */
async function effectOf({ site, ...opened }: SambaSite, run: number, begin: number): Promise<Effect> {
  const wanted = peopleOf({ site, ...opened }, run);
  const store = await openStore({ sqlite: site.database }, Date.now);
  try {
    const last = wanted.at(-1)?.username ?? '';
    for (;;) {
      if (Date.now() - begin > TIMEOUT_MS) throw new Error(`House ${run} is not blocked after ${TIMEOUT_MS / 1000} s.`);
      await setTimeout(200);
      // Asked about one until it is done, so that looking on does not slow down what is looked at.
      if ((await disabledAt(store, last)) === null) continue;
      const moments = await Promise.all(wanted.map(({ username }) => disabledAt(store, username)));
      const done = moments.filter((moment) => moment !== null);
      if (done.length < wanted.length) continue;
      return { first: (Math.min(...done) - begin) / 1000, slowest: (Math.max(...done) - begin) / 1000 };
    }
  } finally {
    await store.close();
  }
}

/** When the write that disabled them was confirmed. */
async function disabledAt(
  { journal }: Awaited<ReturnType<typeof openStore>>,
  username: string,
): Promise<number | null> {
  const [latest] = await journal.of(username, 1);
  return latest?.intent.change.kind === 'disable' && latest.outcome?.status === 'applied' ? latest.at : null;
}

/** The same Modify for each person of a house as Muster sends, after it was taken back. Gives seconds. */
async function measureFloor({ workshop, say }: Bench, opened: SambaSite): Promise<readonly number[]> {
  const { dc } = opened;
  const login = ['-x', '-H', dc.ldapsUrl, '-D', dc.musterUser, '-w', dc.musterPassword];
  const env = { LDAPTLS_CACERT: dc.caFile, LDAPTLS_REQCERT: 'demand' };
  const modify = async (run: number, from: string, to: string) => {
    const name = 'userAccountControl';
    const records = peopleOf(opened, run).map(
      (person) =>
        `dn: ${accountDn(opened, person)}\nchangetype: modify\ndelete: ${name}\n${name}: ${from}\n-\nadd: ${name}\n${name}: ${to}\n-\n\n`,
    );
    const input = records.join('');
    const done = await timed('ldapmodify', login, { folder: workshop.folder, env, input, keepOutput: false });
    return done.ms / 1000;
  };
  const seconds: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    // Fails where an account is not as it should be after Muster: the proof that everybody was disabled.
    await modify(run, DISABLED, ENABLED);
    seconds.push(await modify(run, ENABLED, DISABLED));
    say(`(h) the floor, ${run + 1} of ${RUNS}: ${seconds.at(-1)} s`);
  }
  return seconds;
}
