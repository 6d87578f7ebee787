/** A hosted server, from its request to its bill, as one entry under `servers/` says it; and where it stands. */
import { DAY_LOOK, readDay } from './day.ts';
import { type Day, fold, type HostedServer, SERVER_STEPS, type ServerStep } from './document.ts';
import type { Form } from './form.ts';
import type { Shape } from './form-problems.ts';
import { bad, good, type Reading } from './reading.ts';
import { EMAIL_LOOK, freeTextLook, INSTITUTION_ID_LOOK, readEmail, readFreeText, readInstitutionId } from './text.ts';
import { shown } from './wording.ts';

/** Who has to do something. */
export type Party = 'institution' | 'it' | 'research-service';

/** Who takes each step, whoever does most of it first. */
export const RESPONSIBLE: Readonly<Record<ServerStep, readonly Party[]>> = {
  agreed: ['it', 'institution'],
  signed: ['institution'],
  received: ['it'],
  installed: ['it'],
  moved: ['research-service', 'it'],
  informed: ['it'],
  billed: ['research-service'],
};

/** A server's id stands in messages and commands: longer ones serve nobody. */
const ID_MAX = 64;
const ID = /^[a-z0-9]+(?:-+[a-z0-9]+)*$/;
/** Long enough for any name, short enough for a line of a list. */
const NAME_MAX = 200;
/** A paragraph at most. */
const PURPOSE_MAX = 500;

const ABOUT_STEPS: Readonly<Record<ServerStep, string>> = {
  agreed: 'Day on which IT and the institution agreed on the configuration.',
  signed: 'Day on which the institution signed the contract.',
  received: 'Day on which IT had received equipment and licences.',
  installed: 'Day on which IT had installed it.',
  moved: 'Day on which Research Service and IT had moved the data.',
  informed: 'Day on which IT told Research Service that it is ready.',
  billed: 'Day on which Research Service billed the institution.',
};

export const SERVER_SHAPE: Shape = {
  id: {
    write: 'id: …',
    about: 'Short name of the request; never changes.',
    look: {
      pattern: `(?=.{1,${ID_MAX}}\\s*$)${ID.source.slice(1, -1)}`,
      hint: 'Only small letters (a to z), digits and hyphens.',
      example: 'northlake-genomics',
    },
  },
  name: {
    write: 'name: …',
    about: 'What the server is called.',
    look: freeTextLook(NAME_MAX, 'Genomics server'),
    freeText: true,
  },
  purpose: {
    write: 'purpose: …',
    about: 'What it is for.',
    look: freeTextLook(PURPOSE_MAX, 'Analyses of the genomics group'),
    optional: true,
    freeText: true,
  },
  institution: {
    write: 'institution: …',
    about: 'The `id` of the institution that it is hosted for.',
    look: INSTITUTION_ID_LOOK,
  },
  contact: {
    write: 'contact: …@…',
    about: "Who speaks for the institution about it; the institution's contacts otherwise.",
    look: EMAIL_LOOK,
    optional: true,
  },
  requested: { write: 'requested: YYYY-MM-DD', about: 'Day on which the request came in.', look: DAY_LOOK },
  steps: {
    write: 'steps: { … }',
    about: 'The day of each step that is done, in their order.',
    optional: true,
    within: Object.fromEntries(
      SERVER_STEPS.map((step) => [
        step,
        { write: `${step}: YYYY-MM-DD`, about: ABOUT_STEPS[step], look: DAY_LOOK, optional: true as const },
      ]),
    ),
  },
  cancelled: {
    write: 'cancelled: YYYY-MM-DD',
    about: 'Day on which the request was given up.',
    look: DAY_LOOK,
    optional: true,
  },
};

interface ReadServer {
  readonly key: string | null;
  readonly document: HostedServer | null;
  /** Id of the institution that is named, also where another field is wrong. */
  readonly refersTo: string | null;
}

/** The server and its key; the document is null where any field is wrong, the key where the id is. */
export function readServer(form: Form): ReadServer {
  const key = form.required('id', readServerId);
  const name = form.required('name', (text) => readFreeText(text, NAME_MAX, 'name'));
  const purpose = form.optional('purpose', (text) => readFreeText(text, PURPOSE_MAX, 'purpose'));
  const institution = form.required('institution', readInstitutionId);
  const contact = form.optional('contact', readEmail);
  const requested = form.required('requested', readDay);
  const steps = readSteps(form, requested);
  const cancelled = form.optional('cancelled', readDay);
  if (requested !== null && cancelled !== null && cancelled < requested) {
    form.object('cancelled', `It would be cancelled (${cancelled}) before it was requested (${requested}).`);
  }
  const refersTo = institution === null ? null : fold(institution);
  if (form.problems.length > 0 || key === null || name === null || refersTo === null || requested === null) {
    return { key, document: null, refersTo };
  }
  const document = { id: key, name, purpose, institution: refersTo, contact, requested, steps, cancelled };
  return { key, document, refersTo };
}

/** Each step's day; that one is missing or lies before the one before it is a problem at its line. */
function readSteps(form: Form, requested: Day | null): HostedServer['steps'] {
  const group = form.group('steps');
  const days = new Map(SERVER_STEPS.map((step) => [step, group?.optional(step, readDay) ?? null] as const));
  let before: { readonly what: string; readonly day: Day | null } = { what: 'requested', day: requested };
  for (const [step, day] of days) {
    if (day !== null && before.day !== null && day < before.day) {
      group?.object(
        step,
        `\`${step}\` (${day}) would come before \`${before.what}\` (${before.day}). Check both days.`,
      );
    }
    if (day !== null && before.day === null && group?.problems.length === 0) {
      group.object(
        step,
        `\`${step}\` has a day and \`${before.what}\`, which comes before it, has none. Write the day of \`${before.what}\` as well.`,
      );
    }
    before = { what: step, day };
  }
  // Every step has its place in the map.
  return Object.fromEntries(days) as Record<ServerStep, Day | null>;
}

function readServerId(text: string): Reading<string> {
  if (ID.test(text)) {
    if (text.length <= ID_MAX) return good(text);
    return bad(`\`${shown(text)}\` is too long. A server's id has at most ${ID_MAX} characters.`);
  }
  const plain = fold(text).replace(/[ _.]+/g, '-');
  const what = "A server's id has only small letters (a to z), digits and hyphens";
  return bad(`${what}; \`${shown(text)}\` has something else.`, ID.test(plain) ? plain : undefined);
}

/** Where a server stands. */
export interface Progress {
  /** The latest step that is done, and its day; `requested` at first. */
  readonly last: { readonly step: ServerStep | 'requested'; readonly day: Day };
  /** Null: nothing is left to do. */
  readonly next: ServerStep | null;
}

/** @param done days of steps that are known to be done although the entry does not say so yet. */
export function progressOf(server: HostedServer, done: Partial<Record<ServerStep, Day>> = {}): Progress {
  let last: Progress['last'] = { step: 'requested', day: server.requested };
  for (const step of SERVER_STEPS) {
    const day = server.steps[step] ?? done[step] ?? null;
    if (day === null) return { last, next: server.cancelled === null ? step : null };
    last = { step, day };
  }
  return { last, next: null };
}
