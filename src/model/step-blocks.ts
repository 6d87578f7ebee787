/** What a step does to blocks: of institutions, of people, and of people's mail. */
import { windowOf } from './block-window.ts';
import { dayOf } from './day.ts';
import type { Block, Entry } from './document.ts';
import { blockText } from './entry-text.ts';
import { placeOfField } from './field-lines.ts';
import { personLabel, type Restriction } from './restrictions.ts';
import { type BlockKind, targetFieldOf } from './settle-all.ts';
import { beyond, leftBy, type Spans, within } from './spans.ts';
import { mayGain } from './standing.ts';
import type { StepItem } from './step-item.ts';
import { institutionName } from './step-people.ts';
import { filesOf, placing } from './step-placing.ts';
import { accessBy, isSameEntry, restrictionsOf, type Sides } from './step-sides.ts';

const LISTS = {
  'blocked-institution': 'blockedInstitutions',
  'blocked-user': 'blockedUsers',
  'mail-block': 'mailBlocks',
} as const;

export function blockItems(sides: Sides): readonly StepItem[] {
  return Object.entries(LISTS).flatMap(([kind, list]) => {
    const before = new Map(sides.before.model[list].map((entry) => [entry.key, entry]));
    return sides.after.model[list].flatMap((is) => {
      const was = before.get(is.key);
      if (was !== undefined && isSameEntry(was, is)) return [];
      // The table's own keys.
      return itemsOf(kind as BlockKind, was, is, sides);
    });
  });
}

function itemsOf(kind: BlockKind, was: Entry<Block> | undefined, is: Entry<Block>, sides: Sides): readonly StepItem[] {
  if (is.condition === 'vanished') return was?.condition === 'vanished' ? [] : [removed(kind, is, sides)];
  if (is.condition === 'held' && is.rivals.length === 0) return [];
  const shutNow = windows(is, sides);
  const shutBefore = was === undefined ? [] : windows(was, sides);
  const opened = beyond(shutBefore, shutNow);
  const shut = beyond(shutNow, shutBefore);
  const covered = coveredBy(kind, is, sides);
  const change = (key: string, side: 'gained' | 'lost') =>
    sides.accessChange(key)[side][kind === 'mail-block' ? 'mail' : 'logIn'];
  const gaining = opened.length === 0 ? [] : covered.filter((key) => within(change(key, 'gained'), opened).length > 0);
  const losing = shut.length === 0 ? [] : covered.filter((key) => within(change(key, 'lost'), shut).length > 0);
  const base = { ...baseOf(kind, is, sides), gaining, losing, wouldGain: [] };
  const { document } = is;
  const what = `The ${nounOf(kind)} of ${targetName(kind, document.target, sides)} from ${document.from}`;
  const field = (name: string) => {
    const { file, line } = placeOfField(is, name);
    return { file, line, paths: filesOf(was, is) };
  };
  if (opened.length > 0) {
    const how =
      document.lifted !== null ? `is lifted on ${document.lifted}` : `ends after ${document.until ?? document.from}`;
    const text = `${what} ${how}. ${reach(kind, gaining.length, 'gives')}`;
    return [
      {
        ...base,
        ...field(document.lifted !== null ? 'lifted' : 'until'),
        does: 'lifts-block',
        effect: 'gives',
        severity: 'warning',
        text,
        next: null,
      },
    ];
  }
  if (shut.length > 0) {
    const text =
      was === undefined
        ? `${targetName(kind, document.target, sides)} ${kind === 'mail-block' ? 'may not send mail' : 'is blocked'} from ${document.from}${document.until === null ? '' : ` to ${document.until}`}: ${document.reason}. ${reach(kind, losing.length, 'takes')}`
        : `${what} lasts longer. ${reach(kind, losing.length, 'takes')}`;
    return [{ ...base, ...field('until'), does: 'adds-block', effect: 'takes', severity: 'info', text, next: null }];
  }
  return [
    {
      ...base,
      ...field('reason'),
      does: 'changes-other',
      effect: 'neither',
      severity: 'info',
      text: was === undefined ? `${what} is over already.` : `${what} is worded otherwise.`,
      next: null,
    },
  ];
}

function removed(kind: BlockKind, is: Entry<Block>, sides: Sides): StepItem {
  const shut = windows(is, sides);
  const wouldGain = shut.length === 0 ? [] : coveredBy(kind, is, sides).filter((key) => opensFor(key, kind, is, sides));
  const base = {
    ...baseOf(kind, is, sides),
    ...placing(is),
    does: 'removes-block' as const,
    gaining: [],
    losing: [],
    wouldGain,
  };
  const what = `The ${nounOf(kind)} of ${targetName(kind, is.document.target, sides)} from ${is.document.from}`;
  if (shut.length === 0)
    return {
      ...base,
      effect: 'neither',
      severity: 'info',
      text: `${what}, which is over, is gone from the file.`,
      next: null,
    };
  const text = `${what} is gone from the file and stays in force. Lifted, it would give back: ${reach(kind, wouldGain.length, 'gives')}`;
  const today = dayOf(sides.at, sides.after.model.timeZone);
  const lifted = is.document.lifted ?? (today < is.document.from ? is.document.from : today);
  const next = `To lift it, write it again with \`lifted\`.\n${blockText(is.document, targetFieldOf(kind), lifted)}`;
  return { ...base, effect: 'gives', severity: 'error', text, next };
}

/** When the block shuts out from now on, by any of its versions. */
function windows(entry: Entry<Block>, { at, after }: Sides): Spans {
  const days = after.surroundings.calendar;
  const all = [{ from: at, to: Number.POSITIVE_INFINITY }];
  const documents = [entry.document, ...entry.rivals.map(({ document }) => document)];
  return beyond(
    all,
    leftBy(
      documents.map((document) => windowOf(document, days)),
      at,
    ),
  );
}

/** Whether this block alone keeps somebody out at some time. */
function opensFor(key: string, kind: BlockKind, block: Entry<Block>, sides: Sides): boolean {
  const entry = sides.after.model.users.get(key);
  if (entry === undefined || !mayGain(entry)) return false;
  const restrictions = restrictionsOf(sides.after, entry);
  const others = restrictions.filter((one) => !isOf(one, kind, block));
  const right = kind === 'mail-block' ? 'mail' : 'logIn';
  return beyond(accessBy(others, sides.at)[right], accessBy(restrictions, sides.at)[right]).length > 0;
}

const REASONS = {
  'blocked-institution': 'institution-blocked',
  'blocked-user': 'person-blocked',
  'mail-block': 'mail-blocked',
} as const;

function isOf({ source }: Restriction, kind: BlockKind, { key }: Entry<Block>): boolean {
  return source.startsWith(`${REASONS[kind]} ${key} `);
}

function coveredBy(kind: BlockKind, { document }: Entry<Block>, sides: Sides): readonly string[] {
  if (kind === 'blocked-institution') return sides.peopleUnder(document.target);
  return [document.target];
}

function baseOf(kind: BlockKind, { key, document }: Entry<Block>, sides: Sides) {
  const user = kind === 'blocked-institution' ? undefined : sides.after.model.users.get(document.target);
  return {
    kind,
    key,
    person: kind === 'blocked-institution' ? null : document.target,
    institution: kind === 'blocked-institution' ? document.target : (user?.document.institution ?? null),
  };
}

function targetName(kind: BlockKind, target: string, sides: Sides): string {
  if (kind === 'blocked-institution') return institutionName(target, sides);
  const user = sides.after.model.users.get(target);
  return user === undefined ? target : personLabel(user.document);
}

function nounOf(kind: BlockKind): string {
  return kind === 'mail-block' ? 'mail block' : 'block';
}

function reach(kind: BlockKind, n: number, effect: 'gives' | 'takes'): string {
  const who = n === 0 ? 'Nobody' : n === 1 ? '1 person' : `${n} people`;
  const verb = n > 1 ? ['get', 'lose'] : ['gets', 'loses'];
  if (kind === 'mail-block')
    return effect === 'gives' ? `${who} may send mail again.` : `${who} may not send mail any more.`;
  return effect === 'gives' ? `${who} ${verb[0]} access again.` : `${who} ${verb[1]} access.`;
}
