/** A whole Muster that stays, over Git and an embedded directory with many people, where each pass finds something else changed. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.ts';
import { rebuildLedger } from '../../src/core/operations/rebuild.ts';
import type { PassParts } from '../../src/core/pass.ts';
import { generateKey } from '../../src/credentials/seal.ts';
import { DirectoryFile } from '../../src/reconcilers/directory/embedded/directory-file.ts';
import { wire } from '../../src/wiring.ts';
import { commitFiles, makeDesiredState } from '../bench/desired-repository.ts';
import { accountValues, type BenchPerson, documentOf, everybody, INSTANCE, pathOf } from '../bench/population.ts';
import { accountWith, handDirectory, OU } from './hand-directory.ts';
import { makeTestDirectory } from './test-directory.ts';

export interface SoakSite {
  readonly parts: PassParts;
  readonly clock: { now: number };
  /** What has changed before the pass with that number, 0 and up. */
  change(nth: number): Promise<void>;
  close(): Promise<void>;
}

/** Whose phone number changes, who is blocked or changed by hand: a few people of all, others each time. */
const FEW = 5;

export async function openSoakSite(users: number): Promise<SoakSite> {
  const home = await makeTestDirectory('soak');
  const people = everybody(users);
  const repository = join(home.path, 'origin.git');
  const directory = join(home.path, 'directory.json');
  await makeDesiredState(repository, users);
  await fillDirectory(directory, people);
  // Commits carry the real time, and a clock that is behind them would be in doubt.
  const clock = { now: Date.now() };
  const config = await configIn(home.path, repository, directory);
  const options = { progress: () => undefined, logLevel: 'silent', resident: true, clock: () => clock.now } as const;
  const site = await wire(await loadConfig(config), options);
  const operator = { by: 'soak', reason: 'a new memory' };
  const { digest } = await rebuildLedger(site.parts, null);
  await rebuildLedger(site.parts, { ...operator, digest });
  return {
    parts: site.parts,
    clock,
    change: (nth) => changeSomething(nth, people, repository, directory),
    close: async () => {
      await site.close();
      await home.remove();
    },
  };
}

async function fillDirectory(file: string, people: readonly BenchPerson[]): Promise<void> {
  await handDirectory(file);
  await new DirectoryFile(file).write(() =>
    people.map((person, nth) => ({
      put: accountWith(person.username, OU.researchers, nth, accountValues(person)),
    })),
  );
}

async function configIn(home: string, repository: string, directory: string): Promise<string> {
  const { recipient } = await generateKey();
  const file = join(home, 'muster.yaml');
  const text = `instance: ${INSTANCE}
mode: enforce
timeZone: Europe/Copenhagen
source: { git: { url: ${repository}, branch: main, mirror: mirror.git } }
store: { sqlite: muster.db }
directory:
  embedded:
    file: ${directory}
    accounts:
      read: ["${OU.researchers}"]
      create: [{ ou: "${OU.researchers}" }]
      upnSuffix: example.org
      attributes: { company: "{institution.name}", mobile: "{phone}" }
credentials: { outbox: outbox, recipients: [${recipient}] }
limits:
  always: 100
  disable: { people: 1000, percent: 100, perDay: 100000 }
  enable: { people: 1000, percent: 100, perDay: 100000 }
  phone: { people: 1000, percent: 100, perDay: 100000 }
  block: { people: 1000, perDay: 100000, institutions: 100, institutionPeople: 2000 }
  lift: { people: 1000, perDay: 100000, institutions: 100, institutionPeople: 2000 }
`;
  await writeFile(file, text);
  return file;
}

/** In turn: nothing, new phone numbers, a block, its end, something that somebody did by hand. */
async function changeSomething(
  nth: number,
  people: readonly BenchPerson[],
  repository: string,
  directory: string,
): Promise<void> {
  const round = Math.floor(nth / 5);
  const few = Array.from({ length: FEW }, (_, one) => people[(round * FEW + one) % people.length]).filter(
    (person) => person !== undefined,
  );
  const [first] = few;
  if (first === undefined) return;
  const blocks = (lines: string) =>
    [['blocked-users.yaml', `- user: ${first.username}\n  reason: soaked\n${lines}`]] as const;
  switch (nth % 5) {
    case 1: {
      const renumbered = few.map((person, one) => ({
        ...person,
        phone: `+45${28_000_000 + ((nth * FEW + one) % 900_000)}`,
      }));
      return commitFiles(
        repository,
        renumbered.map((person) => [pathOf(person), documentOf(person)] as const),
        'Phones',
      );
    }
    case 2:
      return commitFiles(repository, blocks('  from: 2020-01-01\n'), 'Block');
    case 3:
      return commitFiles(repository, blocks('  from: 2020-01-01\n  lifted: 2020-01-02\n'), 'Lift');
    case 4: {
      const hand = await handDirectory(directory);
      return hand.set(first.username, { displayName: 'somebody else' });
    }
    default:
      return;
  }
}
