/** An installation over a real domain controller, whose accounts Muster knows and where there is nothing to do. */
import { institution, musterFile } from '../support/desired-state.ts';
import { addUsers } from '../support/directory-contents.ts';
import { type SambaDc, startSamba } from '../support/samba.ts';
import { change, makeSite, type TestSite } from '../support/site.ts';
import { assertNothingToDo, BuiltMuster } from './built-muster.ts';
import {
  accountValues,
  type BenchPerson,
  documentOf,
  everybody,
  INSTANCE,
  institutions,
  pathOf,
} from './population.ts';
import type { Workshop } from './workshop.ts';

/** Everything at once passes: what a benchmark changes is nobody's mistake. */
const LIMITS =
  '{ update: { people: 100000, percent: 100 }, phone: { people: 100000, percent: 100, perDay: 1000000 }, block: { people: 100000, perDay: 100000, institutions: 100, institutionPeople: 100000 } }';

export interface SambaSite {
  readonly dc: SambaDc;
  readonly site: TestSite;
  readonly people: readonly BenchPerson[];
  readonly muster: BuiltMuster;
  close(): Promise<void>;
}

/** Starts a controller with that many accounts of ours, and lets Muster learn them. */
export async function openSambaSite(workshop: Workshop, users: number): Promise<SambaSite> {
  const people = everybody(users);
  const dc = await startSamba();
  try {
    const site = await makeSite(dc, { limits: LIMITS });
    const muster = new BuiltMuster(workshop, site.configFile);
    await addUsers(
      dc,
      people.map((person) => ({ name: person.username, attributes: accountValues(person) })),
    );
    const houses = Object.assign({}, ...institutions().map(({ id, name }) => institution(id, name)));
    await change(site, { ...musterFile(INSTANCE), ...houses, ...documents(people) }, 'Everybody we know of');
    const close = async () => {
      await site.remove();
      await dc.stop();
    };
    await muster.learn();
    assertNothingToDo((await muster.pass('plan')).report);
    return { dc, site, people, muster, close };
  } catch (error) {
    await dc.stop();
    throw error;
  }
}

/** Files of these people, for a commit. */
export function documents(people: readonly BenchPerson[]): Readonly<Record<string, string>> {
  return Object.fromEntries(people.map((person) => [pathOf(person), documentOf(person)]));
}

/** DN of a person's account: all lie in one unit here. */
export function accountDn({ dc }: Pick<SambaSite, 'dc'>, { username }: BenchPerson): string {
  return `CN=${username},${dc.researchersOu}`;
}
