/** Which texts a mail is made of, and what each may be filled with. */
import { PEOPLE_TOPICS } from './people-events.ts';

/** One file each, `NAME.txt`: a subject and a text. */
export const PAGES = {
  people: ['instance', 'summary', ...PEOPLE_TOPICS],
  matters: ['instance', 'summary', 'urgent', 'unreachable', 'held', 'failing', 'entry', 'other', 'mail'],
  over: ['instance', 'summary', 'items'],
  orders: ['instance', 'summary', 'items'],
  digest: ['instance', 'day', 'summary', 'matters', 'orders', 'people', 'forecast', 'queue'],
  forecast: ['instance', 'summary', 'until', 'items'],
  closed: ['instance', 'summary', 'items'],
  task: ['instance', 'id', 'title', 'text', 'due', 'again', 'confirm'],
  tasks: ['instance', 'summary', 'items'],
  late: ['instance', 'summary', 'items'],
  withdrawn: ['instance', 'summary', 'items'],
  escalated: ['instance', 'summary', 'items'],
  test: ['instance'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** A sentence for a number, in two forms: for one, and for any other. */
const COUNTED = ['count'] as const;

/** `text` is the clause as plans word it; the others are empty where it does not hold them. */
const CAUSE = ['text', 'who', 'since', 'reason'] as const;

/** Of something that is done by hand. */
const TASK = ['id', 'title', 'text', 'due', 'confirm', 'people'] as const;
const STEP = ['about'] as const;

/** Lines of `lines.txt`, each under its name. */
export const LINES = {
  'created.one': COUNTED,
  'created.many': COUNTED,
  'created.title': COUNTED,
  'created.item': ['person', 'file', 'place'],
  'reissued.one': COUNTED,
  'reissued.many': COUNTED,
  'reissued.title': COUNTED,
  'reissued.item': ['person', 'file'],
  'phone.one': COUNTED,
  'phone.many': COUNTED,
  'phone.title': COUNTED,
  'phone.item': ['person', 'old', 'new', 'because', 'place'],
  'phone.none': [],
  'closed.one': COUNTED,
  'closed.many': COUNTED,
  'closed.title': COUNTED,
  'closed.item': ['person', 'place'],
  'blocked.one': COUNTED,
  'blocked.many': COUNTED,
  'blocked.title': COUNTED,
  'blocked.item': ['person', 'because', 'place'],
  'ended.one': COUNTED,
  'ended.many': COUNTED,
  'ended.title': COUNTED,
  'ended.item': ['person', 'because', 'place'],
  'returned.one': COUNTED,
  'returned.many': COUNTED,
  'returned.title': COUNTED,
  'returned.item': ['person', 'because', 'place'],
  'stopped.one': COUNTED,
  'stopped.many': COUNTED,
  'stopped.title': COUNTED,
  'stopped.item': ['person', 'because', 'place'],
  'sending.one': COUNTED,
  'sending.many': COUNTED,
  'sending.title': COUNTED,
  'sending.item': ['person', 'because', 'place'],
  'file.missing': ['username'],
  'because.person-blocked': CAUSE,
  'because.institution-blocked': CAUSE,
  'because.operator-blocked': CAUSE,
  'because.mail-blocked': CAUSE,
  'because.ended': CAUSE,
  'because.not-started': CAUSE,
  'because.lifted': CAUSE,
  'because.expired': CAUSE,
  'because.unblocked': CAUSE,
  'because.begun': CAUSE,
  'because.back': CAUSE,
  'because.back-elsewhere': CAUSE,
  'because.back-late': CAUSE,
  'because.back-otherwise': CAUSE,
  'because.drift': CAUSE,
  'because.drift-seen': CAUSE,
  'because.declared': CAUSE,
  'because.other': CAUSE,
  'matters.one': COUNTED,
  'matters.many': COUNTED,
  'matters.title.urgent': COUNTED,
  'matters.title.restored': COUNTED,
  'matters.title.unreachable': COUNTED,
  'matters.title.held': COUNTED,
  'matters.title.failing': COUNTED,
  'matters.title.entry': COUNTED,
  'matters.title.audit': COUNTED,
  'matters.title.other': COUNTED,
  'matters.title.mail': COUNTED,
  'matters.title.given-up': COUNTED,
  'matters.item': ['text', 'since', 'next'],
  'over.one': COUNTED,
  'over.many': COUNTED,
  'over.item': ['text', 'since'],
  'orders.one': COUNTED,
  'orders.many': COUNTED,
  'orders.title': COUNTED,
  'orders.item': ['text', 'since', 'next'],
  'digest.calm': [],
  'digest.people.none': [],
  'digest.people.title': [],
  'digest.people.item': ['sentence'],
  'forecast.one': COUNTED,
  'forecast.many': COUNTED,
  'forecast.title': ['days'],
  'forecast.none': ['days'],
  'forecast.day': ['day', 'losing', 'gaining'],
  'forecast.loses': ['day', 'person', 'place'],
  'forecast.gains': ['day', 'person', 'place'],
  'forecast.over': ['because', 'command'],
  'stale.one': COUNTED,
  'stale.many': COUNTED,
  'stale.item': ['person', 'since', 'days', 'institution'],
  'tasks.one': COUNTED,
  'tasks.many': COUNTED,
  'tasks.item': TASK,
  'late.one': COUNTED,
  'late.many': COUNTED,
  'late.item': TASK,
  'withdrawn.one': COUNTED,
  'withdrawn.many': COUNTED,
  'withdrawn.item': TASK,
  'escalated.one': COUNTED,
  'escalated.many': COUNTED,
  'escalated.item': TASK,
  'task.again': COUNTED,
  'task.confirm': ['id', 'file', 'lines'],
  'task.server': [],
  'step.agreed': STEP,
  'step.signed': STEP,
  'step.received': STEP,
  'step.installed': STEP,
  'step.moved': STEP,
  'step.informed': STEP,
  'step.billed': STEP,
  'queue.waiting': ['count', 'since'],
  more: ['count', 'command'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type PageName = keyof typeof PAGES;
export type LineName = keyof typeof LINES;

/** A value for every placeholder of a page. */
export type PageValues<N extends PageName> = Readonly<Record<(typeof PAGES)[N][number], string>>;
/** A value for every placeholder of a line. */
export type LineValues<N extends LineName> = Readonly<Record<(typeof LINES)[N][number], string>>;

/** Things that come with a number in a subject: `created.one`, `created.many`. */
export type Counted =
  | 'created'
  | 'reissued'
  | 'phone'
  | 'closed'
  | 'blocked'
  | 'ended'
  | 'returned'
  | 'stopped'
  | 'sending'
  | 'matters'
  | 'over'
  | 'orders'
  | 'tasks'
  | 'late'
  | 'withdrawn'
  | 'escalated'
  | 'forecast'
  | 'stale';

export function isPage(name: string): name is PageName {
  return Object.hasOwn(PAGES, name);
}

export function isLine(name: string): name is LineName {
  return Object.hasOwn(LINES, name);
}
