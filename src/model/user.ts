/** A person's account, as one entry under `users/` says it. */
import { DAY_LOOK, readDay } from './day.ts';
import { fold, type User } from './document.ts';
import { type Form, readWord } from './form.ts';
import type { Shape } from './form-problems.ts';
import { PHONE_LOOK, readPhone } from './phone.ts';
import {
  EMAIL_LOOK,
  INSTITUTION_ID_LOOK,
  PERSON_NAME_LOOK,
  readEmail,
  readInstitutionId,
  readPersonName,
  readUsername,
  USERNAME_LOOK,
} from './text.ts';

const STATES = ['active', 'closed'] as const;

export const USER_SHAPE: Shape = {
  username: { write: 'username: …', about: 'The log-on name; never changes.', look: USERNAME_LOOK },
  name: {
    write: 'name: { given: …, family: … }',
    about: "The person's name, given and family.",
    within: {
      given: { write: 'given: …', about: 'Given name, or names.', look: PERSON_NAME_LOOK, freeText: true },
      family: { write: 'family: …', about: 'Family name.', look: PERSON_NAME_LOOK, freeText: true },
    },
  },
  email: { write: 'email: …@…', about: "The person's own e-mail address.", look: EMAIL_LOOK },
  phone: { write: 'phone: +…', about: 'The mobile phone that passcodes are sent to.', look: PHONE_LOOK },
  institution: {
    write: 'institution: …',
    about: 'The `id` of the institution that the person belongs to.',
    look: INSTITUTION_ID_LOOK,
  },
  state: {
    write: 'state: …',
    about:
      '`active`, or `closed` once the person has left. To stop somebody for a while, add an entry to blocked-users.yaml.',
    look: {
      pattern: STATES.join('|'),
      hint: 'Write `active` or `closed`.',
      example: 'active',
      words: STATES,
    },
  },
  starts: { write: 'starts: YYYY-MM-DD', about: 'First day with access.', look: DAY_LOOK, optional: true },
  ends: { write: 'ends: YYYY-MM-DD', about: 'Last day with access.', look: DAY_LOOK, optional: true },
};

const readState = readWord(
  STATES,
  'To stop somebody for a while, keep `active` and add an entry to blocked-users.yaml.',
);

interface ReadUser {
  readonly key: string | null;
  readonly document: User | null;
  /** Id of the institution that is named, also where another field is wrong. */
  readonly refersTo: string | null;
}

/** The person and their key; the document is null where any field is wrong, the key where the username is. */
export function readUser(form: Form): ReadUser {
  const username = form.required('username', readUsername);
  const key = username === null ? null : fold(username);
  const names = form.group('name');
  const given = names?.required('given', readPersonName) ?? null;
  const family = names?.required('family', readPersonName) ?? null;
  const email = form.required('email', readEmail);
  const phone = form.required('phone', readPhone);
  const institution = form.required('institution', readInstitutionId);
  const state = form.required('state', readState);
  const starts = form.optional('starts', readDay);
  const ends = form.optional('ends', readDay);
  if (starts !== null && ends !== null && ends < starts) {
    form.object('ends', `Access would end (${ends}) before it starts (${starts}). Check both days.`);
  }
  const refersTo = institution === null ? null : fold(institution);
  const incomplete = { key, document: null, refersTo };
  if (form.problems.length > 0) return incomplete;
  if (username === null || given === null || family === null || email === null) return incomplete;
  if (phone === null || refersTo === null || state === null) return incomplete;
  const name = { given, family };
  const document = { username, name, email, phone, institution: refersTo, state, starts, ends };
  return { key, document, refersTo };
}
