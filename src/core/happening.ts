/** One thing that happened, as a page tells it: what, to whom, why, and who is behind it; a view of one row of the audit chain. */
import type { Origin } from '../diagnostic.ts';
import type { Instant } from '../model/document.ts';
import type { ActEvent, AuditEvent, AuditRow, ChangeEvent, DecisionEvent, OrderEvent } from './audit.ts';
import { doneWords, thingOf } from './thing.ts';

export interface Happening {
  /** Its place in the audit chain. */
  readonly seq: number;
  readonly at: Instant;
  /** As in `access taken away`. */
  readonly what: string;
  /** The person or institution concerned; key null: no page tells more. */
  readonly about: { readonly key: string | null; readonly label: string } | null;
  /** Plain words; null: none were given. */
  readonly why: string | null;
  readonly origin: Origin | null;
  /** Who is behind it; null: a date, or nobody known. */
  readonly who: string | null;
  /** False where it was tried and did not come about. */
  readonly done: boolean;
}

type Told = Omit<Happening, 'seq' | 'at'>;

export function happeningOf({ seq, at, event }: AuditRow): Happening {
  return { seq, at, ...toldOf(event) };
}

/** A row in which no event can be read: that it is there is shown all the same. */
export function unreadHappening({ seq, at }: Pick<AuditRow, 'seq' | 'at'>): Happening {
  const what = `row ${seq} of the audit chain can't be read`;
  const why = 'it was changed by hand; run "muster audit verify"';
  return { ...NOTHING_MORE, seq, at, what, about: null, why, who: null };
}

function toldOf(event: AuditEvent): Told {
  switch (event.kind) {
    case 'change':
      return changeTold(event);
    case 'decision':
      return decisionTold(event);
    case 'order':
      return orderTold(event);
    case 'act':
      return actTold(event);
    case 'run':
      return { ...NOTHING_MORE, what: `a pass ended: ${event.result}`, about: null, why: null, who: null };
  }
}

const NOTHING_MORE = { origin: null, done: true } as const;

/** The gravest first: whose order or approval it was, who wrote the line, who made the commit. */
function changeTold(event: ChangeEvent): Told {
  const { change, effect, classes, person, cause, operator, line, commit, outcome } = event;
  const { takes, gives } = thingOf(event.thing);
  const words =
    effect === 'takes'
      ? takes.told
      : effect === 'gives' && change !== 'create'
        ? gives.told
        : classes.includes('phone')
          ? 'phone number changed'
          : doneWords(change, event.thing);
  return {
    what: words,
    about: { key: person.key, label: person.label },
    why: cause.text,
    origin: cause.origin,
    who: operator?.by ?? line?.author ?? commit?.author ?? null,
    done: outcome.status === 'applied',
  };
}

const VERDICT_WORDS: Readonly<Record<DecisionEvent['verdict'], string>> = {
  approved: 'held changes approved',
  rejected: 'held changes rejected',
  'step-allowed': 'step between revisions let through',
};

function decisionTold({ verdict, subject, by, reason }: DecisionEvent): Told {
  const label = subject.includes('..') ? subject : subject.slice(0, 12);
  return { ...NOTHING_MORE, what: VERDICT_WORDS[verdict], about: { key: null, label }, why: reason, who: by };
}

const ORDER_WORDS: Readonly<Record<OrderEvent['order'], string>> = {
  block: 'blocked from the command line',
  unblock: 'block ended',
  pause: 'paused',
  resume: 'resumed',
};

function orderTold({ order, by, reason, block }: OrderEvent): Told {
  const about = block === null ? null : { key: block.scope === 'user' ? block.target : null, label: block.target };
  return { ...NOTHING_MORE, what: ORDER_WORDS[order], about, why: reason, who: by };
}

const ACT_WORDS: Readonly<Record<ActEvent['act'], string>> = {
  'ledger-rebuild': 'ledger rebuilt',
  'account-forgotten': 'deleted account forgotten',
  'credentials-reissue': 'initial password issued anew',
  'history-accepted': 'history accepted',
  'task-done': 'task done by hand',
};

function actTold({ act, person, phase, by, reason }: ActEvent): Told {
  const what = phase === 'begun' ? `${ACT_WORDS[act]} (begun)` : ACT_WORDS[act];
  const about = person === null ? null : { key: person, label: person };
  return { what, about, why: reason, who: by, origin: null, done: phase !== 'failed' };
}
