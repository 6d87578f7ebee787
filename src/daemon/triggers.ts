/** Everything that asks the daemon for a pass from outside: the schedule, pushes, files, operators' decisions. */
import type { PassParts } from '../core/pass.ts';
import type { Log } from '../log.ts';
import { Secret } from '../secret.ts';
import { watchDecisions } from './decisions.ts';
import type { Trigger } from './loop.ts';
import { startPushListener } from './push-listener.ts';
import { type Schedule, startSchedule } from './schedule.ts';
import { startWatching, type Watched } from './watch.ts';

export interface TriggerSettings {
  /** Cron expression of five fields, in this time zone. */
  readonly schedule: string;
  readonly timeZone: string;
  /** Where notices of pushes are taken; null: nowhere. */
  readonly webhook: { readonly host: string; readonly port: number; readonly secretFile: string } | null;
  /** What lies on this machine and is looked at; null: nothing. */
  readonly watched: Watched | null;
}

export interface Triggers {
  /** The next moment of the schedule, in milliseconds since 1970; null: none is known. */
  nextScheduled(): number | null;
  end(): Promise<void>;
}

export type Ask = (trigger: Trigger) => void;

/** @throws MusterError where one can't begin; those before it are ended. */
export async function startTriggers(
  { schedule, timeZone, webhook, watched }: TriggerSettings,
  { store, clock }: Pick<PassParts, 'store' | 'clock'>,
  log: Log,
  ask: Ask,
): Promise<Triggers> {
  const ends: (() => Promise<void>)[] = [];
  const end = async () => {
    for (const one of ends) await one();
  };
  try {
    if (webhook !== null) ends.push(await startListening(webhook, log, ask));
    const hours: Schedule = startSchedule(schedule, timeZone, () => ask('schedule'));
    ends.push(hours.end);
    ends.push(await watchDecisions(store, clock, () => ask('operator')));
    if (watched !== null) ends.push(await startWatching(watched, () => ask('files')));
    return { nextScheduled: hours.next, end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function startListening(webhook: NonNullable<TriggerSettings['webhook']>, log: Log, ask: Ask) {
  const { host, port, secretFile } = webhook;
  const listener = await startPushListener({
    host,
    port,
    secret: await Secret.fromFile(secretFile),
    onPush: () => ask('push'),
    onRefused: (refused) => log.warn('notices of pushes were turned away', { ...refused }),
    clock: () => performance.now(),
  });
  log.info('listening for pushes', { host, port: listener.port });
  return () => listener.close();
}
