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
import { filesOf, placing } from './step-placing.ts';
import { accessBy, isSameEntry, restrictionsOf, type Sides } from './step-sides.ts';

const KINDS_OF_BLOCKS: readonly BlockKind[] = ['blocked-institution', 'blocked-user', 'mail-block'];

/** Where a model keeps blocks of each kind, and what a restriction by one is called. */
const LISTS = {
  'blocked-institution': { list: 'blockedInstitutions', reason: 'institution-blocked' },
  'blocked-user': { list: 'blockedUsers', reason: 'person-blocked' },
  'mail-block': { list: 'mailBlocks', reason: 'mail-blocked' },
} as const;

export function blockItems(sides: Sides): readonly StepItem[] {
  return KINDS_OF_BLOCKS.flatMap((kind) => {
    const { list } = LISTS[kind];
    const before = new Map(sides.before.model[list].map((entry) => [entry.key, entry]));
    const changes = sides.after.model[list]
      .map((is) => ({ kind, was: before.get(is.key), is }))
      .filter(({ was, is }) => was === undefined || !isSameEntry(was, is));
    const fresh = new Map(changes.flatMap(({ was, is }) => (was === undefined ? [[is.document.target, is]] : [])));
    return changes.flatMap((change) => itemsOf(change, fresh, sides));
  });
}

interface Change {
  readonly kind: BlockKind;
  readonly was: Entry<Block> | undefined;
  readonly is: Entry<Block>;
}

/** `fresh`: blocks of the same list that begin with this step, by whom they are about. */
function itemsOf(change: Change, fresh: ReadonlyMap<string, Entry<Block>>, sides: Sides): readonly StepItem[] {
  const { was, is } = change;
  if (is.condition === 'vanished') {
    return was?.condition === 'vanished' ? [] : [removed(change, fresh.get(is.document.target), sides)];
  }
  // With a mistake nothing new of it counts; of several that contradict each other the longest does.
  if (is.condition === 'held' && is.rivals.length === 0) return [];
  return [changed(change, sides)];
}

function changed({ kind, was, is }: Change, sides: Sides): StepItem {
  const shutBefore = was === undefined ? [] : windows(was, sides);
  const shutNow = windows(is, sides);
  const [opened, shut] = [beyond(shutBefore, shutNow), beyond(shutNow, shutBefore)];
  const covered = coveredBy(kind, is, sides);
  const reached = (side: 'gained' | 'lost', when: Spans) =>
    when.length === 0
      ? []
      : covered.filter((key) => within(sides.accessChange(key)[side][RIGHTS[kind]], when).length > 0);
  const base = {
    ...baseOf(kind, is, sides),
    gaining: reached('gained', opened),
    losing: reached('lost', shut),
    wouldGain: [],
  };
  const { document } = is;
  const who = targetName(kind, document.target, sides);
  const what = `The ${nounOf(kind)} of ${who} from ${document.from}`;
  const at = (...fields: readonly string[]) => {
    const { file, line } = placeOfField(is, ...fields);
    return { file, line, paths: filesOf(was, is) };
  };
  if (opened.length > 0) {
    const lifted = document.lifted !== null && document.lifted !== was?.document.lifted;
    const how = lifted ? `is lifted on ${document.lifted}` : `ends after ${document.until ?? 'none'}`;
    // Before its first day it keeps nobody out.
    const ahead = was !== undefined && sides.at < sides.after.surroundings.calendar.startOf(was.document.from);
    const reach = ahead ? longerInWords(kind, base.gaining.length) : reachInWords(kind, base.gaining.length, 'gives');
    const text = `${what} ${how}. ${reach}`;
    return {
      ...base,
      ...(ahead ? { longer: true } : {}),
      ...at(lifted ? 'lifted' : 'until'),
      losing: [],
      does: 'lifts-block',
      effect: 'gives',
      severity: 'warning',
      text,
    };
  }
  if (shut.length > 0) {
    const text = was === undefined ? begun(kind, who, document) : `${what} lasts longer, ${untilInWords(document)}.`;
    const reach = reachInWords(kind, base.losing.length, 'takes');
    const place = was === undefined ? at() : at('until', 'lifted');
    return { ...base, ...place, does: 'adds-block', effect: 'takes', text: `${text} ${reach}` };
  }
  const text = was === undefined ? `${what} is new, and over already.` : `${what} is worded otherwise.`;
  return { ...base, ...at(was === undefined ? '' : 'reason'), does: 'changes-other', effect: 'neither', text };
}

function begun(kind: BlockKind, who: string, block: Block): string {
  const doing = kind === 'mail-block' ? 'may not send mail' : 'is blocked';
  return `${who} ${doing} from ${block.from}, ${untilInWords(block)}: ${block.reason}.`;
}

function untilInWords({ until, lifted }: Block): string {
  if (lifted !== null) return `until it is lifted on ${lifted}`;
  return until === null ? 'until it is lifted' : `until ${until} inclusive`;
}

function removed({ kind, was, is }: Change, other: Entry<Block> | undefined, sides: Sides): StepItem {
  const { document } = is;
  const shut = windows(is, sides);
  const base = {
    ...baseOf(kind, is, sides),
    ...placing(is),
    paths: filesOf(was, other),
    does: 'removes-block' as const,
    gaining: [],
    losing: [],
    wouldGain: shut.length === 0 ? [] : coveredBy(kind, is, sides).filter((key) => opensFor(key, kind, is, sides)),
  };
  const what = `The ${nounOf(kind)} of ${targetName(kind, document.target, sides)} from ${document.from}`;
  if (shut.length === 0) return { ...base, effect: 'neither', text: `${what}, which is over, is gone from the file.` };
  const stays = `${what} is gone from the file and stays in force.`;
  const text = `${stays} ${wouldInWords(kind, base.wouldGain.length)}`;
  if (other !== undefined) {
    const next = `If only its first day was to change: that never changes. Write "from: ${document.from}" again, and use \`until\` or \`lifted\`.`;
    // That nobody would gain follows from the new one alone, and says nothing.
    const said = base.wouldGain.length === 0 ? stays : text;
    return { ...base, ...placing(other), paths: base.paths, effect: 'gives', severity: 'error', text: said, next };
  }
  const today = dayOf(sides.at, sides.after.model.timeZone);
  const lifted = document.lifted ?? (today < document.from ? document.from : today);
  const next = `To lift it, write it again with \`lifted\`:\n${blockText(document, targetFieldOf(kind), lifted)}`;
  return { ...base, effect: 'gives', severity: 'error', text, next };
}

/** When the block shuts out from now on, by any of its versions. */
function windows({ document, rivals }: Entry<Block>, { at, after }: Sides): Spans {
  const days = after.surroundings.calendar;
  const versions = [document, ...rivals.map((rival) => rival.document)];
  const left = leftBy(
    versions.map((version) => windowOf(version, days)),
    at,
  );
  return beyond(leftBy([], at), left);
}

/** Whether this block alone keeps somebody out at some time. */
function opensFor(key: string, kind: BlockKind, block: Entry<Block>, sides: Sides): boolean {
  const entry = sides.after.model.users.get(key);
  if (entry === undefined || !mayGain(entry)) return false;
  const restrictions = restrictionsOf(sides.after, entry);
  const others = restrictions.filter((one) => !isOf(one, kind, block));
  const right = RIGHTS[kind];
  return beyond(accessBy(others, sides.at)[right], accessBy(restrictions, sides.at)[right]).length > 0;
}

const RIGHTS = { 'blocked-institution': 'logIn', 'blocked-user': 'logIn', 'mail-block': 'mail' } as const;

function isOf({ source }: Restriction, kind: BlockKind, { key }: Entry<Block>): boolean {
  return source.startsWith(`${LISTS[kind].reason} ${key} `);
}

function coveredBy(kind: BlockKind, { document }: Entry<Block>, sides: Sides): readonly string[] {
  return kind === 'blocked-institution' ? sides.peopleUnder(document.target) : [document.target];
}

function baseOf(kind: BlockKind, { key, document: { target } }: Entry<Block>, sides: Sides) {
  const user = sides.after.model.users.get(target);
  const about =
    kind === 'blocked-institution'
      ? { person: null, institution: target }
      : { person: target, institution: user?.document.institution ?? null };
  return { kind, key, ...about, severity: 'info' as const, next: null };
}

function targetName(kind: BlockKind, target: string, sides: Sides): string {
  if (kind === 'blocked-institution') return sides.institutionName(target);
  const user = sides.after.model.users.get(target);
  return user === undefined ? target : personLabel(user.document);
}

function nounOf(kind: BlockKind): string {
  return kind === 'mail-block' ? 'mail block' : 'block';
}

function reachInWords(kind: BlockKind, n: number, effect: 'gives' | 'takes'): string {
  const who = peopleInWords(n);
  if (kind === 'mail-block') return `${who} may ${effect === 'gives' ? 'send mail again' : 'no longer send mail'}.`;
  if (effect === 'gives') return `${who} ${n > 1 ? 'get' : 'gets'} access again.`;
  return `${who} ${n > 1 ? 'lose' : 'loses'} access.`;
}

function longerInWords(kind: BlockKind, n: number): string {
  const what = kind === 'mail-block' ? 'may send mail' : `${n > 1 ? 'have' : 'has'} access`;
  return `${peopleInWords(n)} ${what} for longer.`;
}

function wouldInWords(kind: BlockKind, n: number): string {
  return `Lifted, ${peopleInWords(n).toLowerCase()} ${kind === 'mail-block' ? 'might send mail' : 'would get access'} again.`;
}

function peopleInWords(n: number): string {
  if (n === 0) return 'Nobody';
  return n === 1 ? '1 person' : `${n} people`;
}
