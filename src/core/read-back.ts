/** Read-back: what was just written, read again from the same server; a difference is told, and the next pass mends it. */
import { troubleOf } from '../errors.ts';
import type { Observed } from './change.ts';
import { knownFrom } from './known.ts';
import type { Notice } from './plan.ts';
import type { Session } from './ports.ts';
import type { Applied } from './report.ts';
import { thingOf } from './thing.ts';

/** Handles are known and nothing new is claimed, so ownership needs no context. */
const NOTHING_KNOWN = knownFrom([], []);

export async function readBack(
  applied: readonly Applied[],
  sessions: ReadonlyMap<string, Session>,
): Promise<readonly Notice[]> {
  const notices: Notice[] = [];
  for (const [system, session] of sessions) {
    const done = applied.filter(
      ({ change, outcome, lane }) => change.address.system === system && outcome.status === 'applied' && !lane,
    );
    if (done.length > 0) notices.push(...(await check(done, session)));
  }
  return notices;
}

async function check(done: readonly Applied[], { reader }: Session): Promise<readonly Notice[]> {
  const wanted = done.map(({ change, outcome }) => ({
    key: change.address.key,
    handle: outcome.status === 'applied' ? outcome.written.handle : change.handle,
  }));
  try {
    const found = new Map((await reader.lookup(wanted, NOTHING_KNOWN)).map((one) => [one.handle, one]));
    return done.flatMap((one) => differences(one, found));
  } catch (error) {
    const { what } = troubleOf(error);
    const text = `What was written could not be read back from ${reader.server}: ${what}`;
    return [{ ...notice(null, text), subject: reader.server }];
  }
}

function differences({ change, outcome }: Applied, found: ReadonlyMap<string, Observed>): readonly Notice[] {
  if (outcome.status !== 'applied') return [];
  const now = found.get(outcome.written.handle);
  if (now === undefined)
    return [notice(change.person.label, `${change.person.label}: written, but not there when read back.`)];
  const wrong = Object.entries(change.after.attributes)
    .filter(([name, value]) => (now.attributes[name] ?? null) !== value)
    .map(([name]) => name);
  const flips = change.kind === 'enable' || change.kind === 'disable' || change.kind === 'create';
  if (flips && now.enabled !== change.after.enabled) wrong.unshift(thingOf(change.address.kind).switched);
  if (wrong.length === 0) return [];
  return [notice(change.person.label, `${change.person.label}: ${wrong.join(', ')} did not read back as written.`)];
}

function notice(person: string | null, text: string): Notice {
  const next = 'Sync again; if it stays so, somebody or something else changes it.';
  return { kind: 'read-back', person, text, next, origin: null, urgent: false };
}
