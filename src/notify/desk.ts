/** Notifications as a process has them: news in, mails out, beside everything else and never in its way. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Report } from '../core/report.ts';
import { type Trouble, troubleOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Notifier } from './notifier.ts';
import type { Sender } from './sender.ts';

/** Between two looks at what time and other processes have brought, in milliseconds. */
const LOOK_EVERY_MS = 5_000;
/** A stop waits so long, in milliseconds, for the mail that is under way; one that is broken off is sent again later. */
const STOP_MS = 3_000;

export interface Desk {
  /** As in the log. */
  readonly name: string;
  /** From here on everything that happens is told. @throws MusterError where the store can't be used. */
  ready(): Promise<void>;
  /** The same, and looks and sends from now on, until what it gives is called. */
  begin(): Promise<() => Promise<void>>;
  /** Queues what a whole pass brought. Never throws. */
  passed(report: Report): Promise<void>;
  /** The same for a pass that could not begin. */
  hindered(trouble: Trouble): Promise<void>;
  /** Sends what is queued; begins no mail after so many milliseconds. Never throws. */
  flush(ms: number): Promise<void>;
}

export function openDesk(notifier: Notifier, sender: Sender, log: Log): Desk {
  const complain = complaints(log);
  const told = async (work: Promise<void>) => {
    try {
      await work;
      complain(null);
    } catch (error) {
      complain(troubleOf(error));
    }
  };
  const look = () => told(notifier.look());
  const send = (signal: AbortSignal, mayBegin?: () => boolean) =>
    sender.round(signal, mayBegin).catch((error: unknown) => {
      if (!signal.aborted) complain(troubleOf(error));
    });
  return {
    name: 'notifications',
    ready: () => notifier.begin(),
    begin: async () => {
      await notifier.begin();
      const stopping = new AbortController();
      const breaking = new AbortController();
      const looking = repeated(look, stopping.signal);
      const sending = repeated(() => send(breaking.signal, () => !stopping.signal.aborted), stopping.signal);
      return async () => {
        stopping.abort();
        const timer = setTimeout(() => breaking.abort(), STOP_MS);
        await Promise.all([looking, sending]);
        clearTimeout(timer);
      };
    },
    passed: (report) => told(notifier.passed(report)),
    hindered: (trouble) => told(notifier.hindered(trouble)),
    flush: async (ms) => {
      const until = performance.now() + ms;
      await look();
      await send(new AbortController().signal, () => performance.now() < until);
    },
  };
}

/** Does it again and again, with a rest between; resolves once stopped and the last one has ended. */
async function repeated(work: () => Promise<unknown>, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    await work();
    await wait(LOOK_EVERY_MS, undefined, { signal: stopping }).catch(() => undefined);
  }
}

/** The same trouble every few seconds is told once. */
function complaints(log: Log): (trouble: Trouble | null) => void {
  let told: string | null = null;
  return (trouble) => {
    const text = trouble === null ? null : `${trouble.where}: ${trouble.what}`;
    if (trouble !== null && text !== told) log.error('notifications failed', { ...trouble });
    told = text;
  };
}
