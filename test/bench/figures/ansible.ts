/** (g) Checking people of whom nothing changed, per person: Muster over Ansible's loop of community.general.ldap_attrs. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { missingForSamba } from '../../support/samba.ts';
import { assertNothingToDo } from '../built-muster.ts';
import type { Bench, Figure } from '../figure.ts';
import { accountValues, type BenchPerson } from '../population.ts';
import { ResidentMuster } from '../resident-muster.ts';
import type { Result, Series } from '../result.ts';
import { accountDn, openSambaSite, type SambaSite } from '../site-on-samba.ts';
import { missingForSlapd } from '../slapd.ts';
import { median } from '../statistics.ts';
import { timed } from '../timed-command.ts';
import { count } from '../words.ts';

const TIMES_MIN = 500;
const PEOPLE = 200;
const QUICK_PEOPLE = 20;
const PLANS = 5;
const PASSES = 9;
const PLAYBOOKS = 2;

/** Debian's: the modules need python3-ldap, which belongs to it. */
const PYTHON = '/usr/bin/python3';

export const perPerson: Figure = {
  key: 'g',
  title: 'checking one person, against Ansible',
  missing: () => [...missingForSamba(), ...missingForSlapd(), ...missingForAnsible()],
  measure: async (bench) => {
    const people = bench.quick ? QUICK_PEOPLE : PEOPLE;
    bench.say(`(g) a domain controller with ${people} accounts`);
    const opened = await openSambaSite(bench.workshop, people);
    try {
      const fresh = perOne(`muster plan on the same domain controller`, await freshPlans(opened), people);
      const resident = perOne('a pass of a process that stays', await residentPasses(bench, opened), people);
      const ansible = await playbooks(bench, opened);
      const whole = await bench.scale(bench.users).cold();
      return () => [
        {
          ...against(ansible),
          key: 'g',
          title: `one of ${count(bench.users)} people, cold plan on slapd`,
          muster: perOne(
            'muster plan',
            whole.map(({ ms }) => ms),
            bench.users,
          ),
        },
        {
          ...against(ansible),
          key: 'g-resident',
          title: `one of ${people} people, pass of a process that stays`,
          muster: resident,
        },
        { ...against(ansible), key: 'g-fresh', title: `one of ${people} people, plan by a new process`, muster: fresh },
      ];
    } finally {
      await opened.close();
    }
  },
};

function against(floor: Series): Pick<Result, 'unit' | 'floor' | 'goal' | 'steps'> {
  return { unit: 'ms', floor, goal: { kind: 'times', value: TIMES_MIN }, steps: {} };
}

/** Milliseconds for one person. */
function perOne(what: string, runsMs: readonly number[], people: number): Series {
  const runs = runsMs.map((ms) => ms / people);
  return { what, median: median(runs), runs };
}

async function freshPlans({ muster }: SambaSite): Promise<readonly number[]> {
  const runs: number[] = [];
  for (let run = 0; run < PLANS; run += 1) {
    const pass = await muster.pass('plan');
    assertNothingToDo(pass.report);
    runs.push(pass.ms);
  }
  return runs;
}

async function residentPasses({ workshop }: Bench, { site }: SambaSite): Promise<readonly number[]> {
  const muster = await ResidentMuster.start(workshop, site.configFile);
  try {
    const runs: number[] = [];
    // The first passes read everything and are not yet optimized by the engine.
    for (let run = 0; run < 3 + PASSES; run += 1) {
      const pass = await muster.pass();
      assertNothingToDo(pass.report);
      if (run >= 3) runs.push(pass.ms);
    }
    return runs;
  } finally {
    await muster.close();
  }
}

/** The loop alone: what a playbook without people takes is taken off. */
async function playbooks(bench: Bench, opened: SambaSite): Promise<Series> {
  const { people } = opened;
  bench.say('(g) Ansible, nobody');
  const nobody = await playbook(bench, opened, []);
  const runs: number[] = [];
  for (let run = 1; run <= (bench.quick ? 1 : PLAYBOOKS); run += 1) {
    bench.say(`(g) Ansible, ${people.length} people, ${run} of ${bench.quick ? 1 : PLAYBOOKS}`);
    runs.push((await playbook(bench, opened, people)) - nobody);
  }
  return perOne('a loop of community.general.ldap_attrs, start-up taken off', runs, people.length);
}

/** @returns milliseconds. @throws Error where it fails, or changes anything. */
async function playbook(bench: Bench, opened: SambaSite, people: readonly BenchPerson[]): Promise<number> {
  const { folder } = bench.workshop;
  const { dc } = opened;
  const file = join(folder, 'playbook.json');
  // JSON is YAML; nothing in it needs a template but the item.
  const settings = join(folder, 'ansible.cfg');
  // As it comes: nobody's settings.
  await writeFile(settings, '[defaults]\n');
  await writeFile(file, JSON.stringify([play(opened, people)]));
  const env = {
    LDAPTLS_CACERT: dc.caFile,
    LDAPTLS_REQCERT: 'demand',
    ANSIBLE_HOME: join(folder, 'ansible'),
    ANSIBLE_LOCAL_TEMP: join(folder, 'ansible/tmp'),
    ANSIBLE_REMOTE_TEMP: join(folder, 'ansible/remote'),
    ANSIBLE_CONFIG: settings,
    ANSIBLE_LOCALHOST_WARNING: 'False',
    LC_ALL: 'C.UTF-8',
  };
  const done = await timed('ansible-playbook', ['-i', 'localhost,', file], { folder, env });
  if (!/changed=0 +unreachable=0 +failed=0/.test(done.output)) {
    throw new Error(`Ansible should have found nothing to do: ${done.output.slice(-500)}`);
  }
  return done.ms;
}

function play(opened: SambaSite, people: readonly BenchPerson[]): unknown {
  const { dc } = opened;
  return {
    hosts: 'localhost',
    connection: 'local',
    gather_facts: false,
    vars: {
      ansible_python_interpreter: PYTHON,
      people: people.map((person) => ({ dn: accountDn(opened, person), attributes: accountValues(person) })),
    },
    tasks: [
      {
        'community.general.ldap_attrs': {
          server_uri: dc.ldapsUrl,
          bind_dn: dc.musterUser,
          bind_pw: dc.musterPassword,
          dn: '{{ item.dn }}',
          attributes: '{{ item.attributes }}',
          state: 'exact',
        },
        loop: '{{ people }}',
        loop_control: { label: '{{ item.dn }}' },
      },
    ],
  };
}

function missingForAnsible(): string[] {
  const needed = [
    ['/usr/bin/ansible-playbook', 'ansible'],
    ['/usr/lib/python3/dist-packages/ldap', 'python3-ldap'],
  ] as const;
  return needed.filter(([path]) => !existsSync(path)).map(([, debianPackage]) => debianPackage);
}
