/** What lasts and somebody has to look at, as the report of a pass shows it. */

import type { Change } from '../core/change.ts';
import type { Lasting, MailTopic, Matter, MatterGroup, QueueState } from '../core/mails.ts';
import type { Hold, Notice } from '../core/plan.ts';
import type { Report } from '../core/report.ts';
import type { Trouble } from '../errors.ts';
import { dayOf } from '../model/day.ts';
import type { Instant } from '../model/document.ts';
import { summaryOf } from '../views/changes.ts';
import { sentence } from '../views/words.ts';

/** Texts of one kind of notice that a mail quotes; the rest is counted. */
const QUOTED_MAX = 200;
const DAY_MS = 24 * 3_600_000;

/** Everything of it; what the report does not hold is over, unless `isWhole` says that it could not see. */
export function lastingIn(report: Report): readonly Lasting[] {
  const { plan, trouble, holds } = report;
  const all = [
    ...plan.unread.map(({ system, ...one }) => troubled(`unreachable/${system}`, one)),
    ...trouble.filter((one) => !isUnread(one, report)).map((one) => troubled(`unreachable/${one.where}`, one)),
    ...holds.flatMap(heldIn),
    ...failingIn(report),
    ...entriesIn(report),
    ...noticesIn(plan.notices),
  ];
  // Two of one key say the same of one thing.
  return [...new Map(all.map((one) => [one.key, one])).values()];
}

/** Whether the report could see everything: what an unread system held or refused before is not over for being unseen. */
export function isWhole({ plan, trouble }: Report): boolean {
  return plan.unread.length === 0 && trouble.length === 0;
}

/** Of a pass that could not begin. */
export function hinderedBy(trouble: Trouble): Lasting {
  return troubled(PASS_KEY, trouble);
}

const PASS_KEY = 'unreachable/the pass';

/** So long, in milliseconds, the digest lists a mail that was given up: past the longest absence of whoever reads it. */
const GIVEN_UP_LISTED_MS = 14 * 24 * 3_600_000;

const KINDS_OF_MAIL: Readonly<Record<MailTopic, string>> = {
  people: 'what happened to people',
  forecast: 'coming dates',
  closed: 'who is closed for long',
  matters: 'things that need somebody',
  over: 'things in order again',
  orders: 'blocks to write down',
  digest: 'the digest',
  tasks: 'tasks to be done by hand',
  test: 'a test',
};

/** Mails that never came: each by itself, since nobody will send it again. */
export function givenUpMails({ givenUp }: QueueState, now: Instant, timeZone: string): readonly Lasting[] {
  return givenUp
    .filter(({ settledAt }) => now - settledAt < GIVEN_UP_LISTED_MS)
    .map(({ id, topic, recipient, at, error }) => ({
      key: `given-up/${id}`,
      group: 'given-up',
      text: `${recipient} never got the mail of ${dayOf(at, timeZone)} about ${KINDS_OF_MAIL[topic]}: ${error}`,
      next: `Tell them what it said: "muster audit show --since ${dayOf(at - DAY_MS, timeZone)}" shows what was done. The digest lists it for 14 days.`,
    }));
}

/** So long, in milliseconds, the digest lists a row of the audit chain that can't be read: it will never be in order again. */
const UNREAD_LISTED_MS = 14 * 24 * 3_600_000;

/** Rows of the audit chain that were passed over, and those of before: nobody comes by them a second time. */
export function unreadRows(seqs: readonly number[], known: readonly Matter[], now: Instant): readonly Lasting[] {
  const before = known.filter(({ group, since }) => group === 'audit' && now - since < UNREAD_LISTED_MS);
  const found = [...new Set(seqs)].map(
    (seq): Lasting => ({
      key: `audit/${seq}`,
      group: 'audit',
      text: `Row ${seq} of the audit chain can't be read: it was changed by hand. Whom it was about is not told.`,
      next: 'Run "muster audit verify". The digest lists it for 14 days.',
    }),
  );
  return [...new Map([...before, ...found].map((one) => [one.key, one])).values()];
}

/** Addresses whose mail is put off, or was given up at last. */
export function refusedMails({ refusing }: QueueState): readonly Lasting[] {
  return refusing.map(({ recipient, error }) => ({
    key: `mail/${recipient}`,
    group: 'mail',
    text: `${recipient}: ${error}`,
    next: 'It is tried again by itself. Where the answer begins with 5, correct the address under "notify.to"; where it begins with 4 and stays so, ask whoever runs the mail server.',
  }));
}

function isUnread({ where, what }: Trouble, { plan }: Report): boolean {
  return plan.unread.some((one) => one.where === where && one.what === what);
}

function troubled(key: string, { where, what, next }: Trouble): Lasting {
  return { key, group: 'unreachable', text: `${where}: ${what}`, next };
}

/** What rests between two attempts at it keeps failing all the same, whoever it is. */
function heldIn(hold: Hold): readonly Lasting[] {
  const { rule, because, release, changes } = hold;
  if (rule === 'failing' || rule === 'flapping') {
    return changes.map((change) => failing(change, `${change.person.label}: ${because}`, release));
  }
  const summary = summaryOf(changes, 'future');
  const text = summary === null ? because : `${sentence(summary)}. ${because}`;
  const key = `held/${rule}`;
  return [
    { key, group: 'held', text, next: release },
    ...partsOf(
      key,
      changes.map(({ address, person: { key: name, label } }) => ({ key: `${address.system}/${name}`, label })),
    ),
  ];
}

/** Whom or what it is about, so that whatever joins is told as well. */
function partsOf(whole: string, some: readonly { readonly key: string; readonly label: string }[]): readonly Lasting[] {
  return some.map(({ key, label }) => ({ key: `${whole}\n${key}`, group: 'part', text: label, next: null }));
}

function failingIn({ applied }: Report): readonly Lasting[] {
  return applied.flatMap(({ change, outcome }) =>
    outcome.status === 'failed' ? [failing(change, `${change.person.label}: ${outcome.error}`, outcome.next)] : [],
  );
}

function failing({ address, kind }: Change, text: string, next: string): Lasting {
  return { key: `failing/${address.system}/${address.key}/${kind}`, group: 'failing', text, next };
}

const VALIDATE = 'Run "muster validate": it shows what to write.';

/** Entries one by one, and files of which no entry is known. */
function entriesIn({ plan, diagnostics }: Report): readonly Lasting[] {
  const entries = plan.heldEntries.map(
    ({ kind, key, text, fix }): Lasting => ({
      key: `entry/${kind}/${key}`,
      group: 'entry',
      text: `${key}: ${text}`,
      next: fix === null ? VALIDATE : `Write:\n${fix}`,
    }),
  );
  const told = new Set(plan.heldEntries.map(({ origin }) => origin.file));
  const files = diagnostics.flatMap(({ severity, file, line, message }): Lasting[] =>
    severity === 'error' && !told.has(file)
      ? [{ key: `entry/file/${file}`, group: 'entry', text: `${file}:${line}: ${message}`, next: VALIDATE }]
      : [],
  );
  return [...entries, ...files];
}

/** Urgent ones each by themselves, blocks that wait to be written down too; the others by kind. */
function noticesIn(notices: readonly Notice[]): readonly Lasting[] {
  // Never by the text: figures in it may be others in each pass.
  const single = (group: MatterGroup, some: readonly Notice[]) =>
    some.map((one): Lasting => {
      const { kind, text, next } = one;
      return { key: `${group}/${kind}/${whatOf(one)}`, group: kind === 'restored' ? 'restored' : group, text, next };
    });
  const asking = notices.filter(({ urgent, next, kind }) => !urgent && next !== null && kind !== 'operator-block');
  return [
    ...single(
      'urgent',
      notices.filter(({ urgent }) => urgent),
    ),
    ...single(
      'order',
      notices.filter(({ kind, urgent }) => kind === 'operator-block' && !urgent),
    ),
    ...[...Map.groupBy(asking, ({ kind }) => kind)].flatMap(([kind, some]) => [
      ofOneKind(kind, some),
      ...partsOf(
        `other/${kind}`,
        some.map((one) => ({ key: whatOf(one), label: one.text })),
      ),
    ]),
  ];
}

/** What a notice is about. Of one person in two systems each is news of its own. */
function whatOf({ system, person, subject, origin }: Notice): string {
  const what = person ?? subject ?? origin?.file ?? '';
  return system === undefined ? what : `${system}/${what}`;
}

function ofOneKind(kind: Notice['kind'], notices: readonly Notice[]): Lasting {
  const quoted = notices.slice(0, QUOTED_MAX).map(({ text }) => text);
  const more = notices.length > QUOTED_MAX ? [`… (${notices.length})`] : [];
  return {
    key: `other/${kind}`,
    group: 'other',
    text: [...quoted, ...more].join('\n'),
    next: notices[0]?.next ?? null,
  };
}
