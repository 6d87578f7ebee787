/** What left the files: it stays in force, and a person is told so with the lines to write. */
import { type Days, isOver, windowOf } from './block-window.ts';
import type { Block, Day, Entry, Instant, Institution, User } from './document.ts';
import { blockText, institutionText, userText } from './entry-text.ts';
import { personLabel } from './restrictions.ts';
import type { Objection } from './settle.ts';

const MS_PER_DAY = 86_400_000;

/**
 * How long after its end a block that left the files is remembered. Over a year, so that neither a clock that jumped ahead by one nor
 * a lift that still waits for an approval makes Muster forget a block that should count.
 */
const FORGET_AFTER_DAYS = 400;

/** Null: nothing to say, for a closed account may leave the files. */
export function vanishedUser({ document }: Entry<User>): Objection | null {
  if (document.state === 'closed') return null;
  return {
    message: `${personLabel(document)} is no longer declared. Access stays as it was and nothing new is given. If they left, write this again, closed.`,
    fix: userText(document, 'closed'),
  };
}

/** Null: nobody needs it any more. `needed` says whether a person or another institution still refers to it. */
export function vanishedInstitution({ document }: Entry<Institution>, needed: boolean): Objection | null {
  if (!needed) return null;
  return {
    message: `${document.name} (\`${document.id}\`) is no longer declared, but people still belong to it. Their access stays as it was.`,
    fix: institutionText(document),
  };
}

export interface BlockTime {
  readonly days: Days;
  readonly at: Instant;
  readonly today: Day;
}

/** Null: the block had ended, so its entry may go. */
export function vanishedBlock(
  { document }: Entry<Block>,
  targetField: 'user' | 'institution',
  what: string,
  { days, at, today }: BlockTime,
): Objection | null {
  if (isOver(windowOf(document, days), at)) return null;
  const { target, from, lifted } = document;
  // A day before `from` would not be a lift but a contradiction.
  const liftedOn = lifted ?? (today < from ? from : today);
  return {
    message: `The ${what} of ${target} from ${from} is gone from the file and stays in force. To lift it, write it again with \`lifted\`.`,
    fix: blockText(document, targetField, liftedOn),
  };
}

export function mayForget({ document }: Entry<Block>, { days, at }: BlockTime): boolean {
  const { to } = windowOf(document, days);
  return to !== null && to + FORGET_AFTER_DAYS * MS_PER_DAY <= at;
}
