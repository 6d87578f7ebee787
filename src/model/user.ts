/** A person's account, as one entry under `users/` says it. */
import { readDay } from './day.ts';
import { fold, type User } from './document.ts';
import { type Form, readWord } from './form.ts';
import type { Shape } from './form-problems.ts';
import { readPhone } from './phone.ts';
import { readEmail, readInstitutionId, readPersonName, readUsername } from './text.ts';

export const USER_SHAPE: Shape = {
  username: { write: 'username: …' },
  name: {
    write: 'name: { given: …, family: … }',
    within: { given: { write: 'given: …', freeText: true }, family: { write: 'family: …', freeText: true } },
  },
  email: { write: 'email: …@…' },
  phone: { write: 'phone: +…' },
  institution: { write: 'institution: …' },
  state: { write: 'state: …' },
  starts: { write: 'starts: YYYY-MM-DD', optional: true },
  ends: { write: 'ends: YYYY-MM-DD', optional: true },
};

const readState = readWord(
  ['active', 'closed'],
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
