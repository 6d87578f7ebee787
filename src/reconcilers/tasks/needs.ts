/** What has to be done by hand, worded: for a person in a system, and for the next step of a hosted server. */
import type { Need, StepLines } from '../../core/tasks.ts';
import type { Day, Entry, HostedServer, ServerStep, User } from '../../model/document.ts';
import { type Party, progressOf, RESPONSIBLE } from '../../model/hosted-server.ts';
import type { Model } from '../../model/model.ts';
import { personLabel } from '../../model/restrictions.ts';
import type { ManualSystem, TaskSettings } from './settings.ts';

const STEP_WORDS: Readonly<Record<ServerStep, string>> = {
  agreed: 'Agree with the institution on the configuration',
  signed: 'Have the contract signed',
  received: 'Receive the equipment and the licences',
  installed: 'Install it',
  moved: 'Move the data',
  informed: 'Tell Research Service that it is ready',
  billed: 'Bill the institution',
};

export function personNeed(
  system: ManualSystem,
  { key, document }: Entry<User>,
  act: 'give' | 'take',
  { institutions }: Pick<Model, 'institutions'>,
): Need {
  const { name, username, email, institution } = document;
  const values: Readonly<Record<string, string>> = {
    name: `${name.given} ${name.family}`,
    username,
    email,
    institution: institutions.get(institution)?.document.name ?? institution,
  };
  // Each once, whatever stands in the values.
  const text = system[act].replace(/\{([^{}]*)\}/g, (whole, placeholder: string) => values[placeholder] ?? whole);
  return {
    subject: { kind: 'person', system: system.id, person: key, act },
    title: system.name,
    text,
    about: personLabel(document),
    entry: null,
    to: system.maintainer,
    withinDays: system.withinDays,
  };
}

/** Null: nothing is left to do. @param done steps that somebody said are done, and that the entry does not say yet. */
export function serverNeed(
  entry: Entry<HostedServer>,
  done: Partial<Record<ServerStep, Day>>,
  { institutions }: Pick<Model, 'institutions'>,
  settings: TaskSettings['servers'],
): Need | null {
  const { document, origin } = entry;
  const { next } = progressOf(document, done);
  if (next === null) return null;
  const institution = institutions.get(document.institution)?.document;
  const about = `${document.name} (${document.id}), ${institution?.name ?? document.institution}`;
  const addresses: Readonly<Record<Party, readonly string[]>> = {
    it: settings.it,
    'research-service': settings.researchService,
    institution: settings.mailInstitutions
      ? document.contact === null
        ? (institution?.contacts ?? [])
        : [document.contact]
      : settings.researchService,
  };
  return {
    subject: { kind: 'server', server: document.id, step: next },
    title: 'Hosted server',
    text: `${STEP_WORDS[next]}: ${about}`,
    about,
    entry: stepLines(origin.file, next),
    to: [...new Set(RESPONSIBLE[next].flatMap((party) => addresses[party]))],
    withinDays: settings.withinDays,
  };
}

/** The line that says that a step is done, and where it goes. */
export function stepLines(file: string, step: ServerStep, day = 'YYYY-MM-DD'): StepLines {
  return { file, lines: `steps:\n  ${step}: ${day}` };
}
