/** One entry of a block list: of an institution, of a person, or of a person's mail. */
import { DAY_LOOK, readDay } from './day.ts';
import { type Block, fold } from './document.ts';
import type { Form } from './form.ts';
import type { Shape } from './form-problems.ts';
import type { Look } from './look.ts';
import {
  INSTITUTION_ID_LOOK,
  REASON_LOOK,
  readInstitutionId,
  readReason,
  readUsername,
  USERNAME_LOOK,
} from './text.ts';

function shapeFor(target: 'institution' | 'user', about: string, look: Look): Shape {
  return {
    [target]: { write: `- ${target}: …`, about, look },
    reason: { write: 'reason: …', about: 'Why; shown to whoever asks.', look: REASON_LOOK, freeText: true },
    from: { write: 'from: YYYY-MM-DD', about: 'First day of the block; may lie ahead.', look: DAY_LOOK },
    until: { write: 'until: YYYY-MM-DD', about: 'Last day of the block.', look: DAY_LOOK, optional: true },
    lifted: {
      write: 'lifted: YYYY-MM-DD',
      about: 'First day on which the block no longer counts.',
      look: DAY_LOOK,
      optional: true,
    },
  };
}

export const INSTITUTION_BLOCK_SHAPE: Shape = shapeFor(
  'institution',
  'The `id` of the institution that is blocked, with all that are part of it.',
  INSTITUTION_ID_LOOK,
);
export const USER_BLOCK_SHAPE: Shape = shapeFor('user', 'The username of the person who is blocked.', USERNAME_LOOK);

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
