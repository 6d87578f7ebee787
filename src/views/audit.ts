/** The audit chain as people read it: who did what to whom, on whose word, and whether the chain is whole. */
import type {
  ActEvent,
  AuditEvent,
  AuditRow,
  ChangeEvent,
  DecisionEvent,
  OrderEvent,
  RunEvent,
} from '../core/audit.ts';
import type { Verified } from '../core/audit-proof.ts';
import type { AcceptedHistory } from '../core/operations/acts.ts';
import { doneWords, undoneWords } from '../core/thing.ts';
import { answerWords } from './answers.ts';
import { type Block, type Item, item, line, nextStep, type Page, type Phrase, whereFrom } from './page.ts';
import type { Tone } from './style.ts';
import { attributeName, attributeValue, count, moment, people, shortRevision } from './words.ts';

/** Characters of a seal that people compare by eye; the whole stands in the JSON form. */
const SEAL_SHOWN = 16;

export interface AuditPageOptions {
  readonly timeZone: string;
  /** There were more, older ones. */
  readonly more: boolean;
  /** Rows that were changed by hand so that nothing can be read in them. */
  readonly unreadable?: readonly number[];
}

export function unreadableWords(seq: number): string {
  return `row ${seq} can't be read: it was changed by hand; run "muster audit verify"`;
}

export function auditPage(rows: readonly AuditRow[], { timeZone, more, unreadable = [] }: AuditPageOptions): Page {
  const older = more ? [line('Older rows are left out; add --all to see every one.', 'faint')] : [];
  const items = [
    ...rows.map((row) => ({ seq: row.seq, shown: rowItem(row, timeZone) })),
    ...unreadable.map((seq) => ({ seq, shown: line(unreadableWords(seq), 'bad') })),
  ]
    .sort((a, b) => a.seq - b.seq)
    .map(({ shown }) => shown);
  return { title: 'Audit', blocks: [...(items.length === 0 ? [line('Nothing is recorded there.')] : items), ...older] };
}

function rowItem({ seq, at, event }: AuditRow, timeZone: string): Item {
  const { what, below, tone } = told(event, timeZone);
  return item(`${moment(at, timeZone)}  ${what}`, [...below, line(`row ${seq}`, 'faint')], tone);
}

interface Told {
  readonly what: string;
  readonly below: readonly Block[];
  readonly tone: Tone;
}

function told(event: AuditEvent, timeZone: string): Told {
  switch (event.kind) {
    case 'change':
      return toldChange(event, timeZone);
    case 'decision':
      return toldDecision(event, timeZone);
    case 'order':
      return toldOrder(event, timeZone);
    case 'run':
      return toldRun(event);
    case 'act':
      return toldAct(event);
  }
}

function toldChange(event: ChangeEvent, timeZone: string): Told {
  const { outcome, person, cause, operator, line: written, furtherLines = [], system, server } = event;
  const origin: Phrase = [`Why: ${cause.text}`, ...whereFrom(cause.origin, cause.furtherOrigins)];
  return {
    what: `${person.label}: ${wordsOf(event)}`,
    tone: outcome.status === 'applied' ? (event.effect === 'takes' ? 'bad' : 'plain') : 'warn',
    below: [
      ...valueLines(event, timeZone),
      line(origin),
      ...[...(written === null ? [] : [written]), ...furtherLines].map(({ author, at }) =>
        line(`Line by ${author}, ${moment(at, timeZone)}`),
      ),
      ...(operator === null
        ? []
        : [line(`${ordered(event) ? 'Ordered' : 'Let through'} by ${operator.by}: ${operator.reason}`)]),
      ...(outcome.status === 'failed' ? [line(`Failed: ${outcome.error}`, 'warn')] : []),
      ...(outcome.status === 'skipped' ? [line(`Left out: ${outcome.because}`, 'warn')] : []),
      line(`${system} (${server}), ${revisionWords(event)}, ${runWords(event)}`, 'faint'),
    ],
  };
}

function wordsOf({ change, thing, outcome }: ChangeEvent): string {
  return outcome.status === 'applied' ? doneWords(change, thing) : undoneWords(change, thing);
}

/** An operator's own order is its approval; anything else somebody let through. */
function ordered({ cause }: ChangeEvent): boolean {
  return cause.kind === 'operator-blocked' || cause.kind === 'operator';
}

/** What differs alone: an account keeps most of its values. */
function valueLines({ before, after }: ChangeEvent, timeZone: string): readonly Block[] {
  const names = Object.keys(after.attributes).filter(
    (name) => (before?.attributes[name] ?? null) !== (after.attributes[name] ?? null),
  );
  return names.map((name) => {
    const now = attributeValue(name, after.attributes[name] ?? null, timeZone);
    if (before === null) return line(`${attributeName(name)}: ${now}`);
    return line(`${attributeName(name)}: ${attributeValue(name, before.attributes[name] ?? null, timeZone)} → ${now}`);
  });
}

function revisionWords({ revision, commit }: Pick<RunEvent, 'revision' | 'commit'>): string {
  if (revision === null) return 'no revision';
  const by =
    commit === null
      ? ''
      : commit.author === commit.committer
        ? ` by ${commit.author}`
        : ` by ${commit.author}, committed by ${commit.committer}`;
  return `revision ${shortRevision(revision)}${by}${answerWords(commit ?? {})}`;
}

function runWords({ runId, trigger }: Pick<RunEvent, 'runId' | 'trigger'>): string {
  return `run ${runId} (${trigger})`;
}

const verdicts: Readonly<Record<DecisionEvent['verdict'], string>> = {
  approved: 'approved',
  rejected: 'rejected',
  'step-allowed': 'let the repository go on',
};

function toldDecision(
  { verdict, by, reason, subject, changes, people: keys, expires, from }: DecisionEvent,
  timeZone: string,
): Told {
  const what = verdict === 'approved' ? ` ${count(changes, 'change', 'changes')} of ${people(keys.length)}` : '';
  const since = from === null ? '' : `from ${moment(from, timeZone)} `;
  const ends = expires === null ? [] : [line(`Counts ${since}until ${moment(expires, timeZone)}`, 'faint')];
  const shown = verdict === 'step-allowed' ? subject.split('..').map(shortRevision).join('..') : subject.slice(0, 12);
  return {
    what: `${by} ${verdicts[verdict]}${what}`,
    tone: 'plain',
    below: [line(`Why: ${reason}`), ...ends, line(shown, 'faint')],
  };
}

function toldOrder({ order, by, reason, block }: OrderEvent, timeZone: string): Told {
  const until = block?.until == null || order !== 'block' ? '' : ` until ${moment(block.until, timeZone)}`;
  const what = {
    block: `${by} blocked ${block?.scope} ${block?.target}${until}`,
    unblock: `${by} ended the block of ${block?.scope} ${block?.target}`,
    pause: `${by} paused Muster`,
    resume: `${by} ended the pause`,
  }[order];
  return { what, tone: order === 'block' ? 'bad' : 'plain', below: reason === null ? [] : [line(`Why: ${reason}`)] };
}

const results: Readonly<Record<RunEvent['result'], string>> = {
  done: 'done',
  failed: 'something could not be done',
  waiting: 'something waits for a person',
  'broken-off': 'broken off',
};

function toldRun(event: RunEvent): Told {
  const counted = Object.entries(event.counts).map(([name, { applied, failed, skipped }]) => {
    const rest = [...(failed > 0 ? [`${failed} failed`] : []), ...(skipped > 0 ? [`${skipped} left out`] : [])];
    return `${name} ${applied}${rest.length === 0 ? '' : ` (${rest.join(', ')})`}`;
  });
  const { held, trouble, result } = event;
  return {
    what: `Pass${event.laneOnly ? ' of the block lane' : ''}: ${results[result]}`,
    tone: result === 'done' ? 'plain' : 'warn',
    below: [
      ...(counted.length === 0 ? [] : [line(`Changes: ${counted.join(', ')}`)]),
      ...(held.changes === 0
        ? []
        : [line(`Held: ${count(held.changes, 'change', 'changes')} of ${people(held.people)}`, 'warn')]),
      ...trouble.map(({ where, what }) => line(`${where}: ${what}`, 'warn')),
      line(`${revisionWords(event)}, ${runWords(event)}`, 'faint'),
    ],
  };
}

const acts: Readonly<Record<ActEvent['act'], string>> = {
  'ledger-rebuild': 'had the ledger learned again',
  'account-forgotten': 'had a deleted account forgotten, so that a new one is made',
  'credentials-reissue': 'gave a new initial password',
  'history-accepted': 'accepted the database as it is',
  'task-done': 'confirmed a task done by hand',
};

function toldAct({ act, phase, by, reason, person, detail }: ActEvent): Told {
  const about = person === null ? '' : ` (${person})`;
  const state = { begun: ': begun', done: '', failed: ': failed' }[phase];
  const details = Object.entries(detail).map(([name, value]) => `${name}: ${value}`);
  return {
    what: `${by} ${acts[act]}${about}${state}`,
    tone: phase === 'failed' ? 'warn' : 'plain',
    below: [line(`Why: ${reason}`), ...(details.length === 0 ? [] : [line(details.join(', '), 'faint')])],
  };
}

/** What to do about a chain that is not whole. */
const DAMAGED =
  'Keep a copy of the database as it is, and compare with an older copy or export: who can write to that file, and when did it change?';

/** What to do about a head that was kept and is not there. */
const HEAD_GONE =
  'Find out who removed that file, and compare the last row with the log ("audit" of each run) or an older export. Then run "muster audit accept --reason …".';

export function verifiedPage(verified: Verified, timeZone: string): Page {
  const { head, fault, missing } = verified;
  const keptLine = keptWords(verified, timeZone);
  if (fault === null) {
    const last = head.seq === 0 ? 'No row yet.' : `The last is row ${head.seq}, seal ${head.hash.slice(0, SEAL_SHOWN)}`;
    const rows = count(head.seq, 'row', 'rows');
    if (missing?.gone === true) {
      const title = `Nobody can tell whether the audit chain is whole: ${rows}, and no kept head to compare`;
      return { title, blocks: [line(keptLine, 'bad'), line(last), ...nextStep(HEAD_GONE)] };
    }
    const unasked = verified.kept === null && missing === null;
    const next = unasked ? nextStep('To have that noticed, set "audit.headFile" in the configuration.') : [];
    return { title: `The audit chain is whole: ${rows}`, blocks: [line(last), line(keptLine), ...next] };
  }
  return {
    title: `The audit chain is damaged: row ${fault.seq} is the first bad one`,
    blocks: [
      line(`Row ${fault.seq}: ${fault.what}`, 'bad'),
      line(head.seq === 0 ? 'No row before it stands.' : `Rows 1 to ${head.seq} stand.`),
      line(keptLine),
      ...nextStep(DAMAGED),
    ],
  };
}

function keptWords({ kept, missing }: Verified, timeZone: string): string {
  if (kept !== null) {
    return `Kept in ${kept.place} on ${moment(kept.at, timeZone)}: row ${kept.seq}, seal ${kept.hash.slice(0, SEAL_SHOWN)}`;
  }
  if (missing === null) return 'No head is kept elsewhere, so rows cut off at the end would not be noticed.';
  return missing.gone
    ? `The head of the chain was kept in ${missing.place} and is gone, so rows cut off at the end would not be noticed.`
    : `No head is kept in ${missing.place} yet; the next run writes it.`;
}

export function acceptedHistoryPage({ because, seq }: AcceptedHistory): Page {
  return {
    title: 'The database counts as it is',
    blocks: [
      line(`Until now everything but blocks was held, because ${because}`),
      line(`This is row ${seq} of the audit chain.`),
      ...nextStep('To see what the next pass will do, run "muster plan".'),
      ...nextStep(
        'Accounts made since the copy bear the mark but are in no ledger: "muster ledger rebuild" learns them.',
      ),
    ],
  };
}
