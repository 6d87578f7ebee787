/** An organisation whose people get access, as one entry under `institutions/` says it. */
import { fold, type Institution } from './document.ts';
import type { Form } from './form.ts';
import type { Shape } from './form-problems.ts';
import {
  EMAIL_LOOK,
  INSTITUTION_ID_LOOK,
  INSTITUTION_NAME_LOOK,
  readEmail,
  readInstitutionId,
  readInstitutionName,
} from './text.ts';

export const INSTITUTION_SHAPE: Shape = {
  id: {
    write: 'id: …',
    about: "Short name that people's entries refer to; never changes.",
    look: INSTITUTION_ID_LOOK,
  },
  name: { write: 'name: …', about: 'The name as people know it.', look: INSTITUTION_NAME_LOOK, freeText: true },
  contacts: { write: 'contacts: [ …@… ]', about: 'E-mail addresses, one or more.', look: EMAIL_LOOK, list: true },
  partOf: {
    write: 'partOf: …',
    about: 'The `id` of the institution above; a block up there covers this one too.',
    look: INSTITUTION_ID_LOOK,
    optional: true,
  },
};

/** The institution and its key; the document is null where any field is wrong, the key where the id is. */
export function readInstitution(form: Form): { readonly key: string | null; readonly document: Institution | null } {
  const id = form.required('id', readInstitutionId);
  const key = id === null ? null : fold(id);
  const name = form.required('name', readInstitutionName);
  const contacts = form.list('contacts', readEmail);
  const partOf = form.optional('partOf', readInstitutionId);
  if (key !== null && partOf !== null && fold(partOf) === key) {
    form.object('partOf', 'An institution cannot be part of itself. Name the one above it, or write `none`.', 'none');
  }
  if (form.problems.length > 0 || id === null || name === null || contacts === null) return { key, document: null };
  return { key, document: { id, name, contacts, partOf: partOf === null ? null : fold(partOf) } };
}
