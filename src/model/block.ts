/** One entry of a block list: of an institution, of a person, or of a person's mail. */
import { readDay } from './day.ts';
import { type Block, fold } from './document.ts';
import type { Form } from './form.ts';
import type { Shape } from './form-problems.ts';
import { readInstitutionId, readReason, readUsername } from './text.ts';

function shapeFor(target: 'institution' | 'user'): Shape {
  return {
    [target]: { write: `- ${target}: …` },
    reason: { write: 'reason: …', freeText: true },
    from: { write: 'from: YYYY-MM-DD' },
    until: { write: 'until: YYYY-MM-DD', optional: true },
    lifted: { write: 'lifted: YYYY-MM-DD', optional: true },
  };
}

export const INSTITUTION_BLOCK_SHAPE: Shape = shapeFor('institution');
export const USER_BLOCK_SHAPE: Shape = shapeFor('user');

interface ReadBlock {
  readonly key: string | null;
  readonly document: Block | null;
}

export function readInstitutionBlock(form: Form): ReadBlock {
  return readBlock(form, form.required('institution', readInstitutionId));
}

export function readUserBlock(form: Form): ReadBlock {
  return readBlock(form, form.required('user', readUsername));
}

/** The block and its key `target@from`; the document is null where any field is wrong, the key where target or first day is. */
function readBlock(form: Form, named: string | null): ReadBlock {
  const target = named === null ? null : fold(named);
  const reason = form.required('reason', readReason);
  const from = form.required('from', readDay);
  const until = form.optional('until', readDay);
  const lifted = form.optional('lifted', readDay);
  if (from !== null && until !== null && until < from) {
    form.object('until', `This block would end (${until}) before it begins (${from}). Check both days.`);
  }
  if (from !== null && lifted !== null && lifted < from) {
    const message = `This block would be lifted (${lifted}) before it begins (${from}). To cancel it, lift it on its first day.`;
    form.object('lifted', message, from);
  }
  const key = target === null || from === null ? null : `${target}@${from}`;
  if (form.problems.length > 0 || target === null || reason === null || from === null) return { key, document: null };
  return { key, document: { target, reason, from, until, lifted } };
}
