/** What each kind of document is held for beside the last good one and the other files. */
import { compareText } from '../diagnostic.ts';
import { type Days, isOver, windowOf } from './block-window.ts';
import { withoutEntry } from './consequence.ts';
import type { Block, Day, Instant, Institution, User } from './document.ts';
import type { ReuseObjection } from './former-addresses.ts';
import type { Stated } from './gather.ts';
import { type Country, isIn } from './phone.ts';
import { aroundLast, byContent, NONE, type Objection, placedAt, type Rules } from './settle.ts';
import type { Suggest } from './suggestion.ts';

/** Why nothing may refer to this institution; null: it may. */
export type InstitutionObjection = (key: string, field: 'institution' | 'partOf') => Objection | null;

/**
 * @param reusing what speaks against the address or the username being this person's
 * @param countries in which phone numbers may be; undefined: in all
 */
export function userRules(
  objectionTo: InstitutionObjection,
  reusing: ReuseObjection,
  countries?: ReadonlySet<Country>,
): Rules<User> {
  return {
    judge: (stated, last) => {
      const { document } = stated;
      const institution = objectionTo(document.institution, 'institution');
      const gone = last === null ? NONE : [...gonePart('starts', stated, last), ...gonePart('ends', stated, last)];
      const renamed = last !== null && document.username !== last.username;
      const abroad =
        countries !== undefined && !isIn(countries, document.phone) ? [elsewhere(document.phone, countries)] : NONE;
      const reused = reusing(document, last);
      if (institution === null && gone.length === 0 && !renamed && abroad.length === 0 && reused === null)
        return { document, holding: NONE, noted: NONE };
      // A number that passcodes go to already is only told of; to a new one they never go.
      const known = last !== null && last.phone === document.phone;
      return {
        document: renamed ? { ...document, username: last.username } : document,
        holding: [...gone, ...[institution, reused].filter((one) => one !== null), ...(known ? NONE : abroad)],
        noted: [...(renamed ? [neverRenamed(last.username)] : []), ...(known ? abroad : NONE)],
      };
    },
    name: (key) => `the user \`${key}\``,
    without: (key) => withoutEntry('user', key),
    unite: ({ stated, last }) => aroundLast(stated, last),
    // Whatever else is wrong with it, what the entry says now may take: a closing does not wait for a corrected id.
    hold: (stated, last) => aroundLast([stated], last),
    keepsUnited: false,
    countsUnproven: true,
  };
}

function elsewhere(phone: string, countries: ReadonlySet<Country>): Objection {
  const listed = [...countries].sort(compareText).join(', ');
  const message = `The phone number ${phone} is in none of the countries that passcodes are sent to here (${listed}). Write one that is, or have that country added to the configuration.`;
  return { message, fix: null };
}

function neverRenamed(username: string): Objection {
  return {
    message: `A username never changes, nor do its capital letters: this one is \`${username}\` and stays so.`,
    fix: `username: ${username}`,
  };
}

/** `circle` gives the way round for an institution that is part of itself. */
export function institutionRules(
  objectionTo: InstitutionObjection,
  circle: (key: string) => readonly string[] | null,
): Rules<Institution> {
  return {
    judge: (stated, last) => {
      const { document } = stated;
      const gone = last === null ? [] : gonePart('partOf', stated, last);
      const round = circle(document.id);
      const above = round === null && document.partOf !== null ? objectionTo(document.partOf, 'partOf') : null;
      const holding = [...gone, ...(round === null ? [] : [inCircle(round)]), ...(above === null ? [] : [above])];
      return { document, holding, noted: [] };
    },
    name: (key) => `the institution \`${key}\``,
    without: (key) => withoutEntry('institution', key),
    unite: ({ stated, proven, last }) => aroundLast(last === null && proven.length === 0 ? stated : proven, last),
    // Only the last good place in the order: what hangs below something unproven would come and go with it.
    hold: (stated, last) => ({ ...(last ?? stated), rivals: [] }),
    keepsUnited: false,
    countsUnproven: true,
  };
}

function inCircle(round: readonly string[]): Objection {
  const [first = '', second] = round;
  if (second === undefined) return { message: `\`${first}\` cannot be part of itself.`, fix: null };
  const steps = round.map((key, at) => `\`${key}\` is part of \`${round[at + 1] ?? first}\``);
  return { message: `This goes in a circle: ${steps.join(', ')}. One of these lines has to go.`, fix: null };
}

interface BlockSurroundings {
  readonly kind: 'blocked-institution' | 'blocked-user' | 'mail-block';
  readonly targetField: 'user' | 'institution';
  /** Whether anybody of that key is declared, held or remembered. */
  readonly isKnown: (target: string) => boolean;
  readonly suggest: Suggest;
  readonly days: Days;
  readonly at: Instant;
}

export function blockRules(surroundings: BlockSurroundings): Rules<Block> {
  const { targetField, days, at } = surroundings;
  return {
    judge: (stated, last) => {
      const step = last === null ? [] : [...gonePart('until', stated, last), ...lifting(stated, last, days, at)];
      const { document } = stated;
      const unknown = surroundings.isKnown(document.target) ? [] : [unknownTarget(document.target, surroundings)];
      return { document, holding: [...step, ...unknown], noted: [] };
    },
    name: (key) => `the block of ${targetField} ${key.replace(/@([^@]*)$/u, ' from $1')}`,
    without: (key) => withoutEntry(surroundings.kind, key),
    unite: ({ stated, last, lastMayStand }) => {
      const readings = [...stated, ...(last !== null && lastMayStand ? [last] : [])].sort(byContent);
      const [longest, ...others] = readings.sort((a, b) => endOf(b.document, days) - endOf(a.document, days));
      if (longest === undefined) throw new RangeError('nothing to unite');
      return { ...placedAt(longest), rivals: others.map(placedAt) };
    },
    // Only the last good document: a line that is missing from a block must not make it last longer either.
    hold: (stated, last) => ({ ...(last ?? stated), rivals: [] }),
    keepsUnited: true,
    countsUnproven: false,
  };
}

function endOf(block: Block, days: Days): number {
  return windowOf(block, days).to ?? Number.POSITIVE_INFINITY;
}

function unknownTarget(target: string, { targetField, suggest }: BlockSurroundings): Objection {
  const meant = suggest(target);
  const question = meant === null ? 'Each entry names exactly one.' : `Did you mean \`${meant}\`?`;
  const message = `There is no ${targetField} \`${target}\`, so this blocks nobody. ${question}`;
  return { message, fix: meant === null ? null : `${targetField}: ${meant}` };
}

/** Once lifted, a block stays lifted: by a line that went missing, by `none`, or by another date. */
function lifting(stated: Stated<Block>, last: Block, days: Days, at: Instant): readonly Objection[] {
  if (last.lifted === null) return [];
  const fix = `lifted: ${last.lifted}`;
  const again = 'To block again, write a new entry with a new `from`.';
  if (stated.document.lifted === null && !stated.none.includes('lifted')) {
    return [{ message: `\`lifted\` was ${last.lifted} and is gone. What was lifted stays so. ${again}`, fix }];
  }
  const wasOver = days.startOf(last.lifted) <= at;
  if (!wasOver || isOver(windowOf(stated.document, days), at)) return [];
  return [{ message: `This block was lifted on ${last.lifted} and stays lifted. ${again}`, fix }];
}

/** In words: what it would mean to be without the field on purpose. */
const WITHOUT = {
  starts: 'If access should begin at once',
  ends: 'If access should have no end',
  until: 'If the block should have no end',
  partOf: 'If it should belong to no other institution',
} as const;

/** Absence neither takes nor gives: an optional field that was there and is gone, without the word `none`. */
function gonePart<F extends keyof typeof WITHOUT>(
  field: F,
  stated: { readonly document: { readonly [K in F]: Day | string | null }; readonly none: readonly string[] },
  last: { readonly [K in F]: Day | string | null },
): readonly Objection[] {
  const before = last[field];
  if (before === null || stated.document[field] !== null || stated.none.includes(field)) return NONE;
  const message = `\`${field}\` was ${before} and is gone. ${WITHOUT[field]}, write "${field}: none".`;
  return [{ message, fix: `${field}: ${before}` }];
}
